import fc from 'fast-check';
import t from 'tap';
import { bindRequest, decodeBindReply } from '../../probes/dcerpc.ts';
import { KMS } from '../../probes/kms.ts';
import { fuzzRuns } from '../fuzz-runs.ts';
import { bytes, decodeInPieces } from './codec.ts';

/** MS-RPCE 2.2.2 and C706 12.6.4, laid out by hand: an acceptance with the endpoint 1688. */
const ACK = bytes(
  '05000c03 10000000 3c000000 01000000',
  'b810 b810 3f5a0100 0500 3136383800 00',
  '01000000 0000 0000 045d888aeb1cc9119fe808002b104860 02000000',
);
/** The same message with big-endian integers. */
const ACK_BIG_ENDIAN = bytes(
  '05000c03 00000000 003c0000 00000001',
  '10b8 10b8 00015a3f 0005 3136383800 00',
  '01000000 0000 0000 8a885d041ceb11c99fe808002b104860 00000002',
);
const REJECTION = bytes(
  '05000c03 10000000 38000000 01000000',
  'b810 b810 3f5a0100 0000 0000',
  '01000000 0200 0100 00000000000000000000000000000000 00000000',
);
const NAK = bytes('05000d03 10000000 15000000 01000000', '0400 01 0500');
const NAK_WITHOUT_VERSIONS = bytes('05000d03 10000000 12000000 01000000', '0200');
const FAULT = bytes('05000303 10000000 20000000 01000000', '00000000 0000 00 00 05000000 00000000');

t.test('the bind, as it was computed from the layouts', async (t) => {
  const expected = bytes(
    '05 00 0b 03 10 00 00 00 48 00 00 00 01 00 00 00 b8 10 b8 10 00 00 00 00 01 00 00 00 00 00 01 00',
    '75 21 c8 51 4e 84 50 47 b0 d8 ec 25 55 55 bc 06 01 00 00 00',
    '04 5d 88 8a eb 1c c9 11 9f e8 08 00 2b 10 48 60 02 00 00 00',
  );
  t.equal(Buffer.from(bindRequest(KMS)).toString('hex'), Buffer.from(expected).toString('hex'));
  t.equal(bindRequest(KMS).length, 72);
});

t.test('an acceptance, in either byte order', async (t) => {
  const message = {
    kind: 'bind_ack',
    maxTransmit: 4280,
    maxReceive: 4280,
    secondaryAddress: '1688',
    results: [
      {
        result: 'acceptance',
        reason: null,
        transferSyntax: { uuid: '8a885d04-1ceb-11c9-9fe8-08002b104860', major: 2, minor: 0 },
      },
    ],
  };
  t.same(decodeBindReply(ACK), { kind: 'message', message, consumed: 60 });
  t.same(decodeBindReply(ACK_BIG_ENDIAN), { kind: 'message', message, consumed: 60 });
});

t.test('what follows is left for the next read', async (t) => {
  t.match(decodeBindReply(Buffer.concat([ACK, NAK])), { kind: 'message', consumed: 60 });
});

t.test('a rejection has a reason', async (t) => {
  t.match(decodeBindReply(REJECTION), {
    message: {
      secondaryAddress: '',
      results: [{ result: 'provider_rejection', reason: 'abstract_syntax_not_supported' }],
    },
  });
});

t.test('known results and reasons have names, unknown ones numbers', async (t) => {
  const outcomeOf = (result: number, reason: number): unknown => {
    const reply = Buffer.from(REJECTION);
    reply.writeUInt16LE(result, 32);
    reply.writeUInt16LE(reason, 34);
    const decoded = decodeBindReply(reply);
    if (decoded.kind !== 'message' || decoded.message.kind !== 'bind_ack') return decoded;
    const [first] = decoded.message.results;
    return [first?.result, first?.reason];
  };
  t.same(outcomeOf(1, 0), ['user_rejection', 'reason_not_specified']);
  t.same(outcomeOf(2, 2), ['provider_rejection', 'proposed_transfer_syntaxes_not_supported']);
  t.same(outcomeOf(2, 3), ['provider_rejection', 'local_limit_exceeded']);
  t.same(outcomeOf(3, 0), ['negotiate_ack', 'reason_not_specified']);
  t.same(outcomeOf(9, 77), ['result 9', 'reason 77']);
});

t.test('a refusal of the whole bind', async (t) => {
  t.same(decodeBindReply(NAK), {
    kind: 'message',
    message: { kind: 'bind_nak', reason: 'protocol_version_not_supported', versions: ['5.0'] },
    consumed: 21,
  });
  t.same(decodeBindReply(NAK_WITHOUT_VERSIONS), {
    kind: 'message',
    message: { kind: 'bind_nak', reason: 'local_limit_exceeded', versions: [] },
    consumed: 18,
  });
  const promising = Buffer.from(NAK);
  promising[18] = 255;
  t.match(decodeBindReply(promising), { message: { versions: ['5.0'] } }, 'no more versions than there are');
});

t.test('a fault has a status', async (t) => {
  t.match(decodeBindReply(FAULT), { kind: 'message', message: { kind: 'fault', status: 5 }, consumed: 32 });
});

t.test('an answer with an unsolicited signature is decoded', async (t) => {
  const signed = Buffer.concat([ACK, bytes('0a02000000000000 01000000')]);
  signed.writeUInt16LE(signed.length, 8);
  signed.writeUInt16LE(4, 10);
  t.match(decodeBindReply(signed), { message: { secondaryAddress: '1688' }, consumed: 72 });
});

t.test('what is not an answer to our bind', async (t) => {
  const changed = (at: number, ...values: number[]): Uint8Array => {
    const reply = Uint8Array.from(ACK);
    reply.set(values, at);
    return reply;
  };
  const why = (reply: Uint8Array): unknown => {
    const decoded = decodeBindReply(reply);
    return decoded.kind === 'malformed' ? decoded.why : decoded;
  };
  t.match(why(Buffer.from('H')), /^not RPC: begins with 0x48/);
  t.match(why(changed(0, 4)), /^not RPC/);
  t.match(why(changed(1, 7)), /version 5\.7/);
  t.match(why(changed(4, 0x20)), /byte order of 2/);
  t.match(why(changed(3, 1)), /a part of a message/);
  t.match(why(changed(8, 15, 0)), /fragment of 15 bytes/);
  t.match(why(changed(8, 0xff, 0xff)), /fragment of 65535 bytes/, 'without waiting for them');
  t.match(why(changed(12, 2)), /call 2/);
  t.match(why(bindRequest(KMS)), /^a message of type 11/, 'the request is echoed');
  t.match(why(changed(8, 24, 0)), /truncated bind_ack/);
  t.match(why(changed(24, 0xff, 0xff)), /secondary address passes its end/);
  t.match(why(changed(32, 200)), /too short for 200 results/);
  t.match(why(changed(10, 0xff, 0xff)), /truncated bind_ack/, 'a signature longer than the message');
  t.match(why(bytes('05000d03 10000000 11000000 01000000', '00')), /truncated bind_nak/);
  t.match(why(bytes('05000303 10000000 14000000 01000000', '00000000')), /truncated fault/);
});

t.test('any bytes give a valid result, however they are split', async (t) => {
  const real = fc.constantFrom(ACK, ACK_BIG_ENDIAN, REJECTION, NAK, NAK_WITHOUT_VERSIONS, FAULT);
  const changed = fc
    .tuple(real, fc.array(fc.tuple(fc.nat(63), fc.nat(255)), { maxLength: 6 }))
    .map(([reply, changes]) => {
      const copy = Uint8Array.from(reply);
      for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
      return copy;
    });
  const any = fc.oneof(fc.uint8Array({ maxLength: 200 }), changed);
  fc.assert(
    fc.property(any, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }), (reply, cuts) => {
      const whole = decodeBindReply(reply);
      t.ok(['need-more', 'message', 'malformed'].includes(whole.kind));
      if (whole.kind === 'message') t.ok(whole.consumed <= reply.length && whole.consumed >= 16);
      t.same(decodeInPieces(decodeBindReply, reply, cuts), whole);
    }),
    { numRuns: fuzzRuns() },
  );
});
