/**
 * Characters that steer a terminal, a log or a reader's eye, or that nobody sees: controls (Cc), format
 * characters such as bidirectional marks and isolates (Cf, UAX #9), line and paragraph separators, whatever is
 * ignored when displayed (UAX #44), and surrogates that stand alone (Cs).
 */
const STEERING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Half of an escape, or of a surrogate pair, where a text was cut. */
const TORN = /(?:\\u\{?[0-9a-f]*|\\|[\ud800-\udbff])$/;

/**
 * A peer's text made harmless: every steering character becomes a visible `\u{…}`, the rest stays.
 * @param limit most characters (UTF-16 units) that come back; a cut is marked by an ellipsis
 */
export function printable(value: string, limit = Number.POSITIVE_INFINITY): string {
  // Escapes only make it longer: what lies beyond the limit can never be shown.
  const shown = value.slice(0, limit + 1).replace(STEERING, escaped);
  return shown.length <= limit ? shown : `${shown.slice(0, limit - 1).replace(TORN, '')}…`;
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
