import t from 'tap';
import { kms as labKms } from '../../src/lab/services/kms.ts';
import { drips, sends } from '../servers/behaviours.ts';
import { openPeer } from '../servers/peer.ts';
import { bytes } from './codec.ts';
import { endsWithEveryHostilePeer } from './hostile.ts';
import { tryOnce } from './try.ts';

const HEADER = '05000c03 10000000 3c000000 01000000';
const ACK = bytes(
  HEADER,
  'b810 b810 3f5a0100 0500 3136383800 00',
  '01000000 0000 0000 045d888aeb1cc9119fe808002b104860 02000000',
);
const REJECTION = bytes(
  '05000c03 10000000 3c000000 01000000',
  'b810 b810 3f5a0100 0400 31333500 0000',
  '01000000 0200 0100 00000000000000000000000000000000 00000000',
);

t.test('the service accepts its interface', async (t) => {
  const peer = await openPeer(t, labKms);
  t.match(await tryOnce('kms', peer), {
    failure: null,
    steps: ['connect', 'handshake'],
    facts: {
      proof: 'reply',
      kms: { result: 'acceptance', reason: null, secondaryAddress: '1688', maxTransmit: 4280 },
    },
  });
});

t.test('the probe sends only a bind', async (t) => {
  const received: Buffer[] = [];
  const peer = await openPeer(t, (socket) => {
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    sends(ACK)(socket);
  });
  await tryOnce('kms', peer);
  await peer.deserted();
  const [version, , type] = Buffer.concat(received);
  t.same([version, type, Buffer.concat(received).length], [5, 11, 72]);
});

t.test('an RPC server without the interface is a mismatch', async (t) => {
  const tried = await tryOnce('kms', await openPeer(t, sends(REJECTION)));
  t.match(tried, {
    failure: 'protocol_mismatch',
    error: 'an RPC server, but not of this interface: provider_rejection, abstract_syntax_not_supported',
    steps: ['connect', '✗handshake'],
    facts: { kms: { result: 'provider_rejection', reason: 'abstract_syntax_not_supported' } },
  });
  t.equal(tried.facts.proof, 'connect');
});

t.test('a bind_ack without a result is a mismatch', async (t) => {
  const empty = bytes('05000c03 10000000 20000000 01000000', 'b810 b810 3f5a0100 0000 0000 00000000');
  t.match(await tryOnce('kms', await openPeer(t, sends(empty))), {
    failure: 'protocol_mismatch',
    error: /no result$/,
    facts: { kms: { result: 'none' } },
  });
});

t.test('a refusal by the rules of RPC', async (t) => {
  const nak = bytes('05000d03 10000000 15000000 01000000', '0400 01 0500');
  t.match(await tryOnce('kms', await openPeer(t, sends(nak))), {
    failure: 'protocol_refused',
    error: 'the RPC server refused the bind: protocol_version_not_supported, supports 5.0',
    facts: { kms: { result: 'bind_nak', reason: 'protocol_version_not_supported', maxTransmit: null } },
  });
  const congested = bytes('05000d03 10000000 12000000 01000000', '0100');
  t.match(await tryOnce('kms', await openPeer(t, sends(congested))), {
    failure: 'protocol_refused',
    error: 'the RPC server refused the bind: temporary_congestion',
    facts: { refusal: { to: 'the bind', code: 'temporary_congestion', text: null } },
  });
  const fault = bytes('05000303 10000000 20000000 01000000', '00000000 0000 00 00 05000000 00000000');
  t.match(await tryOnce('kms', await openPeer(t, sends(fault))), {
    failure: 'protocol_refused',
    error: 'the RPC server answered with fault 0x00000005',
    facts: { kms: { result: 'fault', reason: '0x00000005' }, refusal: { code: 'fault 0x00000005' } },
  });
});

t.test('the secondary address is made printable', async (t) => {
  const hostile = Uint8Array.from(ACK);
  hostile.set([0x1b, 0x5b, 0x0d, 0x0a], 26);
  t.match(await tryOnce('kms', await openPeer(t, sends(hostile))), {
    failure: null,
    facts: { kms: { secondaryAddress: '\\u{1b}[\\u{d}\\u{a}' } },
  });
  const long = Buffer.concat([ACK.subarray(0, 24), bytes('a00f'), Buffer.alloc(4002, 'x'), ACK.subarray(32)]);
  long.writeUInt16LE(long.length, 8);
  const { failure, facts } = await tryOnce('kms', await openPeer(t, sends(long)));
  t.equal(failure, null);
  t.equal(facts.kms?.secondaryAddress?.length, 64);
});

t.test('an answer in single bytes is accepted', async (t) => {
  t.match(await tryOnce('kms', await openPeer(t, drips(ACK, 1))), { failure: null });
});

endsWithEveryHostilePeer('kms', {
  reply: ACK,
  cutAt: 30,
  tooLong: bytes('05000c03 10000000 ffff0000 01000000'),
  flood: '\u0001',
});
