import fc from 'fast-check';
import t from 'tap';
import { printable, printableAll } from '../../src/common/printable.ts';
import { anyText } from '../any-text.ts';

/** By code point, so that the test shares no regular expression with what it tests. */
function actsOnTerminal(code: number): boolean {
  const within = (low: number, high: number) => code >= low && code <= high;
  return (
    within(0x00, 0x1f) ||
    within(0x7f, 0x9f) ||
    [0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff].includes(code) ||
    within(0x202a, 0x202e) ||
    within(0x2066, 0x2069) ||
    within(0xd800, 0xdfff)
  );
}

const codes = (text: string) => [...text].map((character) => character.codePointAt(0) ?? 0);

const HOSTILE = [
  0x1b, 0x0d, 0x0a, 0x00, 0x7f, 0x9b, 0x202e, 0x2066, 0x200f, 0x61c, 0x2028, 0xd800, 0xdfff, 0x41,
];
/** Any UTF-16 at all, and strings that are mostly what must not pass. */
const anyUnits = fc.oneof(
  anyText(),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.array(fc.constantFrom(...HOSTILE)).map((units) => String.fromCharCode(...units)),
);

t.test('no character that a terminal acts on comes through', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(fc.property(anyUnits, (text) => !codes(printable(text)).some(actsOnTerminal))),
  );
});

t.test('twice is the same as once', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(fc.property(anyUnits, (text) => printable(printable(text)) === printable(text))),
  );
});

t.test('printable ASCII is left alone', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => printable(text) === text)),
  );
});

t.test('text of other scripts is left alone', async (t) => {
  for (const text of ['Müller’s “gateway” — 10 µs', 'шлюз', '网关', '😀', 'C:\\Users\\a', '']) {
    t.equal(printable(text), text);
  }
});

t.test('what is taken out stays visible', async (t) => {
  t.equal(printable('a\u001b[31mb'), 'a\\u{1b}[31mb');
  t.equal(printable('OK\r\nREADY'), 'OK\\u{d}\\u{a}READY');
  t.equal(printable('moc.\u202eelgoog'), 'moc.\\u{202e}elgoog');
  t.equal(printable('\ud800x'), '\\u{d800}x');
});

t.test('printableAll reaches every string, and keys, and nothing else', async (t) => {
  const value = { 'a\n': ['\u001b', 1, null, true, { deep: '\u202e' }], plain: 'x' };
  t.same(printableAll(value), { 'a\\u{a}': ['\\u{1b}', 1, null, true, { deep: '\\u{202e}' }], plain: 'x' });
});
