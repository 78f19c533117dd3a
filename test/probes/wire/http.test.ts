import type { Socket } from 'node:net';
import t from 'tap';
import { createSystem } from '../../../probes/wire/system.ts';
import { TrustStore } from '../../../probes/wire/trust.ts';
import { closes, sends, sendsAndCloses } from '../../servers/behaviours.ts';
import { authority, identity, server } from '../../servers/certificates.ts';
import { type Owner, openPeer, openTlsPeer, type Peer } from '../../servers/peer.ts';
import { tryOnce } from '../try.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi';

/** Answers every request, and records the requests. */
async function listening(t: Owner): Promise<{ peer: Peer; requests: string[] }> {
  const requests: string[] = [];
  const peer = await openPeer(t, (socket) => {
    socket.on('data', (bytes: Buffer) => {
      requests.push(bytes.toString('latin1'));
      socket.write(OK);
    });
  });
  return { peer, requests };
}

t.test('one request over the connected socket, and no other', async (t) => {
  const { peer, requests } = await listening(t);
  const sockets: Socket[] = [];
  const system = {
    ...createSystem([{ host: 'known.test', port: null, address: peer.address, toPort: peer.port }]),
    connectTcp: (endpoint: { address: string; port: number }) => {
      const socket = createSystem().connectTcp(endpoint);
      sockets.push(socket);
      return socket;
    },
  };
  const target = { host: 'known.test', port: 80, path: '/status-0123?comp=list' };
  const tried = await tryOnce('http', peer, { system, target });
  t.match(tried, {
    failure: null,
    steps: ['connect', 'request'],
    facts: {
      proof: 'reply',
      http: {
        status: 200,
        headers: { 'content-length': '2' },
        bodyBytes: 2,
        bodyStart: 'hi',
        blockPage: null,
      },
    },
  });
  t.same(requests, [
    'GET /status-0123?comp=list HTTP/1.1\r\n' +
      'host: known.test\r\n' +
      'connection: keep-alive\r\n' +
      'accept: */*\r\n' +
      'accept-encoding: identity\r\n' +
      'user-agent: apim-probe\r\n' +
      '\r\n',
  ]);
  await peer.deserted();
  t.equal(peer.accepted(), 1);
  t.same(
    sockets.map(({ destroyed }) => destroyed),
    [true],
  );
});

t.test('the Host header has the port unless it is the scheme’s default', async (t) => {
  const hostOf = async (protocol: 'http' | 'https', host: string, port: number): Promise<string> => {
    const requests: string[] = [];
    const root = await authority('CN=Root');
    const leaf = await server(root, [host]);
    const hear = (socket: Socket) => {
      socket.on('data', (bytes: Buffer) => {
        requests.push(bytes.toString('latin1'));
        socket.end(OK);
      });
    };
    const peer = protocol === 'https' ? await openTlsPeer(t, identity(leaf), hear) : await openPeer(t, hear);
    const system = createSystem([{ host: null, port: null, address: peer.address, toPort: peer.port }]);
    const trust = new TrustStore([root.pem], []);
    const tried = await tryOnce(protocol, peer, { system, trust, target: { host, port } });
    t.equal(tried.failure, null);
    return /^host: (.*)\r$/m.exec(requests[0] ?? '')?.[1] ?? '';
  };
  t.equal(await hostOf('http', 'known.test', 80), 'known.test');
  t.equal(await hostOf('http', 'known.test', 8080), 'known.test:8080');
  t.equal(await hostOf('https', 'known.test', 443), 'known.test');
  t.equal(await hostOf('https', 'known.test', 3443), 'known.test:3443');
  t.equal(await hostOf('http', '192.0.2.7', 80), '192.0.2.7');
  t.equal(await hostOf('http', '2001:db8::7', 80), '[2001:db8::7]');
  t.equal(await hostOf('http', '2001:db8::7', 8080), '[2001:db8::7]:8080');
});

t.test('HTTPS: the handshake is its own step, and the reply the proof', async (t) => {
  const root = await authority('CN=Root');
  const leaf = await server(root, ['known.test']);
  const peer = await openTlsPeer(
    t,
    { ...identity(leaf), ALPNProtocols: ['h2', 'http/1.1'] },
    sendsAndCloses(OK),
  );
  const tried = await tryOnce('https', peer, {
    trust: new TrustStore([root.pem], []),
    target: { host: 'known.test' },
  });
  t.match(tried, {
    failure: null,
    steps: ['connect', 'tls', 'request'],
    facts: { proof: 'reply', tls: { alpn: 'http/1.1' }, http: { status: 200 } },
  });
  await peer.deserted();
});

t.test('a server that closes after the handshake', async (t) => {
  const root = await authority('CN=Root');
  const leaf = await server(root, ['known.test']);
  const trust = new TrustStore([root.pem], []);
  const ways: Record<string, (socket: Socket) => void> = {
    orderly: closes,
    'at once': (socket) => void socket.destroy(),
  };
  for (const [name, hangUp] of Object.entries(ways)) {
    const peer = await openTlsPeer(t, identity(leaf), hangUp);
    const tried = await tryOnce('https', peer, { trust, target: { host: 'known.test' } });
    t.match(
      tried,
      { failure: 'protocol_closed', steps: ['connect', 'tls', '✗request'], facts: { proof: 'certificate' } },
      name,
    );
    await peer.deserted();
  }
});

t.test('with TLS any status is proof, without TLS a server error is not', async (t) => {
  const root = await authority('CN=Root');
  const leaf = await server(root, ['known.test']);
  const trust = new TrustStore([root.pem], []);
  for (const status of [204, 301, 400, 401, 403, 404, 409, 500, 503]) {
    const reply = sendsAndCloses(`HTTP/1.1 ${status} Whatever\r\ncontent-length: 0\r\n\r\n`);
    const secured = await openTlsPeer(t, identity(leaf), reply);
    const overTls = await tryOnce('https', secured, { trust, target: { host: 'known.test' } });
    t.match(overTls, { failure: null, facts: { proof: 'reply', http: { status } } }, `${status} over TLS`);
    const inTheClear = await tryOnce('http', await openPeer(t, reply));
    const failure = status >= 500 ? 'http_unexpected' : null;
    t.match(inTheClear, { failure, facts: { http: { status } } }, `${status} in the clear`);
  }
});

t.test('redirects are recorded without secrets and not followed', async (t) => {
  const target = 'https://user:secret@login.test/path?sig=secret&sv=1#secret';
  const peer = await openPeer(
    t,
    sendsAndCloses(`HTTP/1.1 302 Found\r\nlocation: ${target}\r\ncontent-length: 0\r\n\r\n`),
  );
  const tried = await tryOnce('http', peer);
  t.match(tried.facts.http, { status: 302, headers: { location: 'https://login.test/path' } });
  t.notMatch(JSON.stringify(tried), /secret/);
  t.equal(peer.accepted(), 1);
});

t.test('only headers that identify the sender are recorded, repeated ones in one line', async (t) => {
  const head =
    'HTTP/1.1 200 OK\r\nServer: Windows-Azure-Blob/1.0\r\nset-cookie: session=secret\r\nvia: 1.1 a\r\nVia: 1.1 b\r\n' +
    '__proto__: x\r\nx-ms-request-id: 0123\r\ncontent-length: 0\r\n\r\n';
  const tried = await tryOnce('http', await openPeer(t, sendsAndCloses(head)));
  t.same(tried.facts.http?.headers, {
    server: 'Windows-Azure-Blob/1.0',
    via: '1.1 a, 1.1 b',
    'content-length': '0',
    'x-ms-request-id': '0123',
  });
});

t.test('a block page is recognised even when the reply is incomplete or endless', async (t) => {
  const page = 'HTTP/1.1 403 Forbidden\r\nserver: Zscaler/6.2\r\ncontent-length: 5000\r\n\r\n<html>denied';
  const ways = {
    whole: sendsAndCloses(`${page}${'.'.repeat(4988)}`),
    torn: sendsAndCloses(page),
    open: sends(page),
  };
  for (const [name, behave] of Object.entries(ways)) {
    const tried = await tryOnce('http', await openPeer(t, behave), { stepMs: 1000 });
    t.match(
      tried,
      {
        failure: 'http_blocked',
        error: 'Zscaler answered with status 403',
        facts: { proof: 'connect', http: { status: 403, blockPage: 'Zscaler' } },
      },
      name,
    );
  }
});

t.test('informational replies are skipped', async (t) => {
  const peer = await openPeer(
    t,
    sendsAndCloses(`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${OK}`),
  );
  t.match(await tryOnce('http', peer), { failure: null, facts: { http: { status: 200 } } });
});
