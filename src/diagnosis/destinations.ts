import type { Target } from '../model/report.ts';
import { dialledAddresses, isPublic } from './addresses.ts';
import { count, list, listAll, listEndpoints } from './text.ts';

/** Endpoints that one rule of a security group or firewall would allow. */
export interface Destination {
  /** The name in the rule: “service tag Sql”, “private addresses”, or the host. */
  readonly name: string;
  readonly serviceTag: string | null;
  readonly isPrivate: boolean;
  readonly ports: readonly number[];
  readonly targets: readonly Target[];
}

/** Services with service endpoints, which bypass a default route. */
const SERVICE_ENDPOINT_TAGS = ['Storage', 'Sql', 'AzureKeyVault', 'EventHub'];

/** Groups targets by the rule that would allow them, in the order of their names. */
export function destinations(targets: readonly Target[]): readonly Destination[] {
  const groups = Map.groupBy(targets, nameOf);
  return [...groups.keys()].sort().map((name) => {
    const members = groups.get(name) ?? [];
    const isPrivate = members.every(isPrivateOnly);
    return {
      name,
      serviceTag: isPrivate ? null : (members[0]?.serviceTag ?? null),
      isPrivate,
      ports: [...new Set(members.map(({ port }) => port))].sort((a, b) => a - b),
      targets: members,
    };
  });
}

/** How many ports a title lists. */
export const TITLE_PORTS = 12;

/** “port 443”, “ports 443 and 1886”. */
export function portsOf({ ports }: Pick<Destination, 'ports'>, limit = Number.POSITIVE_INFINITY): string {
  return `${ports.length === 1 ? 'port' : 'ports'} ${list(ports.map(String), limit)}`;
}

/** “service tag Sql port 1433 and service tag Storage ports 443 and 445”; hosts that no tag covers are named. */
export function describeGroups(groups: readonly Destination[]): string {
  return listAll(
    groups.map((group) => {
      const hosts = listAll(group.targets.map(({ host }) => host));
      return `${group.name}${isOfCatalogue(group) ? ` (${hosts})` : ''} ${portsOf(group)}`;
    }),
  );
}

function isOfCatalogue({ name }: Destination): boolean {
  return name.startsWith('group ');
}

/** Whether every dialled address is private. */
export function isPrivateOnly(target: Target): boolean {
  const addresses = dialledAddresses(target);
  return addresses.length > 0 && !addresses.some(isPublic);
}

/** Whether a service endpoint could bypass the default route for this target. */
export function hasServiceEndpoint({ serviceTag }: Target): boolean {
  return serviceTag !== null && SERVICE_ENDPOINT_TAGS.includes(serviceTag.split('.')[0] ?? '');
}

/** Describes how often and where connections were tried. */
export function triesOf(targets: readonly Target[]): string {
  const addresses = targets.flatMap(dialledAddresses);
  const attempts = targets.reduce((sum, target) => sum + target.attempts.length, 0);
  const hosts = listEndpoints(targets, 4);
  if (addresses.length === 0) return hosts;
  return `${hosts} (${list(addresses, 4)}; ${count(attempts, 'attempt')})`;
}

function nameOf(target: Target): string {
  if (isPrivateOnly(target)) return 'private addresses';
  if (target.serviceTag !== null) return `service tag ${target.serviceTag}`;
  return target.group === 'custom' || target.source.kind === 'config' ? target.host : `group ${target.group}`;
}
