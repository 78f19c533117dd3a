/** The API Management instance's own host names, and what DNS should say of them. */
import ipaddr from 'ipaddr.js';
import type { Observations, Resolution, Target } from '../report/schema.ts';
import { isPublic, scopeOf } from './addresses.ts';
import { kindOf } from './servers.ts';

/** Where the instance should be found, and how that is known. */
export interface Expected {
  /** Null when nobody said and the names do not agree on one. */
  readonly address: string | null;
  readonly by: 'vip' | 'agreement' | 'nothing';
}

/** What a server’s answer is worth for a host name of the instance. */
export type RecordState = 'right' | 'missing' | 'public' | 'wrong' | 'unknown';

/** The instance’s endpoints that were looked up. */
export function instanceTargets(targets: readonly Target[]): readonly Target[] {
  return targets.filter((target) => isOwn(target) && target.resolutions.length > 0);
}

export function isOwn({ group }: Target): boolean {
  return group === 'gateway' || group === 'control-plane';
}

/** The region in a regional gateway’s name; null in every other. */
function regionOf({ host }: Target): string | null {
  return /-([a-z0-9]+)-\d+\.regional\./i.exec(host)?.[1]?.toLowerCase() ?? null;
}

/** All names share one address, but for the regional gateways of the instance’s other locations. */
function sharesAddress(target: Target, { environment }: Observations): boolean {
  const region = regionOf(target);
  return region === null || region === environment.region;
}

/**
 * The address of `--vip`, or else the one private address that most of the names lead to; with a subnet that is
 * known, one inside it goes before any other.
 */
export function expectedAddress(observations: Observations, targets: readonly Target[]): Expected {
  const { vip } = observations.environment.network;
  if (vip !== null) return { address: vip, by: 'vip' };
  const answers = instanceTargets(targets)
    .filter((target) => sharesAddress(target, observations))
    .flatMap(({ host, resolutions }) => resolutions.map((resolution) => ({ host, resolution })))
    .flatMap(({ host, resolution }) => resolution.addresses.map((address) => ({ host, address })))
    .filter(({ address }) => scopeOf(address) === 'private');
  const inside = answers.filter(({ address }) => isInSubnet(address, observations) === true);
  const votes = Map.groupBy(inside.length > 0 ? inside : answers, ({ address }) => address);
  const ranked = [...votes]
    .map(([address, votesFor]) => ({ address, count: votesFor.length }))
    .sort((a, b) => b.count - a.count || (a.address < b.address ? -1 : 1));
  const [first, second] = ranked;
  if (first === undefined || first.count === second?.count) return { address: null, by: 'nothing' };
  return { address: first.address, by: 'agreement' };
}

/** Whether an address lies in the subnet; null when the subnet is not known. */
export function isInSubnet(address: string, { environment }: Observations): boolean | null {
  const { subnet } = environment.network;
  if (subnet === null || !ipaddr.isValidCIDR(subnet) || !ipaddr.isValid(address)) return null;
  const [network, length] = ipaddr.parseCIDR(subnet);
  const parsed = ipaddr.process(address);
  return parsed.kind() === network.kind() && parsed.match(network, length);
}

/** Sorts one server’s answer. */
export function stateOf(
  target: Target,
  resolution: Resolution,
  observations: Observations,
  expected: Expected,
): RecordState {
  const kind = kindOf(resolution);
  if (kind === 'absent') return 'missing';
  if (kind !== 'public' && kind !== 'private') return 'unknown';
  if (resolution.addresses.some(isPublic)) return 'public';
  if (!sharesAddress(target, observations)) return 'right';
  if (expected.address !== null) {
    const right = resolution.addresses.every((address) => address === expected.address);
    const outside = expected.by === 'agreement' && isInSubnet(expected.address, observations) === false;
    return right && !outside ? 'right' : 'wrong';
  }
  return 'wrong';
}
