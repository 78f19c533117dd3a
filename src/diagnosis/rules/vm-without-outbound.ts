import type { PreflightCheck } from '../../model/azure-documents.ts';
import type { Finding, Observations, Target } from '../../model/report.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connected, connectFailure } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { hasServiceEndpoint } from '../destinations.ts';
import { createFinding } from '../finding.ts';
import { provesPath } from '../outbound-path.ts';
import type { Rule } from '../rule.ts';
import { count, listHosts } from '../text.ts';

/** The check of Azure's documents that shows whether the subnet gives a VM an outbound path. */
const OUTBOUND_CHECK = 'default-outbound';
/** Fewer silent hosts than this may be at fault themselves. */
const ENOUGH = 3;
/** Services with a service endpoint that a subnet prepared for API Management has beside that for Storage. */
const OTHER_ENDPOINTS: readonly (string | null)[] = ['Sql', 'AzureKeyVault', 'EventHub'];

/**
 * Only Storage answers a VM without a public address: the sign of a private subnet, which reaches Storage of its own
 * region and nothing else that is public ("Default outbound access in Azure", 2025-12-03). The instance document
 * names public addresses of the SKU Basic alone (MicrosoftDocs/azure-docs, issue 44314), the load balancer document the
 * others.
 */
export const vmWithoutOutbound: Rule = ({ observations, targets, isOpen }) => {
  const shown = findOutboundCheck(observations);
  const isPrivate = shown?.outcome === 'not-met';
  const { vm } = observations.environment;
  // Azure's documents decide: then the VM alone can have a public address, and the metadata would name it.
  if (shown?.outcome === 'met' || (isPrivate ? vm?.publicAddress === true : vm?.publicAddress !== false))
    return [];
  const tried = targets.filter(
    (target) =>
      target.group !== 'dns' && target.attempts.length > 0 && dialledAddresses(target).some(isPublic),
  );
  const connecting = tried.filter((target) => target.attempts.some(isPublicConnection));
  // Azure's activation servers can be reached on a path of the platform's own.
  const answering = connecting.filter(({ group }) => group !== 'kms');
  const silent = tried.filter(isSilent);
  const isStorageAlone =
    answering.length > 0 &&
    answering.every(isStorage) &&
    answering.some(({ status }) => status === 'reachable') &&
    silent.some(({ serviceTag }) => OTHER_ENDPOINTS.includes(serviceTag));
  const isClear =
    (isPrivate ? answering.every(hasServiceEndpoint) : isStorageAlone) &&
    connecting.length + silent.length === tried.length &&
    new Set(silent.map(({ host }) => host)).size >= ENOUGH;
  const acceptsAll = observations.controls.some(
    (control) => control.name === 'tcp-reserved-address' && control.detail.connected,
  );
  const explained = silent.filter(isOpen);
  const hasPublicDns = targets.some((target) => target.group === 'dns' && provesPath(target));
  if (!isClear || acceptsAll || hasPublicDns || explained.length === 0) return [];
  // Azure's own report of an instance there decides.
  if (silent.some((target) => hasReported(target, 'failure'))) return [];
  const reported = silent.filter((target) => hasReported(target, 'success'));
  const elsewhere = silent.filter(isStorage);
  if (isPrivate) return [privateSubnetFinding(observations, shown, answering, explained)];
  return [
    createFinding('vm-without-outbound', {
      title: 'Only Storage answers: this VM probably has no outbound path of its own',
      explanation:
        `${listHosts(answering, 4)} answered; ${count(explained.length, 'other public endpoint')} timed out, and the metadata ` +
        `names no public address of this VM. A private subnet looks like this: it reaches Storage of its own region and ` +
        `nothing else. ` +
        (elsewhere.length === 0 ? '' : `${listHosts(elsewhere, 4)} would then be in another region. `) +
        'The instance leaves by a public address of its own, so this VM does not show what it reaches. ' +
        (reported.length === 0
          ? 'Two other explanations do concern the instance: a service endpoint for Storage beside a 0.0.0.0/0 route to ' +
            'something that drops, and an NSG that allows Storage alone.'
          : `The NetworkStatus that was given reports success at ${listHosts(reported, 4)}: the instance gets there.`),
      targets: explained,
      confirm: rerunCommand(observations, explained),
    }),
  ];
};

/** What documents without a doubt show. */
function findOutboundCheck({ preflight, documents }: Observations): PreflightCheck | undefined {
  const doubtful = (documents ?? []).filter(({ doubt }) => doubt !== null);
  return preflight?.find(
    ({ check, evidence }) =>
      check === OUTBOUND_CHECK && !doubtful.some(({ file }) => evidence.includes(file)),
  );
}

/** By the documents, this VM cannot reach anything public but what service endpoints and the region's Storage carry. */
function privateSubnetFinding(
  observations: Observations,
  { evidence }: PreflightCheck,
  answering: readonly Target[],
  explained: readonly Target[],
): Finding {
  return createFinding('vm-without-outbound', {
    title: 'This VM has no outbound path of its own: its subnet is private',
    explanation:
      `${evidence}. ${count(explained.length, 'public endpoint')} timed out` +
      (answering.length === 0
        ? '. '
        : `; ${listHosts(answering, 4)} answered, by a service endpoint or as Storage of the region. `) +
      'The instance leaves by a public address of its own, so this VM does not show what it reaches.',
    targets: explained,
    remedy: CAUSE_TEXTS['vm-without-outbound'].remedy.slice(2, 3),
    confirm: rerunCommand(observations, explained),
  });
}

/** The status that Azure's NetworkStatus has for this endpoint. */
function hasReported({ source }: Target, status: 'success' | 'failure'): boolean {
  return source.status?.toLowerCase() === status;
}

function isStorage({ serviceTag }: Target): boolean {
  return serviceTag?.split('.')[0] === 'Storage';
}

function isPublicConnection(attempt: Target['attempts'][number]): boolean {
  return isPublic(attempt.address) && connected(attempt);
}

/** A refusal shows a device that was reached. */
function isSilent(target: Target): boolean {
  if (!dialledAddresses(target).every(isPublic)) return false;
  return (
    connectFailure(target) === 'dropped' ||
    (target.status === 'unreachable' && target.failure === 'udp_timeout')
  );
}
