/** What lost endpoints have in common and no endpoint that passed has. Pure. */
import { isIPv4 } from 'node:net';
import { coveringPrefix, isInside, prefixOf } from '../common/cidr.ts';
import type { Target } from '../model/report.ts';
import { dialledAddresses, isPublic } from './addresses.ts';

/** A property by which a route, rule or server tells the lost endpoints from the others. */
export interface Trait {
  readonly kind: 'prefix' | 'suffix' | 'server' | 'port' | 'protocol';
  /** The prefix, suffix, server, port or protocol. */
  readonly value: string;
}

/** Addresses with fewer bits in common have nothing to do with each other: Azure's own blocks are of this size. */
const SHORTEST_PREFIX = 16;
/** A prefix as narrow as this is likelier than any other trait. */
const NARROW_PREFIX = 24;
/** “core.windows.net” is common to half of Azure. */
const SHORTEST_SUFFIX = 3;

/**
 * The narrowest trait that all lost endpoints have and none that passed; null when there is none.
 * @param passed endpoints that connected; without any at a public address nothing can be compared
 */
export function findCommonTrait(lost: readonly Target[], passed: readonly Target[]): Trait | null {
  if (
    !passed.some((target) => dialledAddresses(target).some(isPublic)) ||
    new Set(lost.map(({ host }) => host)).size < 2
  )
    return null;
  const prefix = commonPrefix(lost, passed);
  if (prefix !== null && prefixOf(prefix) >= NARROW_PREFIX) return { kind: 'prefix', value: prefix };
  const others: readonly Trait[] = [
    ...(passed.some(serverOf) ? sharedValue('server', lost, passed, serverOf) : []),
    ...commonSuffix(lost, passed),
    ...sharedValue('port', lost, passed, ({ port }) => `${port}`),
    ...sharedValue('protocol', lost, passed, ({ protocol }) => protocol),
    ...(prefix === null ? [] : [{ kind: 'prefix', value: prefix } as const]),
  ];
  return others[0] ?? null;
}

/** The DNS server that decided; null for addresses of the user and of the hosts file, with which none can be compared. */
function serverOf({ addressesFrom }: Target): string | null {
  return addressesFrom === 'hosts-file' ? null : addressesFrom;
}

function sharedValue(
  kind: Trait['kind'],
  lost: readonly Target[],
  passed: readonly Target[],
  of: (target: Target) => string | null,
): Trait[] {
  const [value, ...more] = new Set(lost.map(of));
  if (value === undefined || value === null || more.length > 0) return [];
  return passed.some((target) => of(target) === value) ? [] : [{ kind, value }];
}

function commonPrefix(lost: readonly Target[], passed: readonly Target[]): string | null {
  const addresses = [...new Set(lost.flatMap(publicIPv4))];
  const prefix = addresses.length < 2 ? null : coveringPrefix(addresses);
  if (prefix === null || prefixOf(prefix) < SHORTEST_PREFIX) return null;
  return passed.flatMap(publicIPv4).some((address) => isInside(address, prefix)) ? null : prefix;
}

function publicIPv4(target: Target): readonly string[] {
  return dialledAddresses(target).filter((address) => isIPv4(address) && isPublic(address));
}

function commonSuffix(lost: readonly Target[], passed: readonly Target[]): Trait[] {
  const [first = [], ...rest] = lost.map(({ host }) => host.toLowerCase().split('.').toReversed());
  const length = first.findIndex((label, index) => rest.some((labels) => labels[index] !== label));
  if (length < SHORTEST_SUFFIX) return [];
  const value = first.slice(0, length).toReversed().join('.');
  return passed.some(({ host }) => host.toLowerCase().endsWith(`.${value}`))
    ? []
    : [{ kind: 'suffix', value }];
}
