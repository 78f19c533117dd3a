/** Which of this VM's own routes an address takes. Pure. */
import { isIPv4 } from 'node:net';
import type { Environment } from '../model/report.ts';

export type Route = NonNullable<Environment['network']['routes']>[number];

const DEFAULT_ROUTE = '0.0.0.0/0';

/** Whether a default route exists that accepts packets. */
export function hasDefaultRoute(routes: readonly Route[]): boolean {
  return routes.some(({ destination, rejects }) => destination === DEFAULT_ROUTE && !rejects);
}

/** The route with the longest prefix that covers the IPv4 address; undefined when none does. */
export function findRoute(address: string, routes: readonly Route[]): Route | undefined {
  return routes
    .filter(({ destination }) => isInside(address, destination))
    .toSorted((one, other) => prefixOf(other.destination) - prefixOf(one.destination))[0];
}

/** Whether an IPv4 address is inside an IPv4 CIDR. */
export function isInside(address: string, cidr: string): boolean {
  const [network = ''] = cidr.split('/');
  if (!isIPv4(address) || !isIPv4(network)) return false;
  const shift = 32 - prefixOf(cidr);
  return shift === 32 || toNumber(address) >>> shift === toNumber(network) >>> shift;
}

/** The smallest CIDR that covers all of these IPv4 addresses; null without any. */
export function coveringPrefix([first, ...rest]: readonly string[]): string | null {
  if (first === undefined) return null;
  const bits = rest.reduce(
    (common, address) => Math.min(common, Math.clz32(toNumber(first) ^ toNumber(address))),
    32,
  );
  const network = bits === 0 ? 0 : (toNumber(first) >>> (32 - bits)) << (32 - bits);
  const octets = [24, 16, 8, 0].map((shift) => (network >>> shift) & 255);
  return `${octets.join('.')}/${bits}`;
}

/** Bits of a CIDR's prefix. */
export function prefixOf(cidr: string): number {
  return Number(cidr.split('/')[1]);
}

/** The address as an unsigned number. */
function toNumber(address: string): number {
  return address.split('.').reduce((number, octet) => ((number << 8) | Number(octet)) >>> 0, 0);
}
