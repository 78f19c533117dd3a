/** Addresses with their scope. Pure. */
import { addressScope } from '../../probes/address-scope.ts';
import type { Address } from '../model/report.ts';

/** An address as evidence, with the aliases that led to it. */
export function describeAddress(address: string, via: readonly string[]): Address {
  return {
    address,
    family: address.includes(':') ? 6 : 4,
    scope: addressScope(address) ?? 'reserved',
    via: [...via],
  };
}
