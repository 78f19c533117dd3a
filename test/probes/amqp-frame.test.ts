import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { decodeHeader, decodeMechanisms, SASL_HEADER } from '../../probes/amqp-frame.ts';
import { fuzzRuns } from '../fuzz-runs.ts';

const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** Written by hand after OASIS AMQP 1.0, with the mechanisms that Service Bus is known to offer. */
const AZURE = fromHex(
  '00 00 00 33 02 01 00 00 00 53 40 c0 26 01 e0 23 04 a3 07 4d 53 53 42 43 42 53 05 50 4c 41 49 4e ' +
    '09 41 4e 4f 4e 59 4d 4f 55 53 08 45 58 54 45 52 4e 41 4c',
);

/** A SASL frame around a body given in hex. */
function frame(body: string, header: { doff?: number; type?: number; extended?: string } = {}): Uint8Array {
  const extended = fromHex(header.extended ?? '');
  const content = fromHex(body);
  const size = 8 + extended.length + content.length;
  return Uint8Array.from([
    ...[0, 0, size >> 8, size & 255, header.doff ?? 2, header.type ?? 1, 0, 0],
    ...[...extended, ...content],
  ]);
}

t.test('protocol headers', async (t) => {
  const headers: readonly [string, string, string][] = [
    ['414d515003010000', 'sasl', 'SASL 1.0.0'],
    ['414d515000010000', 'amqp', 'AMQP 1.0.0'],
    ['414d515002010000', 'tls', 'TLS 1.0.0'],
    ['414d515000000901', 'other-version', 'AMQP 0-9-1'],
    ['414d515001010009', 'other-version', 'AMQP 0-9'],
    ['414d51500101000a', 'other-version', 'AMQP 0-10'],
    ['414d515001010800', 'other-version', 'AMQP 8-0'],
    ['414d515003020000', 'other-version', 'an unknown AMQP (3 2 0 0)'],
    ['414d5150ffffffff', 'other-version', 'an unknown AMQP (255 255 255 255)'],
  ];
  for (const [bytes, layer, name] of headers) {
    const decoded = decodeHeader(fromHex(`${bytes}00`));
    t.same(decoded, { kind: 'message', message: { layer, name }, consumed: 8 }, name);
  }
  t.equal(Buffer.from(SASL_HEADER).toString('latin1'), 'AMQP\x03\x01\x00\x00');
});

t.test('the first wrong byte shows that it is not a protocol header', async (t) => {
  t.same(decodeHeader(ascii('')), { kind: 'need-more' });
  t.same(decodeHeader(ascii('AMQP\x03\x01\x00')), { kind: 'need-more' });
  t.match(decodeHeader(ascii('H')), { kind: 'malformed', why: /byte 1 is 0x48/ });
  t.match(decodeHeader(ascii('AMQX')), { kind: 'malformed', why: /byte 4 is 0x58/ });
});

t.test('the mechanisms that Service Bus offers', async (t) => {
  const message = ['MSSBCBS', 'PLAIN', 'ANONYMOUS', 'EXTERNAL'];
  t.same(decodeMechanisms(AZURE), { kind: 'message', message, consumed: AZURE.length });
  t.same(
    decodeMechanisms(Uint8Array.from([...AZURE, 0, 0])),
    { kind: 'message', message, consumed: AZURE.length },
    'what follows is left for later',
  );
  for (let length = 0; length < AZURE.length; length += 1) {
    t.same(decodeMechanisms(AZURE.subarray(0, length)), { kind: 'need-more' });
  }
});

t.test('each encoding of a list, an array, a symbol and the descriptor', async (t) => {
  const PLAIN = '504c41494e';
  const bodies: Record<string, string> = {
    'one symbol of 8 bits': `005340 c0 08 01 a305${PLAIN}`,
    'one symbol of 32 bits': `005340 c0 0b 01 b300000005${PLAIN}`,
    'a list of 32 bits': `005340 d0 0000000b 00000001 a305${PLAIN}`,
    'an array of 8 bits': `005340 c0 0b 01 e0 08 01 a3 05${PLAIN}`,
    'an array of 32 bits': `005340 c0 14 01 f0 0000000e 00000001 b3 00000005${PLAIN}`,
    'a descriptor of 64 bits': `00800000000000000040 c0 08 01 a305${PLAIN}`,
    'a descriptor by name': `00a319${Buffer.from('amqp:sasl-mechanisms:list').toString('hex')} c0 08 01 a305${PLAIN}`,
    'a second field': `005340 c0 09 02 a305${PLAIN}40`,
  };
  for (const [name, body] of Object.entries(bodies)) {
    t.match(decodeMechanisms(frame(body)), { kind: 'message', message: ['PLAIN'] }, name);
  }
  const extended = frame(`005340 c0 08 01 a305${PLAIN}`, { doff: 3, extended: 'deadbeef' });
  t.match(decodeMechanisms(extended), { kind: 'message', message: ['PLAIN'] }, 'an extended header');
});

const OPEN = frame('005310 c0 04 01 a10161', { type: 0 });

t.test('a server that ends the conversation', async (t) => {
  const forced = Buffer.from('amqp:connection:forced').toString('hex');
  const error = (rest: string, size: string, count: string) =>
    frame(`005318 d0 000000${size} 00000001 00531d c0 ${rest}`.replace('COUNT', count), { type: 0 });
  const bodies: readonly [string, Uint8Array, string, string | null][] = [
    ['a close without an error', frame('005318 45', { type: 0 }), 'close', null],
    ['a close with null', frame('005318 c0 02 01 40', { type: 0 }), 'close', null],
    ['a condition', error(`19 COUNT a316${forced}`, '22', '01'), 'amqp:connection:forced', null],
    ['a null text', error(`1a COUNT a316${forced}40`, '23', '02'), 'amqp:connection:forced', null],
    ['a text', error(`1c COUNT a316${forced}a1016f`, '25', '02'), 'amqp:connection:forced', 'o'],
    ['a long text', error(`1f COUNT a316${forced}b1000000016f`, '28', '02'), 'amqp:connection:forced', 'o'],
    ['an outcome', frame('005344 c0 03 01 5001'), 'sasl-outcome auth', null],
  ];
  for (const [name, bytes, condition, description] of bodies) {
    const message = { condition, description };
    t.same(decodeMechanisms(bytes), { kind: 'message', message, consumed: bytes.length }, name);
  }
  t.same(decodeMechanisms(OPEN), { kind: 'need-more' }, 'an open is followed by something');
});

t.test('malformed frames, and unexpected ones', async (t) => {
  const cases: readonly [string, Uint8Array, RegExp][] = [
    ['of 4 GB', fromHex('ffffffff'), /4294967295 bytes/],
    ['of 513 bytes', fromHex('00000201'), /513 bytes/],
    ['smaller than its header', fromHex('00000007'), /7 bytes/],
    ['whose body begins within its header', fromHex('0000001001'), /begins at 4/],
    ['whose body begins behind its end', fromHex('0000001005'), /begins at 20/],
    ['of plain AMQP', frame('005311 45', { type: 0 }), /type 0 0x11 where/],
    ['of an unknown type', frame('005310 45', { type: 2 }), /type 2/],
    ['with two opens', Buffer.concat([OPEN, OPEN]), /after open 0x10/],
    ['with a close of another type', frame('005318 c0 05 01 00531e45', { type: 0 }), /a close 0x1e/],
    [
      'with an error without a condition',
      frame('005318 c0 05 01 00531d45', { type: 0 }),
      /without a condition/,
    ],
    ['empty', frame(''), /ends within a value/],
    ['without a performative', frame('4000'), /without a performative/],
    ['with an outcome of success', frame('005344 c0 03 01 5000'), /0x44 where sasl-mechanisms/],
    ['with ulong 0', frame('0044 45'), /0x0 where/],
    ['with another name', frame('00a30161 45'), /with a name where/],
    ['with a descriptor of another type', frame('0071'), /0x71 where a symbol/],
    ['with a map', frame('005340 c1 01 00'), /0xc1 where a list/],
    ['with an empty list', frame('005340 45'), /without a field/],
    ['with a list of nothing', frame('005340 c0 01 00'), /without a field/],
    ['with null', frame('005340 c0 02 01 40'), /0x40 where a symbol/],
    ['with an empty array', frame('005340 c0 05 01 e0 02 00 a3'), /without a mechanism/],
    ['with an array of numbers', frame('005340 c0 06 01 e0 03 01 50 01'), /0x50 where a symbol/],
    ['with a list longer than the frame', frame('005340 c0 ff 01 a300'), /ends within/],
    ['with a list of 4 GB', frame('005340 d0 ffffffff 00000001 a300'), /ends within/],
    ['with 4 G items', frame('005340 c0 0d 01 f0 00000007 ffffffff a30000'), /ends within/],
    ['with a symbol of 4 GB', frame('005340 c0 06 01 b3ffffffff'), /ends within/],
  ];
  for (const [name, bytes, why] of cases) t.match(decodeMechanisms(bytes), { kind: 'malformed', why }, name);
});

/** Bytes that resemble a valid frame. */
const BYTES = fc.oneof(
  fc.uint8Array({ maxLength: 600 }),
  fc
    .tuple(fc.constant(AZURE), fc.nat(AZURE.length - 1), fc.nat(255))
    .map(([bytes, at, byte]) => bytes.with(at, byte)),
  fc.uint8Array({ maxLength: 60 }).map((body) => frame(`005340${Buffer.from(body).toString('hex')}`)),
  fc.uint8Array({ maxLength: 8 }).map((tail) => Uint8Array.from([...SASL_HEADER.subarray(0, 4), ...tail])),
);

/** Decodes again after each byte. */
function byteByByte<T extends { kind: string }>(decode: (bytes: Uint8Array) => T, bytes: Uint8Array): T {
  for (let length = 0; length < bytes.length; length += 1) {
    const decoded = decode(bytes.subarray(0, length));
    if (decoded.kind !== 'need-more') return decoded;
  }
  return decode(bytes);
}

t.test('any bytes give a valid result, however they are split', async (t) => {
  const numRuns = fuzzRuns();
  for (const decode of [decodeHeader, decodeMechanisms]) {
    const check = fc.check(
      fc.property(BYTES, (bytes) => {
        const decoded = decode(bytes);
        assert.deepEqual(byteByByte<typeof decoded>(decode, bytes), decoded);
        if (decoded.kind === 'message') return decoded.consumed > 0 && decoded.consumed <= bytes.length;
        return decoded.kind === 'need-more' ? bytes.length < 1024 : decoded.why.length < 200;
      }),
      { numRuns },
    );
    t.notOk(check.failed, `${numRuns} runs`, { found: fc.defaultReportMessage(check) });
  }
});
