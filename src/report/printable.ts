/** The one sanitiser of what is shown: whatever a peer or a foreign report holds, a terminal obeys none of it. */

// Cc: C0, C1 and DEL. Cf: bidi controls and everything else that has no glyph. Cs: surrogates without their other half.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/**
 * The text with every character that a terminal would act on instead of showing (controls, line ends, bidi
 * overrides, invisible format characters, lone surrogates) written as a visible `\u{…}`. Idempotent; ordinary
 * text comes back as it was.
 */
export function printable(value: string): string {
  return value.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * The same value with `printable` applied to each string in it, keys included. A renderer starts with this, so
 * that no field can be forgotten.
 */
export function printableAll<T>(value: T): T;
export function printableAll(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map((item: unknown) => printableAll(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [printable(key), printableAll(item)]));
}
