/** The request to the instance metadata service, over real loopback sockets. */
import t from 'tap';
import type { System } from '../../probes/wire/system.ts';
import type { MetadataReply } from '../../src/environment/types.ts';
import { askMetadata } from '../../src/run/metadata.ts';
import { closesAfterData, sendsAndCloses, silent } from '../servers/behaviours.ts';
import { openPeer, type Peer } from '../servers/peer.ts';
import { brokenSocket, closedWorld, to } from './peers.ts';

const NEVER = new AbortController().signal;

function ask(peer: Peer, signal = NEVER): Promise<MetadataReply> {
  return askMetadata(closedWorld([to(peer, '169.254.169.254', 80)]), signal);
}

t.test('the request has the form that the service requires', async (t) => {
  let request = '';
  const peer = await openPeer(t, (socket) => {
    socket.once('data', (bytes) => {
      request = bytes.toString('latin1');
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
    });
  });
  t.same(await ask(peer), { kind: 'http', status: 200, body: '{}' });
  t.match(request, /^GET \/metadata\/instance\?api-version=2019-06-01 HTTP\/1\.1\r\n/);
  t.match(request, /\r\nmetadata: true\r\n/i);
  t.match(request, /\r\nhost: 169\.254\.169\.254\r\n/i);
  t.notMatch(request, /forwarded/i, 'the service refuses forwarded requests');
});

t.test('an instance without a public address is asked for its load balancer', async (t) => {
  const instance = (publicIpAddress: string) =>
    JSON.stringify({ network: { interface: [{ ipv4: { ipAddress: [{ publicIpAddress }] } }] } });
  const peerWith = (publicIpAddress: string, status: number, balancer: string) =>
    openPeer(t, (socket) => {
      socket.once('data', (bytes) => {
        const isBalancer = bytes
          .toString('latin1')
          .startsWith('GET /metadata/loadbalancer?api-version=2020-10-01 ');
        const [code, body] = isBalancer ? [status, balancer] : [200, instance(publicIpAddress)];
        socket.end(`HTTP/1.1 ${code} X\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      });
    });
  t.match(await ask(await peerWith('', 200, '{"loadbalancer":{}}')), { loadBalancer: '{"loadbalancer":{}}' });
  t.match(await ask(await peerWith('', 404, 'none')), { status: 200, loadBalancer: '' });
  t.match(await ask(await peerWith('', 400, 'bad')), { status: 200, loadBalancer: null });
  const known = await peerWith('20.1.2.3', 200, '{}');
  t.notOk('loadBalancer' in (await ask(known)));
  t.equal(known.accepted(), 1);
});

t.test('proxy variables change nothing', async (t) => {
  const proxy = await openPeer(t, (socket) => socket.destroy());
  const peer = await openPeer(t, sendsAndCloses('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
  const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
  const before = names.map((name) => process.env[name]);
  t.teardown(() => {
    for (const [index, name] of names.entries()) {
      const value = before[index];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;
  t.equal((await ask(peer)).kind, 'http');
  t.equal(proxy.accepted(), 0);
});

t.test('a closed port means that there is no service', async (t) => {
  t.match(await askMetadata(closedWorld(), NEVER), { kind: 'absent', why: /ECONNREFUSED/ });
});

t.test('a peer that does not answer times out after a second', async (t) => {
  const peer = await openPeer(t, silent);
  const started = performance.now();
  t.same(await ask(peer), { kind: 'absent', why: 'nothing within 1000 ms' });
  const elapsed = performance.now() - started;
  t.ok(elapsed > 900 && elapsed < 5000, `${elapsed} ms`);
});

t.test('a peer that sends a byte at a time times out too', async (t) => {
  const peer = await openPeer(t, (socket) => {
    const drip = setInterval(() => socket.write('H'), 100);
    socket.on('close', () => clearInterval(drip));
    socket.write('HTTP/1.1 200 OK\r\nx: ');
  });
  t.same(await ask(peer), { kind: 'absent', why: 'nothing within 1000 ms' });
});

t.test('410, 429, 500 and 503 mean to ask again, three times within 3 s', async (t) => {
  const replies = (status: number, failures: number) => {
    let left = failures;
    return openPeer(t, (socket) => {
      left -= 1;
      const code = left < 0 ? 200 : status;
      sendsAndCloses(`HTTP/1.1 ${code} X\r\ncontent-length: 2\r\n\r\n{}`)(socket);
    });
  };
  const started = performance.now();
  const asked = [410, 429, 500, 503].map(async (status) => {
    const [late, busy] = await Promise.all([replies(status, 3), replies(status, 99)]);
    const [first, second] = await Promise.all([ask(late), ask(busy)]);
    t.match(first, { kind: 'http', status: 200 }, `${status}, and then 200`);
    t.match(second, { kind: 'http', status }, `${status} each time`);
    t.equal(busy.accepted(), 4);
  });
  await Promise.all(asked);
  t.ok(performance.now() - started < 5000);
});

t.test('any other status is returned', async (t) => {
  const page = '<html><body>Not found</body></html>';
  const reply = `HTTP/1.1 404 Not Found\r\ncontent-length: ${page.length}\r\n\r\n${page}`;
  const peer = await openPeer(t, sendsAndCloses(reply));
  t.same(await ask(peer), { kind: 'http', status: 404, body: page });
});

t.test('a reply that is not HTTP is malformed', async (t) => {
  const peer = await openPeer(
    t,
    sendsAndCloses(Buffer.from([0x15, 3, 1, 0, 2, 2, 40, 0x1b, 0x5b, 0x32, 0x4a])),
  );
  const reply = await ask(peer);
  t.equal(reply.kind, 'malformed');
  t.notMatch(reply.kind === 'malformed' && reply.why, '\u001b');
});

t.test('so is a connection that ends before the end of the answer', async (t) => {
  const closing = await openPeer(t, closesAfterData);
  t.match(await ask(closing), { kind: 'malformed' });
  const cut = 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"compute":{"azEnvir';
  const cutting = await openPeer(t, sendsAndCloses(cut));
  t.match(await ask(cutting), { kind: 'malformed' });
});

t.test('of an endless body no more than 64 KiB are read', async (t) => {
  let sent = 0;
  const peer = await openPeer(t, (socket) => {
    const block = Buffer.alloc(65_536, ' ');
    const pour = (): void => {
      while (sent < 100_000_000 && !socket.destroyed && socket.write(block)) sent += block.length;
    };
    socket.on('drain', pour);
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n');
      pour();
    });
  });
  const reply = await ask(peer);
  t.equal(reply.kind === 'http' && reply.body.length, 65_536);
  t.ok(sent < 50_000_000, `${sent} bytes were taken off the server`);
});

t.test('after the end of the run no request is sent', async (t) => {
  const system = closedWorld();
  t.match(await askMetadata(system, AbortSignal.abort('SIGINT')), { kind: 'absent' });
  t.equal(system.opened(), 0);
});

t.test('the end of the run aborts the request', async (t) => {
  const controller = new AbortController();
  const peer = await openPeer(t, () => controller.abort('SIGINT'));
  t.match(await ask(peer, controller.signal), { kind: 'absent', why: /the run ended/ });
});

t.test('without free file descriptors the request is retried, and the service is not absent', async (t) => {
  const peer = await openPeer(t, sendsAndCloses('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
  const real = closedWorld([to(peer, '169.254.169.254', 80)]);
  const without = (times: number): System => {
    let left = times;
    return {
      ...real,
      connectTcp: (endpoint) => {
        left -= 1;
        return left < 0 ? real.connectTcp(endpoint) : brokenSocket('EMFILE', endpoint.address);
      },
    };
  };
  t.match(await askMetadata(without(2), NEVER), { kind: 'http', status: 200 });
  t.match(await askMetadata(without(99), NEVER), { kind: 'not-asked', why: /EMFILE/ });
});
