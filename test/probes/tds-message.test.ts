import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  decodePreloginPacket,
  decodePreloginReply,
  packets,
  preloginRequest,
} from '../../probes/tds-message.ts';
import { fuzzRuns } from '../fuzz-runs.ts';
import { bytes, decodeInPieces } from './codec.ts';

/** The PRELOGIN of a client in [MS-TDS] 4.1. */
const CLIENT = bytes(
  '12 01 00 2f 00 00 01 00',
  '00 00 1a 00 06 01 00 20 00 01 02 00 21 00 01 03 00 22 00 04 04 00 26 00 01 ff',
  '09 00 00 00 00 00 01 00 b8 0d 00 00 01',
);
/** The captured reply of SQL Server 2008 to a client that offered encryption. */
const OPTIONS = '00 00 1a 00 06 01 00 20 00 01 02 00 21 00 01 03 00 22 00 00 04 00 22 00 01 ff';
const SERVER = bytes('04 01 00 2b 00 00 01 00', OPTIONS, '0a 00 09 e3 00 00 01 00 01');

/** A reply of one packet around a payload in hexadecimal. */
function reply(...payload: readonly string[]): Uint8Array {
  const content = bytes(...payload);
  const header = Buffer.from('0401000000000100', 'hex');
  header.writeUInt16BE(8 + content.length, 2);
  return Uint8Array.from([...header, ...content]);
}

/** The reply of an Azure SQL gateway with this byte for encryption. */
function azure(encryption: string, fedAuth = '01'): Uint8Array {
  return reply(
    '00 00 10 00 06 01 00 16 00 01 06 00 17 00 01 ff',
    '0c 00 07 d0 00 00',
    `${encryption} ${fedAuth}`,
  );
}

t.test('the reply of SQL Server 2008', async (t) => {
  const message = { version: '10.0.2531', encryption: 'on', fedAuthRequired: null };
  t.same(decodePreloginReply(SERVER), { kind: 'message', message, consumed: 43 });
  const more = Uint8Array.from([...SERVER, 0x17, 3, 3]);
  t.same(decodePreloginReply(more), { kind: 'message', message, consumed: 43 }, 'what follows is left');
  for (let length = 0; length < SERVER.length; length += 1) {
    t.same(decodePreloginReply(SERVER.subarray(0, length)), { kind: 'need-more' }, `${length} bytes of it`);
  }
});

t.test('the names of encryption values', async (t) => {
  const names: readonly [string, string][] = [
    ['00', 'off'],
    ['01', 'on'],
    ['02', 'not-supported'],
    ['03', 'required'],
    ['08', 'strict'],
    ['81', 'on'],
    ['83', 'required'],
    ['20', '0x20'],
    ['ff', '0xff'],
  ];
  for (const [byte, encryption] of names) {
    t.match(decodePreloginReply(azure(byte)), { message: { version: '12.0.2000', encryption } }, byte);
  }
});

t.test('the answer to FEDAUTHREQUIRED', async (t) => {
  t.match(decodePreloginReply(azure('03', '01')), { message: { fedAuthRequired: true } });
  t.match(decodePreloginReply(azure('03', '00')), { message: { fedAuthRequired: false } });
});

t.test('an error in place of the reply', async (t) => {
  const utf16 = (text: string): string => Buffer.from(text, 'utf16le').toString('hex');
  // [MS-TDS] 2.2.7.10: number 40613, state 1, class 14, text, no server, no procedure, line 1.
  const text = 'Database is not available.';
  const length = (8 + 2 * text.length + 6).toString(16).padStart(2, '0');
  const error = `aa ${length}00 a59e0000 01 0e 1a00 ${utf16(text)} 00 00 01000000`;
  const done = 'fd 0200 0000 0000000000000000';
  const message = { number: 40613, text };
  t.match(decodePreloginReply(reply(error, done)), { kind: 'message', message });
  t.match(decodePreloginReply(reply('ab 0200 0000', 'e3 0100 12', error)), { kind: 'message', message });
  for (const broken of ['aa 0400 a59e0000', 'aa 0a00 a59e0000 01 0e ff00 4100', 'aa', done]) {
    t.match(decodePreloginReply(reply(broken)), { kind: 'malformed' }, broken);
  }
});

t.test('a reply in several packets is one reply', async (t) => {
  const payload = SERVER.subarray(8);
  const split = Uint8Array.from([
    ...[4, 0, 0, 18, 0, 0, 1, 0, ...payload.subarray(0, 10)],
    ...[4, 0, 0, 8, 0, 0, 2, 0],
    ...[4, 1, 0, 33, 0, 0, 3, 0, ...payload.subarray(10)],
  ]);
  t.match(decodePreloginReply(split), { kind: 'message', message: { encryption: 'on' }, consumed: 59 });
  const endless = Buffer.concat(Array.from({ length: 16 }, () => bytes('04 00 00 08 00 00 01 00')));
  t.match(decodePreloginReply(endless), { kind: 'malformed', why: /does not end in 16 packets/ });
});

for (const [title, whole, why] of [
  ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n'), /first byte 0x48 where a TDS packet of type 0x04/],
  ['a TLS alert', bytes('15 03 03 00 02 02 0a'), /first byte 0x15/],
  ['our own packet', CLIENT, /first byte 0x12/],
  ['a length below the header', bytes('04 01 00 07'), /7 bytes, shorter than its header/],
  ['an empty message', bytes('04 01 00 08 00 00 01 00'), /without an end/],
  ['options that never end', reply('00 00 00 00 06 01 00'), /without an end/],
  ['another second packet', bytes('04 00 00 09 00 00 01 00 00 17'), /first byte 0x17/],
  ['an error token', reply('aa 30 00 f2 48 00 00 01 0e ff'), /without the version first/],
  ['no options at all', reply('ff'), /without a version/],
  [
    'a version of five bytes',
    reply('00 00 0b 00 05 01 00 10 00 01 ff', '0c 00 07 d0 00 03'),
    /without a version/,
  ],
  ['no encryption', reply('00 00 06 00 06 ff', '0c 00 07 d0 00 00'), /without an encryption option/],
  [
    'encryption of no bytes',
    reply('00 00 0b 00 06 01 00 11 00 00 ff', '0c 00 07 d0 00 00'),
    /an encryption option/,
  ],
  ['data behind the end', reply('00 00 0b 00 06 01 00 11 00 01 ff', '0c 00 07 d0 00 00'), /0x01 outside its/],
  ['data far behind the end', reply('00 ff ff ff ff ff'), /0x00 outside its message/],
  [
    'an option twice',
    reply('00 00 10 00 06 01 00 16 00 01 01 00 16 00 01 ff', '0c 00 07 d0 00 00 03'),
    /0x01 twice/,
  ],
  ['the version twice', reply('00 00 0b 00 06 00 00 0b 00 06 ff', '0c 00 07 d0 00 00'), /0x00 twice/],
] as const) {
  t.test(`${title} is not a PRELOGIN reply`, async (t) => {
    t.match(decodePreloginReply(whole), { kind: 'malformed', why });
  });
}

t.test('our PRELOGIN follows the specification', async (t) => {
  const request = Buffer.from(preloginRequest());
  t.same([...request.subarray(0, 8)], [0x12, 1, 0, request.length, 0, 0, 1, 0]);
  const answered = decodePreloginReply(Uint8Array.from([4, ...request.subarray(1)]));
  t.match(answered, { message: { version: '0.0.0', encryption: 'off', fedAuthRequired: true } });
  const theirs = decodePreloginReply(Uint8Array.from([4, ...CLIENT.subarray(1)]));
  t.match(theirs, { message: { version: '9.0.0', encryption: 'on', fedAuthRequired: null } });
});

t.test('a long payload is split into several packets', async (t) => {
  const sent = packets(new Uint8Array(4089).fill(7));
  const first = decodePreloginPacket(sent);
  t.match(first, { kind: 'message', consumed: 4096, message: { last: false } });
  const second = decodePreloginPacket(sent.subarray(4096));
  t.match(second, { kind: 'message', consumed: 9, message: { last: true } });
  t.equal(packets(new Uint8Array(4088)).length, 4096, 'and what just fits into one');
});

/** Bytes at random, and replies with some of their bytes changed. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(
      fc.constantFrom(SERVER, azure('03'), CLIENT),
      fc.array(fc.tuple(fc.nat(42), fc.nat(255)), { maxLength: 4 }),
    )
    .map(([whole, changes]) => {
      const changed = Uint8Array.from(whole);
      for (const [at, value] of changes) changed[at % changed.length] = value;
      return changed;
    }),
);

t.test('any bytes in any chunks', async () => {
  fc.assert(
    fc.property(anyBytes, fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }), (whole, sizes) => {
      const decoded = decodePreloginReply(whole);
      if (decoded.kind === 'message') {
        const { message, consumed } = decoded;
        assert.ok(consumed <= whole.length);
        if ('number' in message) assert.ok(Number.isInteger(message.number) && message.text.length < 32_768);
        else {
          assert.match(message.version, /^\d{1,3}\.\d{1,3}\.\d{1,5}$/);
          assert.match(message.encryption, /^(off|on|not-supported|required|strict|0x[0-9a-f]{2})$/);
        }
      } else if (decoded.kind === 'malformed') assert.ok(decoded.why.length < 100);
      else assert.equal(decoded.kind, 'need-more');
      assert.deepEqual(decodeInPieces(decodePreloginReply, whole, sizes), decoded);
    }),
    { numRuns: fuzzRuns() },
  );
});

t.test('wrapping and unwrapping are inverse', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (payload) => {
      const unwrapped: Uint8Array[] = [];
      for (let left = packets(payload), last = false; !last; ) {
        const decoded = decodePreloginPacket(left);
        assert.ok(decoded.kind === 'message' && decoded.consumed <= 4096);
        unwrapped.push(decoded.message.payload);
        left = left.subarray(decoded.consumed);
        last = decoded.message.last;
        assert.equal(last, left.length === 0);
      }
      assert.deepEqual(Buffer.concat(unwrapped), Buffer.from(payload));
    }),
    { numRuns: fuzzRuns() },
  );
});
