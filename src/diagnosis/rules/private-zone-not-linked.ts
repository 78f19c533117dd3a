import { AZURE_DNS } from '../../model/azure.ts';
import type { Finding, Observations, Target } from '../../model/report.ts';
import type { Group } from '../../model/vocabulary.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connectFailure } from '../attempts.ts';
import { lookupCommand, rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { resourceZone } from '../private-zones.ts';
import type { Rule, Scene } from '../rule.ts';
import { azureAnswer, azureKind } from '../servers.ts';
import { count, list } from '../text.ts';

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

/** Resources with a private endpoint that resolve to the public address here: one finding for each zone. */
export const privateZoneNotLinked: Rule = (scene) => {
  const aliased = scene.targets.filter(
    (target) => isAliased(target) && (target.status === 'reachable' || fails(target, scene)),
  );
  const byZone = Map.groupBy(aliased, (target) => resourceZone(target) ?? '');
  return [...byZone.keys()].sort().map((zone) => notLinkedFinding(scene, zone, byZone.get(zone) ?? []));
};

function isAliased(target: Target): boolean {
  return (
    OWNED.includes(target.group) &&
    resourceZone(target) !== null &&
    target.addresses.every(({ address }) => isPublic(address))
  );
}

function fails(target: Target, { open }: Scene): boolean {
  return connectFailure(target) !== null && open.includes(target);
}

function notLinkedFinding({ observations }: Scene, zone: string, targets: readonly Target[]): Finding {
  const failing = targets.filter(({ status }) => status !== 'reachable');
  const names = list(
    targets.map(({ host }) => host),
    3,
  );
  const [sample] = failing.length > 0 ? failing : targets;
  const host = new Set(targets.map((target) => target.host)).size === 1 ? sample?.host : undefined;
  return createFinding('private-zone-not-linked', {
    ...(failing.length === 0 && { severity: 'info' }),
    title:
      failing.length === 0
        ? `${names} ${targets.length === 1 ? 'is' : 'are'} reached publicly although a private endpoint exists`
        : `The private endpoint of ${names} is not visible here: ${zone} is not linked`,
    explanation: `${evidence(zone, targets, failing)} ${describeAzureAnswer(observations, targets)}`.trim(),
    targets,
    remedy: remedyFor(observations, zone, targets),
    confirm: host === undefined ? rerunCommand(observations, targets) : lookupCommand(host, null),
  });
}

function evidence(zone: string, targets: readonly Target[], failing: readonly Target[]): string {
  const aliases = list(
    targets.map((target) => `${target.host} to ${list(dialledAddresses(target), 2)}`),
    3,
  );
  const outcome =
    failing.length === 0
      ? 'The public address works, so nothing is broken; traffic just does not use the private endpoint.'
      : `Connections to the public address of ${count(failing.length, 'endpoint')} failed ` +
        `(${list(failing.flatMap(({ failure }) => failure ?? []).sort(), 3)}).`;
  return (
    `The name passes an alias in ${zone}, which exists only with a private endpoint, yet leads to a public ` +
    `address: ${aliases}. ${outcome}`
  );
}

/** Azure DNS uses the zones linked to this VM's network: if it has the private address, forwarding is at fault. */
function describeAzureAnswer(observations: Observations, targets: readonly Target[]): string {
  const known = targets.find(({ host }) => azureKind(observations, host) === 'private');
  const answer = known === undefined ? null : azureAnswer(observations, known.host);
  if (answer === null) return '';
  return (
    `Azure DNS (${AZURE_DNS}) answers ${answer.name} with ${list(answer.addresses, 2)}: the zone is linked, but ` +
    'the configured DNS server does not ask there.'
  );
}

function remedyFor(observations: Observations, zone: string, targets: readonly Target[]): readonly string[] {
  // Key Vault's private zone has another name than its public one, and a forwarder needs both.
  const parents = targets.map(({ host }) => host.slice(host.indexOf('.') + 1));
  const suffixes = list([...parents, zone.replace(/^privatelink\./, '')], 3);
  const forward =
    `On the custom DNS servers (${list(observations.environment.dns.servers, 3) || 'none known'}): forward ` +
    `${suffixes} to ${AZURE_DNS} from a virtual network linked to ${zone}, or to an Azure DNS Private Resolver.`;
  const link =
    `Link the private DNS zone ${zone} to the virtual network that asks Azure DNS (this one with Azure-provided ` +
    'DNS), and check that it holds the resource’s A record.';
  const tags = list([...new Set(targets.flatMap(({ serviceTag }) => serviceTag ?? []))].sort(), 3);
  const publicly = `If the public address is meant to be used: allow it outbound${
    tags === ''
      ? ''
      : ` (service tag ${tags}, ` +
        `port ${list([...new Set(targets.map(({ port }) => String(port)))].sort(), 4)})`
  }, and this subnet in the resource’s own firewall.`;
  const linked = targets.some(({ host }) => azureKind(observations, host) === 'private');
  const custom = observations.environment.dns.servers.some((server) => server !== AZURE_DNS);
  if (linked) return [forward, publicly];
  return custom ? [link, forward, publicly] : [link, publicly];
}
