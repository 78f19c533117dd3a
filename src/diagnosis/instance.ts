/** The host names of the API Management instance, and the DNS answers that they should have. */
import ipaddr from 'ipaddr.js';
import { addressScope } from '../../probes/address-scope.ts';
import type { Observations, Resolution, Target } from '../model/report.ts';
import { isPublic } from './addresses.ts';
import { kindOf } from './servers.ts';

/** The address that the instance should have, and its source. */
export interface Expected {
  /** Null without --vip when the names do not agree on an address. */
  readonly address: string | null;
  readonly by: 'vip' | 'agreement' | 'nothing';
}

/** The state of a server’s record for a host name of the instance. */
export type RecordState = 'right' | 'missing' | 'public' | 'wrong' | 'unknown';

/** The instance’s endpoints that were looked up. */
export function instanceTargets(targets: readonly Target[]): readonly Target[] {
  return targets.filter((target) => isOwn(target) && target.resolutions.length > 0);
}

export function isOwn({ group }: Pick<Target, 'group'>): boolean {
  return group === 'gateway' || group === 'control-plane';
}

/** The region in a regional gateway’s name, else null. */
function regionOf({ host }: Target): string | null {
  return /-([a-z0-9]+)-\d+\.regional\./i.exec(host)?.[1]?.toLowerCase() ?? null;
}

/** Whether the name has the shared address; each regional gateway has its own. */
function sharesAddress(target: Target): boolean {
  return regionOf(target) === null;
}

/** The region of a gateway in another region than this run, else null. */
export function elsewhere(target: Target, { environment }: Observations): string | null {
  const region = regionOf(target);
  return region === environment.region ? null : region;
}

/** Whether a server with a valid certificate for the name answered at one of these addresses. */
export function isProved({ attempts }: Target, addresses: readonly string[]): boolean {
  return attempts.some(
    ({ ok, address, facts }) => ok && addresses.includes(address) && facts.proof !== 'connect',
  );
}

/**
 * The address of `--vip`, else the private address of the names. Addresses inside the subnet come first, then those
 * where a certificate proved the instance, then those of more names.
 */
export function expectedAddress(observations: Observations, targets: readonly Target[]): Expected {
  const { vip } = observations.environment.network;
  if (vip !== null) return { address: vip, by: 'vip' };
  const own = instanceTargets(targets).filter(sharesAddress);
  const answers = own.flatMap((target) =>
    target.resolutions.flatMap(({ addresses }) =>
      addresses
        .filter((address) => addressScope(address) === 'private')
        .map((address) => ({ address, host: target.host, isProved: isProved(target, [address]) })),
    ),
  );
  const ranked = [...Map.groupBy(answers, ({ address }) => address)]
    .map(([address, members]) => ({
      address,
      rank: [
        isInSubnet(address, observations) === true ? 1 : 0,
        new Set(members.filter((one) => one.isProved).map(({ host }) => host)).size,
        new Set(members.map(({ host }) => host)).size,
      ],
    }))
    .sort((a, b) => compareRanks(b.rank, a.rank) || (a.address < b.address ? -1 : 1));
  const [first, second] = ranked;
  const isTied = second !== undefined && first !== undefined && compareRanks(first.rank, second.rank) === 0;
  return first === undefined || isTied
    ? { address: null, by: 'nothing' }
    : { address: first.address, by: 'agreement' };
}

function compareRanks(one: readonly number[], other: readonly number[]): number {
  for (const [index, value] of one.entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether an address lies in the subnet; null when the subnet is not known. */
function isInSubnet(address: string, { environment }: Observations): boolean | null {
  const { subnet } = environment.network;
  if (subnet === null || !ipaddr.isValidCIDR(subnet) || !ipaddr.isValid(address)) return null;
  const [network, length] = ipaddr.parseCIDR(subnet);
  const parsed = ipaddr.process(address);
  return parsed.kind() === network.kind() && parsed.match(network, length);
}

/** Whether the names agree on an address outside the subnet, although the instance's address is inside. */
export function isOutside({ address, by }: Expected, observations: Observations): boolean {
  return by === 'agreement' && address !== null && isInSubnet(address, observations) === false;
}

/** Sorts one server’s answer. */
export function stateOf(
  target: Target,
  resolution: Resolution,
  observations: Observations,
  expected: Expected,
): RecordState {
  const { addresses } = resolution;
  const kind = kindOf(resolution);
  if (kind === 'absent') return 'missing';
  if (kind !== 'public' && kind !== 'private') return 'unknown';
  const shares = sharesAddress(target);
  // In external mode the address is public, and --vip may name it.
  if (shares && expected.by === 'vip' && leadsTo(addresses, expected.address)) return 'right';
  if (addresses.some(isPublic)) return 'public';
  if (!shares) return regionalState(target, addresses, observations);
  return leadsTo(addresses, expected.address) && !isOutside(expected, observations) ? 'right' : 'wrong';
}

/** The gateway of this region has the address of `--vip` if --vip is in this region; others have their own. */
function regionalState(
  target: Target,
  addresses: readonly string[],
  observations: Observations,
): RecordState {
  const { vip } = observations.environment.network;
  const isHere = vip !== null && isInSubnet(vip, observations) === true;
  return !isHere || elsewhere(target, observations) !== null || leadsTo(addresses, vip) ? 'right' : 'wrong';
}

function leadsTo(addresses: readonly string[], expected: string | null): boolean {
  return expected !== null && addresses.every((address) => address === expected);
}
