import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { decodeReply, PING, QUIT } from '../../probes/resp.ts';
import { fuzzRuns } from '../fuzz-runs.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

t.test('replies as the specification of RESP gives them', async (t) => {
  const replies = {
    '+PONG\r\n': { kind: 'string', text: 'PONG' },
    '+OK\r\n': { kind: 'string', text: 'OK' },
    '+\r\n': { kind: 'string', text: '' },
    "-ERR unknown command 'asdf'\r\n": { kind: 'error', text: "ERR unknown command 'asdf'" },
    '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n': {
      kind: 'error',
      text: /^WRONGTYPE/,
    },
    '-NOAUTH Authentication required.\r\n': { kind: 'error', text: 'NOAUTH Authentication required.' },
  };
  for (const [line, message] of Object.entries(replies)) {
    t.match(decodeReply(bytes(`${line}+more`)), { kind: 'message', message, consumed: line.length }, line);
    for (let length = 0; length < line.length; length += 1) {
      t.same(decodeReply(bytes(line.slice(0, length))), { kind: 'need-more' });
    }
  }
});

t.test('what is not a reply to PING', async (t) => {
  const cases: readonly [string, RegExp][] = [
    ['HTTP/1.1 400 Bad Request\r\n', /byte 1 is 0x48/],
    ['ERROR\r\n', /byte 1 is 0x45/],
    ['$4\r\nPONG\r\n', /byte 1 is 0x24/],
    ['\u0015\u0003\u0003', /byte 1 is 0x15/],
    ['+PONG\n', /no CRLF at byte 6/],
    ['+PO\rNG\r\n', /no CRLF at byte 4/],
    [`+${'x'.repeat(5000)}`, /4096 bytes/],
    [`+${'x'.repeat(5000)}\r\n`, /4096 bytes/],
  ];
  for (const [text, why] of cases) t.match(decodeReply(bytes(text)), { kind: 'malformed', why });
});

t.test('commands are arrays of one bulk string', async (t) => {
  t.equal(PING, '*1\r\n$4\r\nPING\r\n');
  t.equal(QUIT, '*1\r\n$4\r\nQUIT\r\n');
});

t.test('any bytes give a valid result, however they are split', async (t) => {
  const numRuns = fuzzRuns();
  const line = fc
    .array(fc.constantFrom('+', '-', 'PONG', '\r', '\n', '\r\n', 'é', '\u0000', 'x'.repeat(2000)), {
      maxLength: 6,
    })
    .map((parts) => bytes(`+${parts.join('')}`));
  const check = fc.check(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), line), (whole) => {
      const decoded = decodeReply(whole);
      let slowly = decodeReply(whole.subarray(0, 0));
      for (let length = 1; slowly.kind === 'need-more' && length <= whole.length; length += 1) {
        slowly = decodeReply(whole.subarray(0, length));
      }
      assert.deepEqual(slowly, decoded);
      if (decoded.kind === 'message') assert.ok(decoded.consumed <= whole.length && decoded.consumed >= 3);
      if (decoded.kind === 'need-more') assert.ok(whole.length <= 4096);
      if (decoded.kind === 'malformed') assert.ok(decoded.why.length < 200);
    }),
    { numRuns },
  );
  t.notOk(check.failed, `${numRuns} runs`, { found: fc.defaultReportMessage(check) });
});
