/** The standard level: secrets are replaced, everything else stays. */
import { changeEntries, changeItems, rememberUnchanged } from '../../common/change-texts.ts';
import { MARK } from './mark.ts';
import { isCredentialName } from './names-of-secrets.ts';
import { withoutNested } from './nested.ts';
import { withoutPrivateKeys } from './pem.ts';
import { isPlain, SUSPECT, withoutSecrets } from './rules.ts';
import type { Count } from './types.ts';

const UNCOUNTED: Count = () => {};
/** A mark in place of one secret may reveal another one by its new neighbour, so the rules run until nothing changes. */
const MOST_PASSES = 5;

/**
 * Removes signatures, tokens, keys, passwords, user-info and private keys from a text: a string of a report, a message,
 * or a line of a log. Linear in time. Doing it twice changes nothing.
 * @returns the same string when it holds no secret
 */
export function redact(text: string, count: Count = UNCOUNTED): string {
  if (isPlain(text)) return text;
  let clean = text;
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const before = clean;
    clean = redactOnce(before, count);
    if (clean === before) break;
  }
  return clean;
}

function redactOnce(text: string, count: Count): string {
  const keyless = withoutPrivateKeys(text, count);
  if (!SUSPECT.test(keyless)) return keyless;
  if (!keyless.includes('\n')) return redactLine(keyless, count);
  return keyless
    .split('\n')
    .map((line) => (SUSPECT.test(line) ? redactLine(line, count) : line))
    .join('\n');
}

function redactLine(line: string, count: Count): string {
  return withoutSecrets(withoutNested(line, count), count);
}

/**
 * Redacts structured data: each string on its own, and as a whole under the key of a secret.
 * @param text applied to each string, @param name to each key: by default the same
 * @returns the same value when it holds no secret
 * @throws RangeError for what is nested deeper than the stack is
 */
export function redactValue<T>(
  value: T,
  text?: (text: string) => string,
  count?: Count,
  name?: (key: string) => string,
): T;
export function redactValue(
  value: unknown,
  text = rememberUnchanged((one) => redact(one)),
  count: Count = UNCOUNTED,
  name = text,
): unknown {
  const redactItem = (item: unknown): unknown => {
    if (typeof item === 'string') return text(item);
    if (Array.isArray(item)) return changeItems(item, redactItem);
    return typeof item === 'object' && item !== null ? changeEntries(item, name, redactEntry) : item;
  };
  const redactEntry = (key: string, item: unknown): unknown => {
    if (isCredentialName(key)) return hideAll(item, count, name);
    return key === 'der' && typeof item === 'string' ? redactCertificate(item, text) : redactItem(item);
  };
  return redactItem(value);
}

/** What strings(1) finds. */
const STRINGS = /[\x20-\x7e]{6,}/g;

/** A certificate in base64 is whole or nothing: a part of it could not be read, or verified. */
function redactCertificate(base64: string, text: (text: string) => string): string | null {
  const strings = Buffer.from(base64, 'base64').toString('latin1').match(STRINGS) ?? [];
  return strings.every((one) => text(one) === one) ? base64 : null;
}

/** Smaller numbers are counts and codes: the manifest counts the redacted tokens. */
const SMALLEST_NUMBER = 1_000_000;

/** What stands under a credential's name, however deep. */
function hideAll(value: unknown, count: Count, name: (key: string) => string): unknown {
  const secret =
    typeof value === 'string'
      ? value !== '' && value !== MARK
      : typeof value === 'number' && Math.abs(value) >= SMALLEST_NUMBER;
  if (secret) {
    count('password');
    return MARK;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return changeItems(value, (item) => hideAll(item, count, name));
  return changeEntries(value, name, (_, item) => hideAll(item, count, name));
}
