/** What kind of address it is: one table for probes, diagnosis, records and redaction. Pure. */
import ipaddr from 'ipaddr.js';

export const ADDRESS_SCOPES = ['public', 'private', 'loopback', 'link-local', 'reserved'] as const;
export type AddressScope = (typeof ADDRESS_SCOPES)[number];

/**
 * By the range of ipaddr.js, after the IANA special-purpose registries (RFC 6890); what is not listed is reserved. Ranges
 * that carry other networks' traffic (NAT64, 6to4, Teredo, AS112, AMT) are routed, so they are public. Virtual networks may
 * use 100.64.0.0/10 (RFC 6598) as private space. 198.18.0.0/15 is for benchmarks: filters answer with it.
 */
const SCOPES: Readonly<Record<string, AddressScope>> = {
  unicast: 'public',
  rfc6052: 'public',
  '6to4': 'public',
  teredo: 'public',
  as112: 'public',
  as112v6: 'public',
  amt: 'public',
  private: 'private',
  uniqueLocal: 'private',
  carrierGradeNat: 'private',
  loopback: 'loopback',
  linkLocal: 'link-local',
};

/**
 * @param address IPv4 or IPv6, with or without a zone index; an IPv4 address mapped into IPv6 counts as IPv4
 * @returns null when the text is not an address
 */
export function addressScope(address: string): AddressScope | null {
  const parsed = parseAddress(address);
  return parsed === null ? null : (SCOPES[parsed.range()] ?? 'reserved');
}

/** 0.0.0.0, loopback, link-local, multicast and broadcast, in both families. */
const NO_SERVER: readonly string[] = ['unspecified', 'loopback', 'linkLocal', 'multicast', 'broadcast'];

/** Whether no other machine beyond this link can have the address, so that a connection to it shows nothing of it. */
export function isNeverRemote(address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && NO_SERVER.includes(parsed.range());
}

/** @returns one spelling for each address (RFC 5952 for IPv6), or the text itself when it is not an address */
export function canonicalAddress(text: string): string {
  return parseAddress(text)?.toString() ?? text;
}

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const bare = text.replace(/%.*$/, '');
  // Three-part and hexadecimal IPv4 addresses are an address to some programs only.
  if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) return null;
  return ipaddr.process(bare);
}
