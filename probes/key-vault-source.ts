/** The address that a vault saw, and what it tells of the way that the connection took. Pure. */
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { KeyVaultFacts } from './product-facts.ts';

/** RFC 1918, RFC 6598, RFC 4193, loopback and link-local: nothing that a NAT gateway or firewall shows outside. */
const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8);
PRIVATE.addSubnet('172.16.0.0', 12);
PRIVATE.addSubnet('192.168.0.0', 16);
PRIVATE.addSubnet('100.64.0.0', 10);
PRIVATE.addSubnet('127.0.0.0', 8);
PRIVATE.addSubnet('169.254.0.0', 16);
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');
PRIVATE.addAddress('::1', 'ipv6');

/** The `addr=` of x-ms-keyvault-network-info, null when it holds no address. */
export function readSource(networkInfo: string): string | null {
  const address = /(?:^|;)\s*addr=([0-9A-Fa-f:.]{2,45})\s*(?:;|$)/.exec(networkInfo)?.[1];
  return address === undefined || isIP(address) === 0 ? null : plain(address);
}

/**
 * `vm`: the vault saw this VM itself, so a private endpoint or a service endpoint is in use. `private`: another
 * private address, so the path stays inside private networks. `public`: it came out through NAT or a firewall.
 * @param own the VM's address of the same connection, null when it is not known
 */
export function sourceScope(seen: string | null, own: string | null): KeyVaultFacts['source'] {
  if (seen === null) return null;
  if (own !== null && plain(own) === seen) return 'vm';
  return PRIVATE.check(seen, isIPv6(seen) ? 'ipv6' : 'ipv4') ? 'private' : 'public';
}

/** One way of writing: lower case, and IPv4 without the prefix that IPv6 sockets give it. */
function plain(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=[0-9.]+$)/, '');
}
