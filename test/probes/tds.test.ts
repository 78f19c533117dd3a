import type { Socket } from 'node:net';
import tls from 'node:tls';
import t from 'tap';
import { sqlServer } from '../../src/lab/services/sql.ts';
import {
  closesAfterData,
  drips,
  resetsAfterData,
  sends,
  sendsAndCloses,
  tlsAlert,
} from '../servers/behaviours.ts';
import { authority, identity, type Party, server } from '../servers/certificates.ts';
import { type Behaviour, openPeer, openTlsPeer } from '../servers/peer.ts';
import { HOST, known, leaf, passedTo, reply, root, wrapped } from './tds-peers.ts';
import { tryOnce } from './try.ts';

const STEP_MS = 800;

t.test('SQL Server with TLS inside TDS', async (t) => {
  const received: Buffer[] = [];
  const sql = sqlServer(identity(leaf));
  const peer = await openPeer(
    t,
    passedTo(sql, (chunk) => received.push(chunk)),
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
  for (let left = Buffer.concat(received); left.length > 0; left = left.subarray(left.readUInt16BE(2))) {
    types.add(left[0]);
  }
  t.same([...types], [0x12], 'and no login was sent, nor anything else after the handshake');
});

t.test('the certificate is checked', async (t) => {
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

t.test('a server without encryption is not Azure SQL, whatever else it answers', async (t) => {
  const plain = () => openPeer(t, sends(reply('02')));
  const azure = { ...known, target: { ...known.target, azureService: true } };
  t.match(await tryOnce('tds', await plain(), azure), {
    failure: 'protocol_mismatch',
    facts: { proof: 'connect', tds: { encryption: 'not-supported' } },
  });
  const own = { ...known, target: { ...known.target, azureService: false } };
  t.match(await tryOnce('tds', await plain(), own), { failure: null, facts: { proof: 'reply' } });
});

t.test('an error in place of the reply is the server’s refusal', async (t) => {
  // [MS-TDS] 2.2.7.10: number 40613, state 1, class 14, and a text with an escape.
  const text = Buffer.from('not\x1b available', 'utf16le').toString('hex');
  const error = `aa 2600 a59e0000 01 0e 0e00 ${text} 00 00 0000`.replaceAll(' ', '');
  const packet = Buffer.from(
    `0401${(8 + error.length / 2).toString(16).padStart(4, '0')}00000100${error}`,
    'hex',
  );
  const tried = await tryOnce('tds', await openPeer(t, sends(packet)), known);
  t.match(tried, {
    failure: 'protocol_refused',
    error: 'answered PRELOGIN with error 40613: not\\u{1b} available',
    steps: ['connect', '✗handshake'],
    facts: { proof: 'connect', tds: undefined },
  });
  t.same(tried.facts.refusal, { to: 'PRELOGIN', code: '40613', text: 'not\\u{1b} available' });
});

t.test('TLS follows when the server requires it', async (t) => {
  const services = [
    ['on', reply('01'), false, ['connect', 'handshake', '✗tls']],
    ['required', reply('03'), false, ['connect', 'handshake', '✗tls']],
    ['an unknown value', reply('20'), false, ['connect', 'handshake', '✗tls']],
    ['off', reply('00'), false, ['connect', 'handshake']],
    ['off, at a service of Azure’s', reply('00'), true, ['connect', 'handshake', '✗tls']],
    ['not supported', reply('02'), false, ['connect', 'handshake']],
  ] as const;
  const attempts = services.map(async ([title, prelogin, azureService, steps]) => {
    const peer = await openPeer(t, sends(prelogin));
    const tried = await tryOnce('tds', peer, {
      ...known,
      stepMs: STEP_MS,
      target: { host: HOST, azureService },
    });
    t.match(tried, { steps, failure: steps.length === 3 ? 'tls_timeout' : null }, title);
    t.equal(tried.facts.proof, steps.length === 3 ? 'connect' : 'reply', title);
    t.equal(tried.facts.tds?.version, '10.0.2531', title);
  });
  await Promise.all(attempts);
});

/** A TDS 8 server: TLS from the first byte; `plain` handles clients that begin otherwise. */
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
  ['closes on plain PRELOGIN', closesAfterData, '✗handshake'],
  ['resets plain PRELOGIN', resetsAfterData, '✗handshake'],
  ['answers plain PRELOGIN with an alert', sends(tlsAlert(10)), '✗handshake'],
  ['says so in its reply', sends(reply('08')), 'handshake'],
] as const) {
  t.test(`TDS 8, by a server that ${title}`, async (t) => {
    const peer = await openPeer(t, strict(plain, sends(reply('08'))));
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

t.test('a TLS server without TDS', async (t) => {
  const http = sendsAndCloses('HTTP/1.1 400 Bad Request\r\n\r\n');
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

t.test('a reply in single bytes, and a reply with bytes after it', async (t) => {
  t.match(await tryOnce('tds', await openPeer(t, drips(reply('02'), 1))), { failure: null });
  const early = Buffer.concat([reply('03'), wrapped(tlsAlert(40))]);
  t.match(await tryOnce('tds', await openPeer(t, sends(early))), { failure: 'tls_alert' });
});
