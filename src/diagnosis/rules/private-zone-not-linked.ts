import type { Protocol } from '../../../probes/protocols.ts';
import { AZURE_DNS } from '../../model/azure.ts';
import type { Finding, Observations, Target } from '../../model/report.ts';
import type { Group, Severity } from '../../model/vocabulary.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connectFailure } from '../attempts.ts';
import { changedAnswer } from '../changing-answers.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { denialOf, describeDenial } from '../network-denials.ts';
import { resourceZone } from '../private-zones.ts';
import type { Rule, Scene } from '../rule.ts';
import { azureAnswer, azureKind } from '../servers.ts';
import { count, list, listAll, listHosts } from '../text.ts';
import { isExposed } from './expected-private.ts';

/** Groups whose host names belong to one customer's resource; shared hosts always have privatelink aliases. */
const OWNED: readonly Group[] = [
  'storage-blob',
  'storage-table',
  'storage-queue',
  'storage-file',
  'sql',
  'key-vault',
  'event-hubs',
  'redis',
  'gateway',
  'control-plane',
  'custom',
];

/** “Azure SQL connectivity architecture” and Event Hubs’ AMQP: the refusal comes after the login, or with a link. */
const AT_LOGIN: readonly Protocol[] = ['tds', 'amqp', 'amqps', 'redis', 'rediss', 'smb'];

/** Resources with a private endpoint that resolve to the public address here: one finding for each zone. */
export const privateZoneNotLinked: Rule = (scene) => {
  const aliased = scene.targets.filter(
    (target) =>
      isAliased(target) &&
      !isExposed(target, scene.observations) &&
      !isChanging(target, scene) &&
      (target.status === 'reachable' || fails(target, scene)),
  );
  const byZone = Map.groupBy(aliased, (target) => resourceZone(target) ?? '');
  return [...byZone.keys()].sort().map((zone) => notLinkedFinding(scene, zone, byZone.get(zone) ?? []));
};

/** Whether the service refused this subnet at the public address of a resource that has a private endpoint. */
export function isBehindPrivateEndpoint(target: Target): boolean {
  return isAliased(target) && denialOf(target) !== null;
}

function isAliased(target: Target): boolean {
  return (
    OWNED.includes(target.group) &&
    resourceZone(target) !== null &&
    target.addresses.every(({ address }) => isPublic(address))
  );
}

/** Whether the server that decided sees the private zone at times. */
function isChanging(target: Target, { observations }: Scene): boolean {
  return target.resolutions.some(
    (first) => first.server === target.addressesFrom && changedAnswer(observations, target, first) !== null,
  );
}

function fails(target: Target, { isOpen }: Scene): boolean {
  return connectFailure(target) !== null && isOpen(target);
}

function notLinkedFinding({ observations }: Scene, zone: string, targets: readonly Target[]): Finding {
  const failing = targets.filter(({ status }) => status !== 'reachable');
  const denied = targets.filter(isBehindPrivateEndpoint);
  const isHidden = failing.length + denied.length > 0;
  const names = listHosts(targets, 3);
  const isRequired = failing.some(({ required, status }) => required && status === 'unreachable');
  return createFinding('private-zone-not-linked', {
    ...(!isHidden && { severity: 'info' as const }),
    ...(isHidden && !isRequired && { severity: severityOfHidden(denied) }),
    title: isHidden
      ? `The private endpoint of ${names} is not visible here: ${zone} is not linked`
      : `${names} ${targets.length === 1 ? 'is' : 'are'} reached publicly although a private endpoint exists`,
    explanation: [
      describeAliases(zone, targets),
      ...describeOutcome(targets, failing, denied),
      ...describeAzureAnswer(observations, targets),
    ].join(' '),
    targets,
    remedy: remedyFor(observations, zone, targets),
    confirm: rerunCommand(observations, targets),
  });
}

/** A dependency of the instance that refuses it is an error; a stand-in of the user’s is not. */
function severityOfHidden(denied: readonly Target[]): Severity {
  return denied.some(({ source }) => source.kind === 'import' && source.status?.toLowerCase() !== 'success')
    ? 'error'
    : 'warning';
}

function describeAliases(zone: string, targets: readonly Target[]): string {
  const aliases = list(
    targets.map((target) => `${target.host} to ${list(dialledAddresses(target), 2)}`),
    3,
  );
  return `The name passes an alias in ${zone}, which exists only with a private endpoint, yet leads to a public address: ${aliases}.`;
}

function describeOutcome(
  targets: readonly Target[],
  failing: readonly Target[],
  denied: readonly Target[],
): string[] {
  const reached = targets.filter((target) => !failing.includes(target) && !denied.includes(target));
  const untold = reached.filter(refusesAtLogin);
  const failures = list(failing.flatMap(({ failure }) => failure ?? []).sort(), 3);
  return [
    ...(failing.length > 0
      ? [`Connections to the public address of ${count(failing.length, 'endpoint')} failed (${failures}).`]
      : []),
    ...(denied.length > 0
      ? [`The public address answers and refuses this subnet: ${list(denied.map(describeDenial), 3)}.`]
      : []),
    ...(untold.length > 0
      ? [
          `The public address of ${listHosts(untold)} answers; whether its rules admit this subnet shows ` +
            'only at login, which is not tried.',
        ]
      : []),
    ...(reached.length === targets.length && untold.length === 0
      ? ['The public address works, so nothing is broken; traffic just does not use the private endpoint.']
      : []),
  ];
}

/** Services whose network rules refuse a caller only when it logs in. */
function refusesAtLogin({ protocol }: Target): boolean {
  return AT_LOGIN.includes(protocol);
}

/** Azure DNS uses the zones linked to this VM's network: if it has the private address, forwarding is at fault. */
function describeAzureAnswer(observations: Observations, targets: readonly Target[]): string[] {
  const known = targets.find(({ host }) => azureKind(observations, host) === 'private');
  const answer = known === undefined ? null : azureAnswer(observations, known.host);
  if (answer === null) return [];
  return [
    `Azure DNS (${AZURE_DNS}) answers ${answer.name} with ${list(answer.addresses, 2)}: the zone is linked, but ` +
      'the configured DNS server does not ask there.',
  ];
}

function remedyFor(observations: Observations, zone: string, targets: readonly Target[]): readonly string[] {
  // Key Vault's private zone has another name than its public one, and a forwarder needs both.
  const parents = targets.map(({ host }) => host.slice(host.indexOf('.') + 1));
  const suffixes = listAll([...parents, zone.replace(/^privatelink\./, '')]);
  const forward =
    `On the custom DNS servers (${listAll(observations.environment.dns.servers) || 'none known'}): forward ` +
    `${suffixes} to ${AZURE_DNS} from a virtual network linked to ${zone}, or to an Azure DNS Private Resolver.`;
  const link =
    `Link the private DNS zone ${zone} to the virtual network that asks Azure DNS (this one with Azure-provided ` +
    'DNS), and check that it holds the resource’s A record.';
  const tags = listAll(targets.flatMap(({ serviceTag }) => serviceTag ?? []).sort());
  const publicly = `If the public address is meant to be used: allow it outbound${
    tags === ''
      ? ''
      : ` (service tag ${tags}, ` + `port ${listAll(targets.map(({ port }) => String(port)).sort())})`
  }, and this subnet in the resource’s own firewall.`;
  const linked = targets.some(({ host }) => azureKind(observations, host) === 'private');
  const custom = observations.environment.dns.servers.some((server) => server !== AZURE_DNS);
  if (linked) return [forward, publicly];
  return custom ? [link, forward, publicly] : [link, publicly];
}
