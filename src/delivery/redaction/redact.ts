/** The door that all output leaves through, at the standard level: no secret passes, everything else does. */

import { harmlessJson } from '../../common/escaped-json.ts';
import { isCredentialName } from './names-of-secrets.ts';
import { withoutNested } from './nested.ts';
import { withoutPrivateKeys } from './pem.ts';
import { MARK, SUSPECT, withoutSecrets } from './rules.ts';
import type { Count } from './types.ts';
import { withoutBlocks } from './yaml-block.ts';

const UNCOUNTED: Count = () => {};

/**
 * Text without its secrets: signatures, tokens, keys, passwords, user-info, private keys. Line by line, so that how
 * the text was cut into pieces does not matter as long as lines are whole; linear in time. Doing it twice changes
 * nothing, and text without a secret comes back as the same string.
 */
export function redact(text: string, count: Count = UNCOUNTED): string {
  let clean = text;
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const open = clean;
    clean = redactOnce(open, count);
    if (clean === open) break;
  }
  return clean;
}

/** A mark in the place of one secret may show another one for what it is: what is done is done again until it stays. */
const MOST_PASSES = 5;

function redactOnce(text: string, count: Count): string {
  const keyless = withoutPrivateKeys(text, count);
  SUSPECT.lastIndex = 0;
  if (!SUSPECT.test(keyless)) return keyless;
  const open = withoutNested(withoutBlocks(keyless, count), count);
  let kept = '';
  let from = 0;
  SUSPECT.lastIndex = 0;
  for (let found = SUSPECT.exec(open); found !== null; found = SUSPECT.exec(open)) {
    const start = open.lastIndexOf('\n', found.index) + 1;
    const next = open.indexOf('\n', found.index);
    const end = next < 0 ? open.length : next;
    const begin = Math.max(start, from);
    kept += open.slice(from, begin) + withoutSecrets(open.slice(begin, end), count);
    from = end;
    SUSPECT.lastIndex = end;
  }
  return from === 0 ? open : kept + open.slice(from);
}

/** Whether there is anything to look for. */
function isSuspect(text: string): boolean {
  SUSPECT.lastIndex = 0;
  return SUSPECT.test(text) || withoutPrivateKeys(text, UNCOUNTED) !== text;
}

/**
 * The same for structured data: each string on its own, and whole where its key says that it is a secret. What
 * holds no secret comes back as the same value.
 * @param text what is done to each string, @param name to each key: the same, unless it says otherwise
 */
export function redactValue<T>(
  value: T,
  text?: (text: string) => string,
  count?: Count,
  name?: (key: string) => string,
): T;
export function redactValue(
  value: unknown,
  text = redact as (text: string) => string,
  count: Count = UNCOUNTED,
  name = text,
): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => redactValue(item, text, count, name));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  let changed = false;
  const entries = Object.entries(value).map(([key, item]: [string, unknown]): [string, unknown] => {
    const shown = name(key);
    const clean = isCredentialName(key) ? hideAll(item, count, name) : redactValue(item, text, count, name);
    changed ||= shown !== key || clean !== item;
    return [shown, clean];
  });
  return changed ? Object.fromEntries(entries) : value;
}

/** Numbers below are counts and codes: the manifest says how many tokens were redacted. */
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
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => hideAll(item, count, name));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const before = Object.entries(value);
  const after = before.map(([key, item]): [string, unknown] => [name(key), hideAll(item, count, name)]);
  const same = after.every(([key, item], place) => key === before[place]?.[0] && item === before[place][1]);
  return same ? value : Object.fromEntries(after);
}

/**
 * A finished text, whole: like `redact`, but JSON stays JSON. Its strings may end in what looks like a credential's
 * name ("password="), and then the quote behind it is no part of a value: only string by string is that plain.
 */
export function redactDocument(text: string, count: Count = UNCOUNTED): string {
  if (!isSuspect(text)) return text;
  if (!/^\s*[[{]/.test(text)) return redact(text, count);
  try {
    const parsed: unknown = JSON.parse(text);
    const value = redactValue(parsed, (one) => redact(one, count), count);
    return value === parsed ? text : harmlessJson(value, /^\s*[[{]\r?\n/.test(text) ? 2 : 0);
  } catch (error) {
    // No JSON, or nested deeper than the stack is.
    if (error instanceof SyntaxError || error instanceof RangeError) return redact(text, count);
    throw error;
  }
}
