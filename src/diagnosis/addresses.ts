import ipaddr from 'ipaddr.js';
import type { Address, Target } from '../model/report.ts';

type Scope = Address['scope'];

const SCOPES: Readonly<Record<string, Scope>> = {
  unicast: 'public',
  rfc6052: 'public',
  '6to4': 'public',
  teredo: 'public',
  as112: 'public',
  private: 'private',
  uniqueLocal: 'private',
  carrierGradeNat: 'private',
  loopback: 'loopback',
  linkLocal: 'link-local',
};

/**
 * The scope of an address that a DNS server gave, by the special-purpose registries (RFC 6890); virtual
 * networks may use 100.64.0.0/10 as private space. Null when it is no address.
 */
export function addressScope(address: string): Scope | null {
  if (!ipaddr.isValid(address)) return null;
  return SCOPES[ipaddr.process(address).range()] ?? 'reserved';
}

/** No service has such an address: an answer with it is invented. */
export function isBogus(address: string): boolean {
  const scope = addressScope(address);
  return scope === 'loopback' || scope === 'link-local' || scope === 'reserved';
}

/** Whether this attempt went to an address of the public Internet. */
export function isPublic(address: string): boolean {
  return addressScope(address) === 'public';
}

/** The addresses that were dialled, or else those that the name resolved to. */
export function dialled(target: Target): readonly string[] {
  const tried = target.attempts.map((attempt) => attempt.address);
  return [...new Set(tried.length > 0 ? tried : target.addresses.map(({ address }) => address))];
}
