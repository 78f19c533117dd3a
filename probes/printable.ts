/**
 * Characters that steer a terminal, a log or a reader's eye: C0 and C1 controls, DEL, bidirectional
 * marks and isolates (UAX #9), line and paragraph separators, and surrogates that stand alone.
 */
const STEERING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be taken out
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * A peer's text made harmless: every steering character becomes a visible `\u{…}`, the rest stays.
 * @param limit most characters (UTF-16 units) that come back; a cut is marked by an ellipsis
 */
export function printable(value: string, limit = Number.POSITIVE_INFINITY): string {
  const cut = value.length > limit ? `${value.slice(0, Math.max(0, limit - 1))}…` : value;
  return cut.replace(STEERING, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}
