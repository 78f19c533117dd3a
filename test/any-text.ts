/**
 * Strings of any Unicode characters. fast-check has them by `unit: 'binary'`, and takes more than a second of CPU time
 * to make a table of all 1.1 million characters, in each process.
 */
import fc from 'fast-check';

const SURROGATES = { from: 0xd800, count: 0x800 } as const;

/** Any code point but half of a surrogate pair. Its inverse lets fast-check mix in strings such as "__proto__". */
const anyCharacter = fc.nat(0x10ffff - SURROGATES.count).map(
  (index) => String.fromCodePoint(index < SURROGATES.from ? index : index + SURROGATES.count),
  (character) => {
    const code = typeof character === 'string' ? (character.codePointAt(0) ?? 0) : 0;
    if (String.fromCodePoint(code) !== character || !character.isWellFormed())
      throw new Error('not a character');
    return code < SURROGATES.from ? code : code - SURROGATES.count;
  },
);

export function anyText(
  limits: { readonly minLength?: number; readonly maxLength?: number } = {},
): fc.Arbitrary<string> {
  return fc.string({ unit: anyCharacter, ...limits });
}
