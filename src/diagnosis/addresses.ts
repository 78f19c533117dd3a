import { type AddressScope, addressScope } from '../../probes/address-scope.ts';
import type { Target } from '../model/report.ts';

/** Answers by address, because many rules ask about the addresses of all targets; so many are held at most. */
const SCOPES = new Map<string, AddressScope | null>();
const MOST_SCOPES = 4096;

function scopeOf(address: string): AddressScope | null {
  const known = SCOPES.get(address);
  if (known !== undefined) return known;
  const scope = addressScope(address);
  if (SCOPES.size === MOST_SCOPES) SCOPES.clear();
  SCOPES.set(address, scope);
  return scope;
}

/** Whether no service can have this address, so that the DNS answer is invented. */
export function isBogus(address: string): boolean {
  const scope = scopeOf(address);
  return scope === 'loopback' || scope === 'link-local' || scope === 'reserved';
}

/** Whether the address is on the public Internet. */
export function isPublic(address: string): boolean {
  return scopeOf(address) === 'public';
}

/** The addresses that were dialled, else the addresses that the name resolved to. */
export function dialledAddresses(target: Target): readonly string[] {
  const tried = target.attempts.map((attempt) => attempt.address);
  return [...new Set(tried.length > 0 ? tried : target.addresses.map(({ address }) => address))];
}
