/** Redactors of the two levels. */
import type { RedactionLevel } from '../../config/types.ts';
import type { PublicNames } from './hosts.ts';
import { Pseudonyms } from './pseudonyms.ts';
import { redact, redactValue } from './redact.ts';
import { StrictRedactor } from './strict.ts';
import type { Count, Redactor } from './types.ts';

interface PseudonymSettings {
  /** What the strict level leaves readable. */
  readonly names: PublicNames;
  /** Of the pseudonyms; random when it is left out, so that no two redactors give the same. */
  readonly key?: Uint8Array | undefined;
  /** The fewest of a pseudonym. */
  readonly digits?: number | undefined;
  readonly count?: Count;
}

interface RedactorSettings extends PseudonymSettings {
  readonly level: RedactionLevel;
}

/** For data that may hold secrets; at the strict level it gets pseudonyms as well. */
export function createRedactor({ level, count = () => {}, ...settings }: RedactorSettings): Redactor {
  const text = (one: string): string => redact(one, count);
  if (level === 'strict') return strict(settings, count, text);
  return { text, value: (value) => redactValue(value, text, count), learn: () => {}, legend: () => null };
}

/** For data without secrets: adds only the pseudonyms. */
export function createPseudonymizer({ count = () => {}, ...settings }: PseudonymSettings): Redactor {
  return strict(settings, count, (text) => text);
}

function strict(
  { key, digits, names }: PseudonymSettings,
  count: Count,
  withoutSecrets: (text: string) => string,
): Redactor {
  return new StrictRedactor({ pseudonyms: new Pseudonyms(key, digits), names, count, withoutSecrets });
}
