import t from 'tap';
import { smb as labSmb } from '../../src/lab/services/smb.ts';
import { drips, sends } from '../servers/behaviours.ts';
import { openPeer } from '../servers/peer.ts';
import { bytes } from './codec.ts';
import { endsWithEveryHostilePeer } from './hostile.ts';
import { tryOnce } from './try.ts';

const header = (status: string): string =>
  `fe534d42 4000 0000 ${status} 0000 0100 01000000 00000000 ${'00'.repeat(40)}`;
/** MS-SMB2 2.2.4 with nothing in its buffer: dialect 2.1, signatures required. */
const REPLY = bytes(
  '00000080',
  header('00000000'),
  '4100 0300 1002 0000 33221100554477668899aabbccddeeff 04000000 00001000 00001000 00001000',
  '0000000000000000 0000000000000000 8000 0000 00000000',
);

t.test('a file server agrees on a version', async (t) => {
  const peer = await openPeer(t, labSmb);
  t.match(await tryOnce('smb', peer), {
    failure: null,
    steps: ['connect', 'handshake'],
    facts: {
      proof: 'reply',
      smb: {
        dialect: '3.1.1',
        serverGuid: '6f72617a-6c62-6261-7a75-72652d6c6162',
        signingRequired: false,
        capabilities: ['leasing', 'large-mtu', 'directory-leasing'],
      },
    },
  });
});

t.test('the probe sends one request only, which differs each time', async (t) => {
  const received: Buffer[] = [];
  const peer = await openPeer(t, (socket) => {
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    sends(REPLY)(socket);
  });
  for (const _ of [1, 2]) {
    t.match(await tryOnce('smb', peer), {
      failure: null,
      facts: {
        smb: {
          dialect: '2.1',
          serverGuid: '00112233-4455-6677-8899-aabbccddeeff',
          signingRequired: true,
          capabilities: ['large-mtu'],
        },
      },
    });
  }
  await peer.deserted();
  t.same(
    received.map((request) => [request.length, request.readUInt16LE(16)]),
    [
      [178, 0],
      [178, 0],
    ],
  );
  const [first, second] = received.map((request) => request.subarray(80, 96).toString('hex'));
  t.not(first, second);
});

t.test('a server that rejects the negotiation', async (t) => {
  const refuses = (status: string) => sends(bytes('00000049', header(status), '0900 00 00 00000000 00'));
  t.match(await tryOnce('smb', await openPeer(t, refuses('bb0000c0'))), {
    failure: 'protocol_refused',
    error: 'the server answered STATUS_NOT_SUPPORTED',
    steps: ['connect', '✗handshake'],
    facts: { proof: 'connect', refusal: { to: 'NEGOTIATE', code: 'STATUS_NOT_SUPPORTED', text: null } },
  });
  t.match(await tryOnce('smb', await openPeer(t, refuses('0d0000c0'))), {
    failure: 'protocol_refused',
    error: 'the server answered STATUS_INVALID_PARAMETER',
  });
  t.match(await tryOnce('smb', await openPeer(t, refuses('030201c0'))), {
    failure: 'protocol_refused',
    error: 'the server answered 0xc0010203',
  });
});

t.test('a server that denies this client before SMB', async (t) => {
  t.match(await tryOnce('smb', await openPeer(t, sends(bytes('83000001 81')))), {
    failure: 'protocol_refused',
    error: 'the server refused the session: not listening for this client',
    facts: { refusal: { code: 'negative session response', text: 'not listening for this client' } },
  });
});

t.test('a server that supports only SMB 1', async (t) => {
  const old = bytes('00000023 ff534d42 72 00000000 98 01c8', '00'.repeat(20), '01 ffff 0000');
  t.match(await tryOnce('smb', await openPeer(t, sends(old))), {
    failure: 'protocol_mismatch',
    error: /^SMB 1 /,
  });
});

t.test('an answer in single bytes is accepted', async (t) => {
  t.match(await tryOnce('smb', await openPeer(t, drips(REPLY, 1))), { failure: null });
});

endsWithEveryHostilePeer('smb', {
  reply: REPLY,
  cutAt: 90,
  tooLong: bytes('00ffffff fe534d42'),
  flood: 'x',
});
