/** Texts that many rows share. */
import type { CatalogRow } from './types.ts';

/** The same hosts in all three clouds; called with none, a rule for which the documents name no host. */
export function inEveryCloud(...hosts: readonly string[]): CatalogRow['hosts'] {
  return { public: hosts, government: hosts, china: hosts };
}

export const REQUIRED: CatalogRow['required'] = { stv2: true, stv1: true };
export const OPTIONAL: CatalogRow['required'] = { stv2: false, stv1: false };

export const WILDCARD =
  'The documents give a wildcard, not a host name that could be resolved. Add a name you know with --target.';
export const INBOUND =
  'This traffic comes into the subnet from outside. A test from inside the subnet cannot send it.';
export const NO_HOST = 'The documents name no host for this rule, so there is nothing to connect to.';
