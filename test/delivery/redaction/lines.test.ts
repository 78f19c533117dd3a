/** Logs come in pieces: where they are cut changes nothing. */
import fc from 'fast-check';
import t from 'tap';
import { LineRedactor, redactLine } from '../../../src/delivery/redaction/lines.ts';

const KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIICANARY\nmore\n-----END RSA PRIVATE KEY-----';
const LOG = [
  'plain',
  '{"level":"info","msg":"https://u:p@h/?sig=abc"}',
  '{"level":"debug","headers":{"x-api-key":"a\\"b"}}',
  `before ${KEY}`,
  KEY,
  'Authorization: Bearer abc',
  '{"level":"broken',
  '',
  'ü€😀 last line without an end',
].join('\n');

function inPieces(text: string, cuts: readonly number[]): string {
  const redactor = new LineRedactor();
  const at = [0, ...cuts.toSorted((one, other) => one - other), text.length];
  const out = at.slice(1).map((end, index) => redactor.push(text.slice(at[index], end)));
  return out.join('') + redactor.end();
}

t.test('a log without its secrets', async (t) => {
  const clean = inPieces(LOG, []);
  t.match(clean, /^plain\n\{"level":"info","msg":"https:\/\/\*\*\*@h\/\?sig=\*\*\*"\}\n/);
  t.match(clean, '{"level":"debug","headers":{"x-api-key":"***"}}\n');
  t.match(clean, 'before [private key removed]\n[private key removed]\nAuthorization: Bearer ***\n');
  t.notMatch(clean, /CANARY|more|abc/);
  t.match(clean, /last line without an end$/);
});

t.test('the result is the same for any pieces', async () => {
  const whole = inPieces(LOG, []);
  const cuts = fc.array(fc.nat(LOG.length), { maxLength: 20 });
  fc.assert(fc.property(cuts, (cuts) => inPieces(LOG, cuts) === whole));
});

t.test('a line without an end takes no memory and hides no secret', async (t) => {
  const redactor = new LineRedactor();
  for (let piece = 0; piece < 64; piece += 1) t.equal(redactor.push('x'.repeat(16 * 1024)), '');
  const line = redactor.push(' sig=abc\nnext\n');
  t.ok(line.length < 66 * 1024);
  t.match(line, /the rest of this line is left out: it has more than 64 KiB\)\nnext\n$/);
  t.notMatch(line, 'abc');
});

t.test('a key without an end stops counting after some lines', async (t) => {
  const redactor = new LineRedactor();
  let out = redactor.push('-----BEGIN PRIVATE KEY-----\n');
  for (let line = 0; line < 1000; line += 1) out += redactor.push('CANARY"\n');
  t.match(out, '[private key removed]');
  t.ok(out.length > 0, 'before the end');
});

t.test('a line that is a JSON object keeps its break and its order', async (t) => {
  t.equal(redactLine('{"b":1,"token":"x","a":2}\n'), '{"b":1,"token":"***","a":2}\n');
  t.equal(redactLine('{"b": 1}\n'), '{"b": 1}\n', 'untouched as it is written');
});

t.test('a line whose JSON has one name twice has neither value', async (t) => {
  t.equal(redactLine('{"a":{"token":"canary"},"a":1}\n'), '{"a":1}\n');
  t.notMatch(redactLine('{"a":{"password":"canary"},"b":"sig=x","a":1}\n'), 'canary');
});
