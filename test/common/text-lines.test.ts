import t from 'tap';
import { columns, cut, padEnd, rowsOf, wrap } from '../../src/common/text-lines.ts';

const RED = '\u001b[31mred\u001b[39m';
/** One letter, written as two code points. */
const E_ACUTE = 'e\u0301';

t.test('columns are those of a terminal', async (t) => {
  for (const [text, width] of [
    ['', 0],
    ['plain', 5],
    [RED, 3],
    [`caf${E_ACUTE}`, 4],
    ['日本', 4],
    ['✓ ✗', 3],
    ['…', 3],
    ['👩‍💻', 2],
    ['“a”', 3],
    ['Größe – ‘Ÿ’', 11],
    ['€ → ‼', 5],
  ] as const)
    t.equal(columns(text), width, JSON.stringify(text));
});

t.test('padding and wrapping count columns, not characters', async (t) => {
  t.equal(padEnd('日本', 6), '日本  ');
  t.equal(padEnd(`${E_ACUTE}${E_ACUTE}`, 4), `${E_ACUTE}${E_ACUTE}  `);
  t.equal(padEnd('too long', 3), 'too long');
  t.same(wrap('日本 日本 日本', 9), ['日本 日本', '日本']);
  t.same(wrap(`${RED} ${RED} ${RED}`, 7), [`${RED} ${RED}`, RED]);
  t.same(wrap('a host-name-longer-than-that b', 10), ['a', 'host-name-longer-than-that', 'b']);
});

t.test('a cut text has at most that many columns, and ends after a word where one ends', async (t) => {
  t.equal(cut('short', 10), 'short');
  t.equal(cut('', -3), '');
  t.equal(cut('exactly ten', 11), 'exactly ten');
  t.equal(cut('one two three four', 17), 'one two three…');
  t.equal(cut('onewordthatgoesonandon', 10), 'oneword…');
  t.equal(cut('日本日本日本', 9), '日本日…');
  const stacked = `a${'\u0301'.repeat(100_000)}`;
  t.ok(cut(stacked, 20).length <= 80, 'however many combining characters a letter has');
  for (const width of [4, 9, 20]) t.ok(columns(cut('one 日本 three four five', width)) <= width);
});

t.test('rows are those of a terminal that breaks long lines itself', async (t) => {
  t.equal(rowsOf(['', 'a'.repeat(10), 'a'.repeat(11), '日'.repeat(6)], 10), 6);
});
