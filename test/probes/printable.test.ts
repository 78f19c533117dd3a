import fc from 'fast-check';
import t from 'tap';
import { printable } from '../../probes/printable.ts';
import { fuzzRuns } from '../fuzz-runs.ts';

t.test('invisible characters are escaped', async (t) => {
  const invisible = {
    'zero width space': '\u200b',
    'zero width joiner': '\u200d',
    'soft hyphen': '\u00ad',
    'byte order mark': '\ufeff',
    'Hangul filler': '\u3164',
    'tag characters': '\u{e0041}',
    'Mongolian vowel separator': '\u180e',
    'variation selector': '\ufe0f',
  };
  for (const [name, character] of Object.entries(invisible)) {
    const code = character.codePointAt(0)?.toString(16);
    t.equal(printable(`a${character}b`), `a\\u{${code}}b`, name);
  }
});

t.test('the limit applies to the result, including escapes', async (t) => {
  t.equal(printable('abcde', 5), 'abcde');
  t.equal(printable('abcdef', 5), 'abcd…');
  t.equal(printable('\u001b'.repeat(100), 12), '\\u{1b}…');
  t.equal(printable('ab\u001b', 3), 'ab…', 'an escape is complete or omitted');
  t.equal(printable('abc😀', 4), 'abc…', 'so is a pair of surrogates');
});

t.test('bounded, harmless and stable for any text and any limit', async (t) => {
  const text = fc.oneof(
    fc.array(fc.integer({ min: 0, max: 0x10ffff })).map((codes) => String.fromCodePoint(...codes)),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc
      .array(fc.constantFrom('\u001b', '\\u{', '1b}', '\ud83d', '\ude00', 'a', '\u202e'))
      .map((all) => all.join('')),
  );
  const harmless = (shown: string) => !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(shown);
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 40 }), (value, limit) => {
      const shown = printable(value, limit);
      return shown.length <= limit && harmless(shown) && printable(shown, limit) === shown;
    }),
    { numRuns: fuzzRuns() },
  );
  t.pass('held');
});
