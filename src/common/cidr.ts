/** Prefixes of IPv4 addresses in CIDR notation (RFC 4632). */
import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether the address is an IPv4 address inside this IPv4 CIDR. */
export function isInside(address: string, cidr: string): boolean {
  const [network = ''] = cidr.split('/');
  if (!isIPv4(address) || !isIPv4(network)) return false;
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parse(network), prefixOf(cidr));
}

/** The smallest CIDR that covers all of these IPv4 addresses; null without any. */
export function coveringPrefix([first, ...rest]: readonly string[]): string | null {
  if (first === undefined) return null;
  let bits = 32;
  while (!rest.every((address) => isInside(address, `${first}/${bits}`))) bits -= 1;
  return `${ipaddr.IPv4.networkAddressFromCIDR(`${first}/${bits}`)}/${bits}`;
}

/** Bits of a CIDR's prefix. */
export function prefixOf(cidr: string): number {
  return Number(cidr.split('/')[1]);
}
