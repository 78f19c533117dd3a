import { once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import t from 'tap';
import { TrustStore } from '../../probes/wire/trust.ts';
import { sqlServer } from '../../src/lab/services/sql.ts';
import {
  closes,
  closesWhenSpokenTo,
  drips,
  floods,
  resetsWhenSpokenTo,
  says,
  saysAndCloses,
  saysAndResets,
  silent,
  TLS_1_0_HELLO,
  tlsAlert,
} from '../servers/behaviours.ts';
import { authority, identity, type Party, server } from '../servers/certificates.ts';
import { type Behaviour, type Owner, openPeer, openTlsPeer } from '../servers/peer.ts';
import { bytes } from './codec.ts';
import { tryOnce } from './try.ts';

const STEP_MS = 800;
const HOST = 'known.database.windows.net';
const root = await authority('CN=Root');
const leaf = await server(root, ['*.database.windows.net']);
const trust = new TrustStore([root.pem], []);
const known = { trust, target: { host: HOST } };

/** The reply of SQL Server 2008 in [MS-TDS] 4.2, with this byte for encryption. */
const reply = (encryption: string): Uint8Array =>
  bytes(
    '04 01 00 2b 00 00 01 00',
    '00 00 1a 00 06 01 00 20 00 01 02 00 21 00 01 03 00 22 00 00 04 00 22 00 01 ff',
    `0a 00 09 e3 00 00 ${encryption} 00 01`,
  );
const [OFF, ON, NOT_SUPPORTED, REQUIRED, STRICT] = ['00', '01', '02', '03', '08'].map(reply) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

/** A packet of type PRELOGIN, as TLS travels in. */
function wrapped(payload: Uint8Array): Uint8Array {
  return Uint8Array.from([
    0x12,
    1,
    (payload.length + 8) >> 8,
    (payload.length + 8) & 255,
    0,
    0,
    1,
    0,
    ...payload,
  ]);
}

/** Answers PRELOGIN with REQ, and takes the ClientHello in its way. */
function encrypting(afterwards: Behaviour): Behaviour {
  return (socket) => {
    socket.once('data', () => {
      socket.write(REQUIRED);
      afterwards(socket);
    });
  };
}

/** A server behind whatever each connection is passed to it with. */
function passedTo(server: Server, heard: (chunk: Buffer) => void = () => undefined): Behaviour {
  return (socket) => {
    socket.on('data', heard);
    server.emit('connection', socket);
  };
}

t.test('SQL Server with TLS inside TDS', async (t) => {
  const heard: Buffer[] = [];
  const sql = sqlServer(identity(leaf));
  const peer = await openPeer(
    t,
    passedTo(sql, (chunk) => heard.push(chunk)),
  );
  const tried = await tryOnce('tds', peer, known);
  t.match(tried, {
    failure: null,
    steps: ['connect', 'handshake', 'tls'],
    facts: {
      proof: 'reply',
      tds: { mode: 'tds7', version: '12.0.2000', encryption: 'required', fedAuthRequired: true },
      tls: { serverName: HOST, version: 'TLSv1.2', nameMatches: true, trust: 'extra', alpn: null },
    },
  });
  await peer.deserted();
  const types = new Set<number | undefined>();
  for (let left = Buffer.concat(heard); left.length > 0; left = left.subarray(left.readUInt16BE(2))) {
    types.add(left[0]);
  }
  t.same([...types], [0x12], 'and no login was sent, nor anything else after the handshake');
});

t.test('what the certificate says is judged as everywhere', async (t) => {
  const other = sqlServer(identity(await server(root, ['*.example.com'])));
  t.match(await tryOnce('tds', await openPeer(t, passedTo(other)), known), {
    failure: 'tls_name_mismatch',
    steps: ['connect', 'handshake', '✗tls'],
    facts: { proof: 'connect', tds: { encryption: 'required' }, tls: { nameMatches: false } },
  });
  const foreign = await authority('CN=Foreign');
  const untrusted = sqlServer(identity(await server(foreign, ['*.database.windows.net'])));
  t.match(await tryOnce('tds', await openPeer(t, passedTo(untrusted)), known), {
    failure: 'tls_untrusted',
    facts: { tls: { trust: 'none', chain: [{ issuer: 'CN=Foreign' }] } },
  });
  const expired = sqlServer(
    identity(await server(root, ['*.database.windows.net'], { from: -9, until: -2 })),
  );
  t.match(await tryOnce('tds', await openPeer(t, passedTo(expired)), known), { failure: 'tls_expired' });
});

t.test('a chain of fifty certificates is read as far as ten', async (t) => {
  let issuer = root;
  const chain: Party[] = [];
  for (let depth = 0; depth < 49; depth += 1) {
    issuer = await authority(`CN=Level ${depth}`, { issuer });
    chain.unshift(issuer);
  }
  const sql = sqlServer(identity(await server(issuer, ['*.database.windows.net']), ...chain));
  const { failure, facts } = await tryOnce('tds', await openPeer(t, passedTo(sql)), known);
  t.equal(failure, null);
  t.equal(facts.tls?.chain.length, 10);
});

t.test('TLS follows where the server means it', async (t) => {
  for (const [title, words, azureIssuer, steps] of [
    ['on', ON, false, ['connect', 'handshake', '✗tls']],
    ['required', REQUIRED, false, ['connect', 'handshake', '✗tls']],
    ['a word that nobody knows', reply('20'), false, ['connect', 'handshake', '✗tls']],
    ['off', OFF, false, ['connect', 'handshake']],
    ['off, at a service of Azure’s', OFF, true, ['connect', 'handshake', '✗tls']],
    ['not supported', NOT_SUPPORTED, true, ['connect', 'handshake']],
  ] as const) {
    const peer = await openPeer(t, says(words));
    const tried = await tryOnce('tds', peer, { trust, stepMs: STEP_MS, target: { host: HOST, azureIssuer } });
    t.match(tried, { steps, failure: steps.length === 3 ? 'tls_timeout' : null }, title);
    t.equal(tried.facts.proof, steps.length === 3 ? 'connect' : 'reply', title);
    t.equal(tried.facts.tds?.version, '10.0.2531', title);
  }
});

/** A server of TDS 8: TLS from the first byte; `plain` is what a client hears that begins otherwise. */
function strict(plain: Behaviour, inside: Behaviour, alpn = ['tds/8.0']): Behaviour {
  const secured = tls.createServer({ ...identity(leaf), ALPNProtocols: alpn }, (socket) => {
    socket.on('error', () => socket.destroy());
    inside(socket);
    socket.resume();
  });
  secured.on('tlsClientError', (_error, socket) => socket.destroy());
  const proxy = (socket: Socket, first: Buffer): void => {
    socket.unshift(first);
    secured.emit('connection', socket);
  };
  return (socket) => {
    socket.pause();
    socket.once('readable', () => {
      const first: Buffer | null = socket.read();
      if (first === null) return;
      if (first[0] === 0x16) proxy(socket, first);
      else {
        plain(socket);
        socket.emit('data', first);
      }
    });
  };
}

for (const [title, plain, first] of [
  ['closes on plain PRELOGIN', closesWhenSpokenTo, '✗handshake'],
  ['resets plain PRELOGIN', resetsWhenSpokenTo, '✗handshake'],
  ['answers plain PRELOGIN with an alert', says(tlsAlert(10)), '✗handshake'],
  ['says so in its reply', says(STRICT), 'handshake'],
] as const) {
  t.test(`TDS 8, by a server that ${title}`, async (t) => {
    const peer = await openPeer(t, strict(plain, says(STRICT)));
    const tried = await tryOnce('tds', peer, { ...known, stepMs: 5000 });
    t.match(tried, {
      failure: null,
      steps: ['connect', first, 'connect', 'tls', 'handshake'],
      facts: {
        proof: 'reply',
        tds: { mode: 'tds8', version: '10.0.2531', encryption: 'strict', fedAuthRequired: null },
        tls: { alpn: 'tds/8.0', serverName: HOST, nameMatches: true },
      },
    });
    t.equal(peer.accepted(), 2);
  });
}

t.test('a server with TLS that knows nothing of TDS', async (t) => {
  const http = saysAndCloses('HTTP/1.1 400 Bad Request\r\n\r\n');
  const web = await openTlsPeer(t, identity(leaf), http);
  t.match(await tryOnce('tds', web, known), {
    failure: 'protocol_mismatch',
    steps: ['connect', '✗handshake', 'connect', 'tls', '✗handshake'],
    facts: { tls: { alpn: null, nameMatches: true }, proof: 'certificate' },
  });
  const picky = await openTlsPeer(t, { ...identity(leaf), ALPNProtocols: ['http/1.1'] }, http);
  t.match(await tryOnce('tds', picky, known), {
    failure: 'protocol_closed',
    error: /and with TLS first: .*alert/i,
    steps: ['connect', '✗handshake', 'connect', '✗tls'],
  });
});

t.test('a reply in single bytes, and one that brings more along', async (t) => {
  t.match(await tryOnce('tds', await openPeer(t, drips(NOT_SUPPORTED, 1))), { failure: null });
  const early = Buffer.concat([REQUIRED, wrapped(tlsAlert(40))]);
  t.match(await tryOnce('tds', await openPeer(t, says(early))), { failure: 'tls_alert' });
});

type Misbehaviour = readonly [title: string, failure: string, behave: Behaviour];

const IN_PRELOGIN: readonly Misbehaviour[] = [
  ['says nothing', 'protocol_timeout', silent],
  ['stops in the middle', 'protocol_timeout', says(ON.subarray(0, 30))],
  ['sends a byte now and then', 'protocol_timeout', drips(ON, 250)],
  ['announces 64 KiB', 'protocol_timeout', says(bytes('04 01 ff ff 00 00 01 00'))],
  ['speaks HTTP', 'protocol_mismatch', saysAndCloses('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['speaks first, as SMTP does', 'protocol_mismatch', (socket) => void socket.write('220 mail\u001b[2J\r\n')],
  ['gives our own words back', 'protocol_mismatch', (socket) => void socket.pipe(socket)],
  ['never stops', 'protocol_mismatch', floods('\u0004', '\u0004', 64 * 1024 * 1024)],
  ['never stops with garbage', 'protocol_mismatch', floods('\u0000', 'x', 64 * 1024 * 1024)],
];

for (const [title, failure, behave] of IN_PRELOGIN) {
  t.test(`a peer that ${title}`, async (t) => {
    const peer = await openPeer(t, behave);
    const tried = await tryOnce('tds', peer, { ...known, stepMs: STEP_MS });
    t.match(tried, { failure, steps: ['connect', '✗handshake'], facts: { proof: 'connect' } });
    t.type(tried.facts.bytesReceived, 'number');
    t.notMatch(tried.error, '\u001b');
    t.ok(tried.ms < 10 * STEP_MS);
    await peer.deserted();
    t.ok(peer.sent() < 16 * 1024 * 1024, 'and is not listened to for ever');
  });
}

for (const [title, behave] of [
  ['closes at once', closes],
  ['closes when it is spoken to', closesWhenSpokenTo],
  ['resets when it is spoken to', resetsWhenSpokenTo],
  ['closes in the middle', saysAndCloses(ON.subarray(0, 30))],
  ['resets in the middle', saysAndResets(ON.subarray(0, 30))],
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
  ['falls silent', 'tls_timeout', silent],
  ['closes', 'tls_closed', closesWhenSpokenTo],
  ['resets', 'tls_reset', resetsWhenSpokenTo],
  ['sends an alert', 'tls_alert', says(wrapped(tlsAlert(40)))],
  ['sends an alert in the open', 'tls_not_tls', says(tlsAlert(40))],
  ['sends TLS in the open', 'tls_not_tls', says(TLS_1_0_HELLO)],
  ['insists on TLS 1.0', 'tls_alert', says(wrapped(TLS_1_0_HELLO))],
  ['sends garbage', 'tls_not_tls', says('garbage')],
  ['wraps garbage', 'tls_not_tls', says(wrapped(Buffer.from('garbage, and more of it')))],
  ['speaks HTTP', 'tls_not_tls', saysAndCloses('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['wraps nothing', 'tls_timeout', says(EMPTY_PACKET)],
  ['wraps nothing for ever', 'tls_timeout', floods(EMPTY_PACKET, EMPTY_PACKET, 4 * 1024 * 1024)],
  ['announces 64 KiB', 'tls_timeout', says(bytes('12 01 ff ff 00 00 01 00'))],
  ['sends a header too small', 'tls_not_tls', says(bytes('12 01 00 02 00 00 01 00'))],
  ['closes in the middle of a packet', 'tls_closed', saysAndCloses(wrapped(TLS_1_0_HELLO).subarray(0, 30))],
  ['resets in the middle of a packet', 'tls_reset', saysAndResets(wrapped(TLS_1_0_HELLO).subarray(0, 30))],
  ['sends a byte now and then', 'tls_timeout', drips(wrapped(TLS_1_0_HELLO), 250)],
];

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

/** One attempt through a relay that resets once it has passed on this much from the server. */
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
