// Non-ASCII controls, format characters and line separators, which terminals interpret; JSON escapes ASCII controls.
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\p{Cf}]/gu;

/** UTF-16 code units, as JSON's \u escapes are. */
function escapeCharacter(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/**
 * A value as JSON text. Escapes control characters from peers, so that `cat` of it is harmless.
 * @param indent columns; 0 for one line
 */
export function harmlessJson(value: unknown, indent = 2): string {
  return `${JSON.stringify(value, null, indent).replace(UNPRINTABLE, escapeCharacter)}\n`;
}
