import { addressScope } from '../../probes/address-scope.ts';
import type { Target } from '../model/report.ts';

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
