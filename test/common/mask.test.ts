import { join } from 'node:path';
import { t } from 'tap';
import { quote, quotePath } from '../../src/common/mask.ts';

t.test('a value is quoted, masked, escaped and cut', async (t) => {
  t.equal(quote('a"b'), '"a\\"b"');
  t.equal(quote(7), '7');
  t.equal(quote(undefined), 'undefined');
  t.equal(quote('https://user:word@host/?sig=abc'), '"https://***@host/?sig=***"');
  t.equal(quote('\u001b[2J\u202eb\u0085'), '"\\u001b[2J\\u202eb\\u0085"');
  t.equal(quote('x'.repeat(118)), `"${'x'.repeat(118)}"`);
  t.equal(quote('x'.repeat(119)), `"${'x'.repeat(119)}…`);
});

t.test("a path keeps its end, whatever its folder's length", async (t) => {
  for (let length = 1; length < 400; length += 1) {
    const path = quotePath(join('/', 'f'.repeat(length), 'of', 'gone.json'));
    if (!path.endsWith('/of/gone.json"') || path.length > 120) t.fail(`${length}: ${path}`);
  }
  t.equal(quotePath(`/${'f'.repeat(106)}/gone.json`), `"/${'f'.repeat(106)}/gone.json"`);
  t.equal(quotePath(`/${'f'.repeat(108)}/gone.json`), '"…/gone.json"');
  t.equal(quotePath(`C:\\${'f'.repeat(200)}\\of\\gone.json`), '"…/of/gone.json"');
});

t.test('a name that is too long by itself keeps its beginning', async (t) => {
  const path = quotePath(`${'n'.repeat(255)}.json`);
  t.equal(path, `"${'n'.repeat(119)}…`);
});

t.test('text that is not a path is masked', async (t) => {
  for (const path of [
    `https://user:word@host/${'f'.repeat(100)}/g`,
    `https://host/${'f'.repeat(100)}/g?sig=word`,
  ]) {
    t.notMatch(quotePath(path), /word/);
  }
});
