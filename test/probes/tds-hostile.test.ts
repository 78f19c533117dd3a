/** SQL servers that misbehave, before TLS, in it, and by resets at every step. */
import { once } from 'node:events';
import { connect, type Server } from 'node:net';
import t from 'tap';
import { sqlServer } from '../../src/lab/services/sql.ts';
import {
  closes,
  closesAfterData,
  drips,
  floods,
  resetsAfterData,
  sends,
  sendsAndCloses,
  sendsAndResets,
  silent,
  TLS_1_0_HELLO,
  tlsAlert,
} from '../servers/behaviours.ts';
import { identity } from '../servers/certificates.ts';
import { type Behaviour, type Owner, openPeer } from '../servers/peer.ts';
import { bytes } from './codec.ts';
import { TOGETHER } from './hostile.ts';
import { encrypting, known, leaf, reply, wrapped } from './tds-peers.ts';
import { tryOnce } from './try.ts';

const STEP_MS = 800;
const ON = reply('01');

type Misbehaviour = readonly [title: string, failure: string, behave: Behaviour];

const IN_PRELOGIN: readonly Misbehaviour[] = [
  ['says nothing', 'protocol_timeout', silent],
  ['stops in the middle', 'protocol_timeout', sends(ON.subarray(0, 30))],
  ['sends a byte now and then', 'protocol_timeout', drips(ON, 250)],
  ['announces 64 KiB', 'protocol_timeout', sends(bytes('04 01 ff ff 00 00 01 00'))],
  ['speaks HTTP', 'protocol_mismatch', sendsAndCloses('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['speaks first, as SMTP does', 'protocol_mismatch', (socket) => void socket.write('220 mail\u001b[2J\r\n')],
  ['echoes our bytes', 'protocol_mismatch', (socket) => void socket.pipe(socket)],
  ['never stops', 'protocol_mismatch', floods('\u0004', '\u0004', 64 * 1024 * 1024)],
  ['never stops with garbage', 'protocol_mismatch', floods('\u0000', 'x', 64 * 1024 * 1024)],
];

t.test('peers that misbehave before TLS', TOGETHER, async (t) => {
  for (const [title, failure, behave] of IN_PRELOGIN) {
    t.test(`a peer that ${title}`, async (t) => {
      const peer = await openPeer(t, behave);
      const tried = await tryOnce('tds', peer, { ...known, stepMs: STEP_MS });
      t.match(tried, { failure, steps: ['connect', '✗handshake'], facts: { proof: 'connect' } });
      t.type(tried.facts.bytesReceived, 'number');
      t.notMatch(tried.error, '\u001b');
      t.ok(tried.ms < 10 * STEP_MS);
      await peer.deserted();
      t.ok(peer.sent() < 16 * 1024 * 1024, 'and reading stops');
    });
  }
});

for (const [title, behave] of [
  ['closes at once', closes],
  ['closes after the first data', closesAfterData],
  ['resets after the first data', resetsAfterData],
  ['closes in the middle', sendsAndCloses(ON.subarray(0, 30))],
  ['resets in the middle', sendsAndResets(ON.subarray(0, 30))],
] as const) {
  t.test(`a peer that ${title}, with TLS first as well`, async (t) => {
    const peer = await openPeer(t, behave);
    const tried = await tryOnce('tds', peer, { ...known, stepMs: STEP_MS });
    t.match(tried, { failure: 'protocol_closed', error: /; and with TLS first: / });
    t.same(tried.steps, ['connect', '✗handshake', 'connect', '✗tls']);
    await peer.deserted();
    t.equal(peer.accepted(), 2);
  });
}

const EMPTY_PACKET = '\u0012\u0000\u0000\u0008\u0000\u0000\u0001\u0000';
const IN_TLS: readonly Misbehaviour[] = [
  ['stops sending', 'tls_timeout', silent],
  ['closes', 'tls_closed', closesAfterData],
  ['resets', 'tls_reset', resetsAfterData],
  ['sends an alert', 'tls_alert', sends(wrapped(tlsAlert(40)))],
  ['sends an unwrapped alert', 'tls_not_tls', sends(tlsAlert(40))],
  ['sends unwrapped TLS', 'tls_not_tls', sends(TLS_1_0_HELLO)],
  ['insists on TLS 1.0', 'tls_alert', sends(wrapped(TLS_1_0_HELLO))],
  ['sends garbage', 'tls_not_tls', sends('garbage')],
  ['wraps garbage', 'tls_not_tls', sends(wrapped(Buffer.from('garbage, and more of it')))],
  ['speaks HTTP', 'tls_not_tls', sendsAndCloses('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['wraps nothing', 'tls_timeout', sends(EMPTY_PACKET)],
  ['wraps nothing for ever', 'tls_timeout', floods(EMPTY_PACKET, EMPTY_PACKET, 4 * 1024 * 1024)],
  ['announces 64 KiB', 'tls_timeout', sends(bytes('12 01 ff ff 00 00 01 00'))],
  ['sends a header too small', 'tls_not_tls', sends(bytes('12 01 00 02 00 00 01 00'))],
  ['closes in the middle of a packet', 'tls_closed', sendsAndCloses(wrapped(TLS_1_0_HELLO).subarray(0, 30))],
  ['resets in the middle of a packet', 'tls_reset', sendsAndResets(wrapped(TLS_1_0_HELLO).subarray(0, 30))],
  ['sends a byte now and then', 'tls_timeout', drips(wrapped(TLS_1_0_HELLO), 250)],
];

t.test('peers that misbehave in TLS', TOGETHER, async (t) => {
  for (const [title, failure, behave] of IN_TLS) {
    t.test(`a peer that ${title} instead of TLS in TDS`, async (t) => {
      const peer = await openPeer(t, encrypting(behave));
      const tried = await tryOnce('tds', peer, { ...known, stepMs: STEP_MS });
      t.match(tried, { failure, steps: ['connect', 'handshake', '✗tls'] });
      t.match(tried.facts, { proof: 'connect', tds: { version: '10.0.2531' }, bytesReceived: Number });
      t.ok(tried.ms < 10 * STEP_MS);
      await peer.deserted();
      t.ok(peer.sent() < 16 * 1024 * 1024);
    });
  }
});

t.test('a reset at each step of a real handshake', async (t) => {
  const sql = sqlServer(identity(leaf)).listen(0, '127.0.0.1');
  await once(sql, 'listening');
  t.teardown(() => sql.close());
  const whole = await passing(t, sql, Number.POSITIVE_INFINITY);
  t.equal(whole.failure, null);
  for (let most = 100; most < whole.passed; most += 250) {
    const { failure, tried } = await passing(t, sql, most);
    t.match(failure, /^(tls_reset|tls_closed)$/, `after ${most} of ${whole.passed} bytes`);
    t.equal(tried.facts.tds?.encryption, 'required');
  }
});

/** One attempt through a relay that resets after this many bytes from the server. */
async function passing(t: Owner, upstream: Server, most: number) {
  let passed = 0;
  const { port } = upstream.address() as { port: number };
  const peer = await openPeer(t, (client) => {
    const onwards = connect(port, '127.0.0.1');
    onwards.on('error', () => client.destroy());
    client.once('close', () => onwards.destroy());
    client.pipe(onwards);
    onwards.on('data', (chunk: Buffer) => {
      const allowed = chunk.subarray(0, Math.max(0, most - passed));
      passed += allowed.length;
      client.write(allowed, () => {
        if (allowed.length < chunk.length) client.resetAndDestroy();
      });
    });
  });
  const tried = await tryOnce('tds', peer, known);
  return { failure: tried.failure, passed, tried };
}
