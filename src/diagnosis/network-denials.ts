/** Services that answer, and refuse this subnet by their own network rules. Pure. */
import type { Facts } from '../../probes/facts.ts';
import type { Target } from '../model/report.ts';

/** Key Vault's error text for a caller that its network rules do not allow. */
const VAULT_PERIMETER = 'ForbiddenByNsp';
const VAULT_CODES: readonly (string | null)[] = [
  'ForbiddenByFirewall',
  'ForbiddenByConnection',
  VAULT_PERIMETER,
];

/** The service's error code for the refusal, or null. */
export function denialOf(target: Target): string | null {
  return target.attempts.map(({ facts }) => denialIn(facts)).findLast((code) => code !== null) ?? null;
}

function denialIn({ storage, keyVault, eventHubs }: Facts): string | null {
  if (storage?.networkDenied === true) return storage.errorCode;
  if (eventHubs?.networkDenied === true)
    return eventHubs.perimeter === true ? 'network security perimeter' : 'Ip has been prevented to connect';
  return keyVault !== undefined && VAULT_CODES.includes(keyVault.errorCode) ? keyVault.errorCode : null;
}

/** Whether the refusal names a network security perimeter. */
export function isByPerimeter({ attempts }: Target): boolean {
  return attempts.some(
    ({ facts }) =>
      facts.storage?.perimeter === true ||
      facts.eventHubs?.perimeter === true ||
      facts.keyVault?.errorCode === VAULT_PERIMETER,
  );
}

/** “host:port (code, seen from address)”; only Key Vault returns the address that a rule has to allow. */
export function describeDenial(target: Target): string {
  const seen = target.attempts.findLast(({ facts }) => facts.keyVault !== undefined)?.facts.keyVault
    ?.sourceAddress;
  const from = seen == null ? '' : `, seen from ${seen}`;
  return `${target.host}:${target.port} (${denialOf(target)}${from})`;
}
