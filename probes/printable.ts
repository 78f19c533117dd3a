/**
 * Characters that control a terminal, a log or the text direction, or that are invisible: controls (Cc), format
 * characters such as bidirectional marks and isolates (Cf, UAX #9), line and paragraph separators, default-ignorable
 * characters (UAX #44), and lone surrogates (Cs).
 */
const CONTROL_CHARACTERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** An incomplete escape or surrogate pair at the end of a cut text. */
const INCOMPLETE_END = /(?:\\u\{?[0-9a-f]*|\\|[\ud800-\udbff])$/;

/**
 * Makes a peer's text printable: each control character becomes a visible `\u{…}`.
 * @param limit maximum length of the result in UTF-16 units; an ellipsis marks a cut
 */
export function printable(value: string, limit = Number.POSITIVE_INFINITY): string {
  // Escapes only lengthen the text, so characters beyond the limit are never shown.
  const shown = value.slice(0, limit + 1).replace(CONTROL_CHARACTERS, escaped);
  return shown.length <= limit ? shown : `${shown.slice(0, limit - 1).replace(INCOMPLETE_END, '')}…`;
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
