/** The address that a vault saw, and what it tells of the way that the connection took. Pure. */
import { isIP } from 'node:net';
import { type AddressScope, addressScope } from './address-scope.ts';
import type { KeyVaultFacts } from './product-facts.ts';

/** What a NAT gateway or firewall never shows outside. */
const NOT_SHOWN_OUTSIDE: readonly (AddressScope | null)[] = ['private', 'loopback', 'link-local'];

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
  return NOT_SHOWN_OUTSIDE.includes(addressScope(seen)) ? 'private' : 'public';
}

/** One way of writing: lower case, and IPv4 without the prefix that IPv6 sockets give it. */
function plain(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=[0-9.]+$)/, '');
}
