import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { decodeReply } from '../../probes/smtp-reply.ts';
import { fuzzRuns } from '../fuzz-runs.ts';

const RUNS = fuzzRuns();

const decode = (text: string) => decodeReply(Buffer.from(text, 'latin1'));

/** Like a connection: calls the decoder again for each chunk. */
function decodeInPieces(bytes: Uint8Array, pieces: readonly number[]) {
  let at = 0;
  for (const piece of pieces) {
    const decoded = decodeReply(bytes.subarray(0, at));
    if (decoded.kind !== 'need-more') return decoded;
    at += piece;
    if (at >= bytes.length) break;
  }
  return decodeReply(bytes);
}

t.test('replies as RFC 5321 and RFC 3207 write them', async (t) => {
  t.same(decode('220 foo.com Simple Mail Transfer Service Ready\r\n'), {
    kind: 'message',
    message: { code: 220, lines: ['foo.com Simple Mail Transfer Service Ready'] },
    consumed: 48,
  });
  const ehlo = '250-foo.com greets bar.com\r\n250-8BITMIME\r\n250-SIZE\r\n250-DSN\r\n250 HELP\r\n';
  t.same(decode(ehlo), {
    kind: 'message',
    message: { code: 250, lines: ['foo.com greets bar.com', '8BITMIME', 'SIZE', 'DSN', 'HELP'] },
    consumed: ehlo.length,
  });
  t.match(decode('220 Go ahead\r\n'), { kind: 'message', message: { code: 220, lines: ['Go ahead'] } });
  t.match(decode('221\r\n'), { message: { code: 221, lines: [''] } }, 'the text may be missing');
  t.match(decode('250-\r\n250 \r\n'), { message: { code: 250, lines: ['', ''] } });
});

t.test('bytes after a reply are not consumed', async (t) => {
  const first = '220 Go ahead\r\n';
  t.match(decode(`${first}250 too early\r\n`), { kind: 'message', consumed: first.length });
  t.match(decode(`${first}\x16\x03\x01`), { kind: 'message', consumed: first.length });
});

t.test('incomplete replies', async (t) => {
  for (const begun of ['', '2', '25', '250', '250 ', '250-', '250-first\r\n', '250-first\r\n25', '220 x\r']) {
    t.same(decode(begun), { kind: 'need-more' }, JSON.stringify(begun));
  }
  t.same(decode(`250 ${'x'.repeat(507)}\r`), { kind: 'need-more' });
});

t.test('bytes that cannot become a reply', async (t) => {
  for (const [bytes, why] of [
    ['H', /without a reply code/],
    ['HTTP/1.1 400 Bad Request\r\n\r\n', /without a reply code/],
    ['\x16\x03\x01\x02\x00\x01', /without a reply code/],
    ['\r\n220 late\r\n', /without a reply code/],
    ['199 ', /without a reply code/],
    ['600 ', /without a reply code/],
    ['260 ', /without a reply code/],
    ['2x', /without a reply code/],
    ['\xb2\xb2\xb0 ', /without a reply code/],
    ['2200 ', /neither space nor hyphen/],
    ['220_ready\r\n', /neither space nor hyphen/],
    ['250-one\r\n251 two\r\n', /differ in their code/],
    ['250-one\r\nHTTP', /differ in their code/],
    ['\n', /ends within its reply code/],
    ['22\n', /ends within its reply code/],
    ['220 ready\n', /does not end in CRLF/],
    ['220 ready\rsteady\r\n', /does not end in CRLF/],
    ['220 ready\r\r\n', /does not end in CRLF/],
    [`220 ${'x'.repeat(509)}`, /more than 512 octets/],
    [`220 ${'x'.repeat(507)}\r\n`, /more than 512 octets/],
    ['250-more\r\n'.repeat(64), /more than 64 lines/],
  ] as const) {
    t.match(decode(bytes), { kind: 'malformed', why }, JSON.stringify(bytes.slice(0, 20)));
  }
});

t.test('up to the limits', async (t) => {
  t.match(decode(`220 ${'x'.repeat(506)}\r\n`), { kind: 'message', consumed: 512 });
  const most = `${'250-more\r\n'.repeat(63)}250 end\r\n`;
  t.match(decode(most), { kind: 'message', consumed: most.length });
});

/** Bytes that resemble a reply, and often are one. */
const nearly = fc
  .array(
    fc.oneof(
      fc.constantFrom('220', '250', '250-', '250 ', '4', '599 ', '\r\n', '\r', '\n', '\r\n', '-', ' ', 'é'),
      fc.string({ maxLength: 6 }),
      fc.integer({ min: 490, max: 520 }).map((length) => 'x'.repeat(length)),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'utf8'));
const anything = fc.oneof(
  nearly,
  fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
);

t.test('any bytes give one of the three kinds, within bounds', async () => {
  fc.assert(
    fc.property(anything, (bytes) => {
      const decoded = decodeReply(bytes);
      if (decoded.kind === 'need-more') return bytes.length <= 64 * 512;
      if (decoded.kind === 'malformed') return decoded.why !== '';
      const { message, consumed } = decoded;
      return (
        consumed <= bytes.length &&
        message.lines.length <= 64 &&
        message.lines.every((line) => line.length <= 512) &&
        message.code >= 200 &&
        message.code <= 559
      );
    }),
    { numRuns: RUNS },
  );
});

t.test('the result does not depend on the chunks', async () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(anything, pieces, (bytes, sizes) => {
      deepStrictEqual(decodeInPieces(bytes, sizes), decodeReply(bytes));
      deepStrictEqual(decodeInPieces(bytes, [...bytes].fill(1)), decodeReply(bytes));
    }),
    { numRuns: RUNS },
  );
});

t.test('any valid reply is decoded', async () => {
  const text = fc.string({ maxLength: 200 }).map((line) => line.replace(/[\r\n]/g, ''));
  const code = fc.tuple(fc.constantFrom(2, 3, 4, 5), fc.integer({ min: 0, max: 59 }));
  fc.assert(
    fc.property(code, fc.array(text, { minLength: 1, maxLength: 64 }), ([first, rest], lines) => {
      const digits = `${first}${String(rest).padStart(2, '0')}`;
      const last = lines.length - 1;
      const bytes = Buffer.from(
        lines.map((line, index) => `${digits}${index === last ? ' ' : '-'}${line}\r\n`).join(''),
      );
      deepStrictEqual(decodeReply(bytes), {
        kind: 'message',
        message: { code: Number(digits), lines },
        consumed: bytes.length,
      });
    }),
    { numRuns: RUNS },
  );
});
