import { addressScope } from '../../probes/address-scope.ts';
import type { Target } from '../model/report.ts';

/** Whether no service can have this address, so that the DNS answer is invented. */
export function isBogus(address: string): boolean {
  const scope = addressScope(address);
  return scope === 'loopback' || scope === 'link-local' || scope === 'reserved';
}

/** Whether the address is on the public Internet. */
export function isPublic(address: string): boolean {
  return addressScope(address) === 'public';
}

/** The addresses that were dialled, else the addresses that the name resolved to. */
export function dialledAddresses(target: Target): readonly string[] {
  const tried = target.attempts.map((attempt) => attempt.address);
  return [...new Set(tried.length > 0 ? tried : target.addresses.map(({ address }) => address))];
}
