import fc from 'fast-check';
import t from 'tap';
import { decodeNegotiateReply, negotiateRequest, RANDOM_BYTES } from '../../probes/smb2.ts';
import { fuzzRuns } from '../fuzz-runs.ts';
import { bytes, decodeInPieces } from './codec.ts';

/** The captured answer of Samba 4.17.12 to the request below. */
const FROM_SAMBA = bytes(
  '0000010c',
  'fe534d42 4000 0000 00000000 0000 0100 01000000 00000000 0000000000000000 0000000000000000',
  '0000000000000000 00000000000000000000000000000000',
  '4100 0100 1103 0200 766d0000000000000000000000000000 07000000 00008000 00008000 00008000',
  '24f39d89257bdd01 0000000000000000 8000 4a00 d0000000',
  '604806062b0601050502a03e303ca00e300c060a2b06010401823702020aa32a3028a0261b246e6f745f64656669',
  '6e65645f696e5f5246433431373840706c656173655f69676e6f7265 000000000000',
  '0100 2600 00000000 0100 2000 0100 52ff95ed8caca87fb7dc8a0f006b60178b62cd9115c63468bd0248d57d9a4ef8 0000',
  '0200 0400 00000000 0100 0200',
);
/** MS-SMB2 2.2.2: no dialect in common. */
const ERROR = bytes(
  '00000049',
  'fe534d42 4000 0000 bb0000c0 0000 0100 01000000 00000000 0000000000000000 0000000000000000',
  '0000000000000000 00000000000000000000000000000000',
  '0900 00 00 00000000 00',
);

const changed = (at: number, ...values: number[]): Uint8Array => {
  const reply = Uint8Array.from(FROM_SAMBA);
  reply.set(values, at);
  return reply;
};

t.test('the request, field by field', async (t) => {
  const request = negotiateRequest(Uint8Array.from({ length: RANDOM_BYTES }, (_, index) => index));
  t.equal(
    Buffer.from(request).toString('hex'),
    Buffer.from(
      bytes(
        // MS-SMB2 2.1: the length of what follows
        '000000ae',
        // 2.2.1.2: NEGOTIATE, one credit, message 0
        'fe534d42 4000 0000 00000000 0000 0100 00000000 00000000 0000000000000000 0000000000000000',
        '0000000000000000 00000000000000000000000000000000',
        // 2.2.3: five dialects, signing enabled, encryption, the GUID, contexts at 112, two of them
        '2400 0500 0100 0000 40000000 000102030405060708090a0b0c0d0e0f 70000000 0200 0000',
        '0202 1002 0003 0203 1103 0000',
        // 2.2.3.1.1: SHA-512 and the salt; 2.2.3.1.2: AES-128-GCM and AES-128-CCM
        '0100 2600 00000000 0100 2000 0100',
        '101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f 0000',
        '0200 0600 00000000 0200 0200 0100',
      ),
    ).toString('hex'),
  );
});

t.test('what Samba answered', async (t) => {
  t.same(decodeNegotiateReply(FROM_SAMBA), {
    kind: 'message',
    message: {
      kind: 'response',
      dialect: '3.1.1',
      serverGuid: '00006d76-0000-0000-0000-000000000000',
      signingRequired: false,
      capabilities: ['dfs', 'leasing', 'large-mtu'],
    },
    consumed: FROM_SAMBA.length,
  });
});

t.test('every offered dialect, and servers that require signing', async (t) => {
  for (const [low, high, dialect] of [
    [0x02, 0x02, '2.0.2'],
    [0x10, 0x02, '2.1'],
    [0x00, 0x03, '3.0'],
    [0x02, 0x03, '3.0.2'],
  ] as const) {
    t.match(decodeNegotiateReply(changed(72, low, high)), { message: { dialect } });
  }
  t.match(decodeNegotiateReply(changed(70, 3)), { message: { signingRequired: true } });
  t.match(decodeNegotiateReply(changed(92, 0x40)), { message: { capabilities: ['encryption'] } });
});

t.test('an error is an answer too', async (t) => {
  t.same(decodeNegotiateReply(ERROR), {
    kind: 'message',
    message: { kind: 'error', status: 0xc00000bb },
    consumed: 77,
  });
});

t.test('a negative session response of RFC 1002, as Samba sends it to clients that it denies', async (t) => {
  const denied = bytes('83000001 81');
  t.same(decodeNegotiateReply(denied), {
    kind: 'message',
    message: { kind: 'session-refused', reason: 'not listening for this client' },
    consumed: 5,
  });
  t.same(decodeNegotiateReply(denied.subarray(0, 4)), { kind: 'need-more' });
});

t.test('what is not an answer to our request', async (t) => {
  const why = (reply: Uint8Array): unknown => {
    const decoded = decodeNegotiateReply(reply);
    return decoded.kind === 'malformed' ? decoded.why : decoded;
  };
  t.match(why(Buffer.from('HTTP')), /^not SMB: begins with 0x48/);
  t.match(why(bytes('83000001 8f')), /^not SMB: a NetBIOS session/, 'NetBIOS rejects our name');
  t.match(why(bytes('00ffffff')), /16777215 bytes/, 'without waiting for them');
  t.match(why(bytes('00000010 fe534d42')), /16 bytes/);
  t.match(why(changed(4, 0xff)), /^SMB 1 where/);
  t.match(why(changed(4, 0x20)), /^not SMB where/);
  t.match(why(changed(8, 65)), /header of 65/);
  t.match(why(changed(16, 1)), /answer to command 1/);
  t.match(why(negotiateRequest(new Uint8Array(RANDOM_BYTES))), /^a request where/, 'the request is echoed');
  t.match(why(changed(28, 1)), /never sent/);
  t.match(why(changed(12, 1)), /an error with a body of 65/);
  t.match(why(changed(68, 64)), /response with a body of 64/);
  t.match(why(Buffer.concat([bytes('00000040'), FROM_SAMBA.subarray(4, 68)])), /without a body/);
  t.match(why(Buffer.concat([bytes('0000007f'), FROM_SAMBA.subarray(4, 131)])), /response with a body of 65/);
  t.match(why(changed(126, 0xff, 0xff)), /token passes its end/);
  t.match(why(changed(72, 0xff, 0x02)), /dialect 0x02ff, which was not offered/);
});

t.test('any bytes give a valid result, however they are split', async (t) => {
  const mutated = fc
    .tuple(fc.constantFrom(FROM_SAMBA, ERROR), fc.array(fc.tuple(fc.nat(140), fc.nat(255)), { maxLength: 6 }))
    .map(([reply, changes]) => {
      const copy = Uint8Array.from(reply);
      for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
      return copy;
    });
  const any = fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated);
  fc.assert(
    fc.property(any, fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 20 }), (reply, cuts) => {
      const whole = decodeNegotiateReply(reply);
      t.ok(['need-more', 'message', 'malformed'].includes(whole.kind));
      if (whole.kind === 'message') t.ok(whole.consumed <= reply.length && whole.consumed > 4);
      t.same(decodeInPieces(decodeNegotiateReply, reply, cuts), whole);
    }),
    { numRuns: fuzzRuns() },
  );
});
