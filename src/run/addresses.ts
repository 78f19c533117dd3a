/** Addresses, and what kind of place they are. Pure. */
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Address } from '../model/report.ts';

type Scope = Address['scope'];

/** By range (IANA special-purpose registries); whatever is not listed is nobody's to use and counts as reserved. */
const SCOPES: Readonly<Record<string, Scope>> = {
  unicast: 'public',
  private: 'private',
  uniqueLocal: 'private',
  carrierGradeNat: 'private',
  loopback: 'loopback',
  linkLocal: 'link-local',
};

/** An address as evidence, with the aliases that led to it. */
export function describeAddress(address: string, via: readonly string[]): Address {
  return {
    address,
    family: isIPv6(address) ? 6 : 4,
    scope: scopeOf(address),
    via: [...via],
  };
}

function scopeOf(address: string): Scope {
  return ipaddr.isValid(address) ? (SCOPES[ipaddr.process(address).range()] ?? 'reserved') : 'reserved';
}
