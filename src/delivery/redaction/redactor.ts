/** Opens the door at either level. */
import type { RedactionLevel } from '../../config/types.ts';
import type { PublicNames } from './hosts.ts';
import { Pseudonyms } from './pseudonyms.ts';
import { redact, redactDocument, redactValue } from './redact.ts';
import { StrictRedaction } from './strict.ts';
import type { Count, Redactor } from './types.ts';

interface RedactorSettings {
  readonly level: RedactionLevel;
  /** What the strict level leaves readable. */
  readonly names: PublicNames;
  /** Of the pseudonyms; random when it is left out, so that no two doors give the same. */
  readonly key?: Uint8Array | undefined;
  /** The fewest of a pseudonym. */
  readonly digits?: number | undefined;
  readonly count?: Count;
}

export function createRedactor({ level, names, key, digits, count = () => {} }: RedactorSettings): Redactor {
  if (level === 'strict') return new StrictRedaction(new Pseudonyms(key, digits), names, count);
  const text = (one: string): string => redact(one, count);
  const finished = (one: string): string => redactDocument(one, count);
  return { text, value: (value) => redactValue(value, text, count), finished, learn: () => {} };
}
