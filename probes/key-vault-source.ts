/** Reads the source address that a vault saw, and classifies the path of the connection. Pure. */
import { isIP } from 'node:net';
import { type AddressScope, addressScope } from './address-scope.ts';
import type { KeyVaultFacts } from './product-facts.ts';

/** Scopes that never appear behind a NAT gateway or firewall. */
const NOT_SHOWN_OUTSIDE: readonly (AddressScope | null)[] = ['private', 'loopback', 'link-local'];

/** The `addr=` of x-ms-keyvault-network-info, null when it holds no address. */
export function readSource(networkInfo: string): string | null {
  const address = /(?:^|;)\s*addr=([0-9A-Fa-f:.]{2,45})\s*(?:;|$)/.exec(networkInfo)?.[1];
  return address === undefined || isIP(address) === 0 ? null : normalizeAddress(address);
}

/**
 * `vm`: the vault saw this VM's address, so a private endpoint or a service endpoint is in use. `private`: another
 * private address, so the path stays inside private networks. `public`: the path includes NAT or a firewall.
 * @param own the VM's address of the same connection, null when it is unknown
 */
export function sourceScope(seen: string | null, own: string | null): KeyVaultFacts['source'] {
  if (seen === null) return null;
  if (own !== null && normalizeAddress(own) === seen) return 'vm';
  return NOT_SHOWN_OUTSIDE.includes(addressScope(seen)) ? 'private' : 'public';
}

/** Normalises an address: lower case, and IPv4 without the prefix of IPv4-mapped IPv6. */
function normalizeAddress(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=[0-9.]+$)/, '');
}
