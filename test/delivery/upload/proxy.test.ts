import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import t, { type Test } from 'tap';
import { proxyFor } from '../../../src/delivery/upload/client.ts';
import { firstSegmentOnly } from '../../servers/first-segment.ts';
import { listen } from '../../servers/peer.ts';
import { certificates } from './certificates.ts';
import { answer, openService } from './service.ts';
import { CANARY, fill, openTrialSpool, pass } from './trial.ts';

const HOST = 'reports.contoso.com';

interface Proxy {
  readonly port: number;
  readonly asked: { readonly to: string; readonly authorization: string | undefined }[];
}

/** A proxy that connects every client to one port of loopback, or refuses. */
async function openProxy(
  t: Test,
  toPort: number,
  status = 200,
  tls: https.ServerOptions | null = null,
): Promise<Proxy> {
  const asked: Proxy['asked'] = [];
  const server = tls === null ? http.createServer() : https.createServer(tls);
  server.on('connect', (request, client: net.Socket) => {
    asked.push({ to: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    if (status !== 200) return void client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    const upstream = net.connect(toPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
    client.on('close', () => upstream.destroy());
  });
  return { port: (await listen(t, server)).port, asked };
}

t.test('which proxy', (t) => {
  t.equal(proxyFor({}), null);
  t.equal(proxyFor({ HTTP_PROXY: 'http://p:1', NO_PROXY: 'x' }), null, 'for plain HTTP alone');
  t.strictSame(proxyFor({ HTTPS_PROXY: 'p:3128' }), { variable: 'HTTPS_PROXY', url: 'http://p:3128' });
  t.strictSame(proxyFor({ ALL_PROXY: 'http://a:1', https_proxy: 'https://p:1' }), {
    variable: 'https_proxy',
    url: 'https://p:1',
  });
  t.equal(proxyFor({ HTTPS_PROXY: ' ', ALL_PROXY: 'a' })?.url, 'http://a');
  t.end();
});

t.test('HTTPS_PROXY with a password, and --ca-file', async (t) => {
  const { tls, files } = await certificates(t, [HOST]);
  const service = await openService(t, answer(201), tls);
  const proxy = await openProxy(t, service.port);
  const spool = openTrialSpool(t);
  await fill(spool, 5);
  const env = { HTTPS_PROXY: `http://user:${CANARY}@127.0.0.1:${proxy.port}` };
  const options = { caFile: [files.root] };
  t.match(await pass(spool, `https://${HOST}/in`, { env, options }), { sent: { length: 5 }, problem: null });
  t.strictSame(proxy.asked, [
    { to: `${HOST}:443`, authorization: `Basic ${Buffer.from(`user:${CANARY}`).toString('base64')}` },
  ]);
  t.equal(service.requests[0]?.headers['proxy-authorization'], undefined);
});

t.test('a device that reads only the first segment of a ClientHello lets uploads pass', async (t) => {
  const { tls, files } = await certificates(t, [HOST]);
  const service = await openService(t, answer(201), tls);
  const device = await firstSegmentOnly(t, service.port);
  const proxy = await openProxy(t, device.port);
  const connectTo = [{ host: HOST, port: 443, address: '127.0.0.1', toPort: device.port }];
  for (const way of [
    { options: { caFile: [files.root], connectTo } },
    { options: { caFile: [files.root] }, env: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } },
  ]) {
    const spool = openTrialSpool(t);
    await fill(spool, 1);
    t.match(await pass(spool, `https://${HOST}/in`, way), { sent: { length: 1 }, problem: null });
  }
  t.ok(device.sizes.length === 2 && device.sizes.every((size) => size < 600), `${device.sizes} bytes`);
});

t.test('a percent sign in a password is one, for a proxy and for the destination', async (t) => {
  const { tls, files } = await certificates(t, [HOST]);
  const service = await openService(t, answer(201), tls);
  const proxy = await openProxy(t, service.port);
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  const env = { HTTPS_PROXY: `http://user:50%off%21@127.0.0.1:${proxy.port}` };
  const options = { caFile: [files.root] };
  t.match(await pass(spool, `https://bot:100%@${HOST}/in`, { env, options }), { sent: { length: 1 } });
  const header = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
  t.equal(proxy.asked[0]?.authorization, header('user:50%off!'));
  t.equal(service.requests[0]?.headers['authorization'], header('bot:100%'));
});

t.test('an HTTPS proxy by its address, and one with a path', async (t) => {
  const { tls, files } = await certificates(t, [HOST, '127.0.0.1']);
  const service = await openService(t, answer(201), tls);
  const proxies = [
    `https://127.0.0.1:${(await openProxy(t, service.port, 200, tls)).port}`,
    `http://127.0.0.1:${(await openProxy(t, service.port)).port}/some/path`,
  ];
  for (const HTTPS_PROXY of proxies) {
    const spool = openTrialSpool(t);
    await fill(spool, 1);
    const given = { env: { HTTPS_PROXY }, options: { caFile: [files.root] } };
    t.match(
      await pass(spool, `https://${HOST}/in`, given),
      { sent: { length: 1 }, problem: null },
      HTTPS_PROXY,
    );
  }
});

t.test('NO_PROXY goes before it', async (t) => {
  const { tls, files } = await certificates(t, [HOST]);
  const service = await openService(t, answer(201), tls);
  const proxy = await openProxy(t, service.port);
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  const env = { ALL_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: 'localhost,.contoso.com' };
  const connectTo = [{ host: HOST, port: 443, address: '127.0.0.1', toPort: service.port }];
  const options = { caFile: [files.root], connectTo };
  t.match(await pass(spool, `https://${HOST}/in`, { env, options }), { sent: { length: 1 } });
  t.strictSame(proxy.asked, []);
});

t.test('a proxy that refuses, is another server, or is missing: reported without its password', async (t) => {
  const refusing = await openProxy(t, 1, 407);
  for (const [proxy, text] of [
    [`http://user:${CANARY}@127.0.0.1:${refusing.port}`, /the proxy refused to connect to it \(status 407\)/],
    [`socks5://user:${CANARY}@127.0.0.1:1`, /HTTPS_PROXY names no HTTP proxy/],
    [`http://user:${CANARY}@127.0.0.1:port`, /HTTPS_PROXY names no HTTP proxy/],
    [
      `http://user:${CANARY}@127.0.0.1:1`,
      /^the proxy that HTTPS_PROXY names cannot be used: the connection was refused \(ECONNREFUSED\)/,
    ],
  ] as const) {
    const spool = openTrialSpool(t);
    await fill(spool, 1);
    const { problem } = await pass(spool, `https://${HOST}/in`, { env: { HTTPS_PROXY: proxy } });
    t.match(problem, text);
    t.notMatch(problem, CANARY);
    t.equal(spool.waiting().length, 1);
  }
});
