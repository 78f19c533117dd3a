import t, { type Test } from 'tap';
import { readEventHubs } from '../../probes/event-hubs.ts';
import { Facts } from '../../probes/facts.ts';
import { PRODUCTS, playing, reply, talk } from './products.ts';

const TARGET = PRODUCTS['event-hubs'];
const FEED = reply(
  '200 OK',
  { 'content-type': 'application/atom+xml;type=feed;charset=utf-8', server: 'Microsoft-HTTPAPI/2.0' },
  '<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Publicly Listed Services</title><generator>Service Bus 1.1</generator></feed>',
);
const TRACKED = reply(
  '400 Bad Request',
  { 'content-type': 'application/xml' },
  '<Error><Code>400</Code><Detail>Bad Request. To know more visit https://aka.ms/sbResourceMgrExceptions. . TrackingId:b39e9d4f-2f0a-4d63-9f0c-0d1f7c1b1a3e_G12, SystemTracker:NoSystemTracker, Timestamp:2026-05-04T10:00:00</Detail></Error>',
);
const DENIED = reply(
  '401 Unauthorized',
  { 'content-type': 'application/xml' },
  '<Error><Code>401</Code><Detail>Ip has been prevented to connect to the endpoint.</Detail></Error>',
);
const UPGRADED =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: AMQPWSB10\r\n\r\n';

async function asked(t: Test, first: string, upgrade: string) {
  const played = await playing(t, TARGET.host, (line) => (line.includes('websocket') ? upgrade : first));
  const tried = await talk('event-hubs', played.peer, TARGET, { stepMs: 1500 });
  Facts.parse(tried.facts);
  await played.peer.deserted();
  return { tried, ...played };
}

t.test('the public feed, and AMQP over WebSockets on a second connection', async (t) => {
  const { tried, asked: heads, peer } = await asked(t, FEED, UPGRADED);
  t.match(tried, {
    failure: null,
    steps: ['connect', 'tls', 'request'],
    facts: {
      proof: 'reply',
      eventHubs: {
        trackingId: null,
        networkDenied: false,
        webSocket: { status: 101, protocol: 'AMQPWSB10', failure: null },
      },
    },
  });
  t.equal(peer.accepted(), 2);
  const upgrade = heads[1]?.toLowerCase() ?? '';
  t.match(upgrade, 'get /$servicebus/websocket http/1.1\r\nhost: ns.servicebus.windows.net\r\n');
  t.match(upgrade, /\r\nsec-websocket-key: [a-z0-9+/]{22}==\r\n/);
  t.match(upgrade, '\r\nsec-websocket-protocol: amqpwsb10\r\n');
});

t.test('both spellings of the tracking id, and line breaks within the refusal', (t) => {
  const read = (body: string) => readEventHubs({ status: 401, headers: {}, body: Buffer.from(body) });
  const id = 'b39e9d4f-2f0a-4d63-9f0c-0d1f7c1b1a3e_G2';
  t.match(read(`<Error><Code>401</Code><Detail>x. Tracking Id: ${id}</Detail></Error>`), { trackingId: id });
  t.match(read(`x TrackingId:${id}, SystemTracker:`), { trackingId: id });
  t.match(read('Ip  has been\r\nprevented to connect to the endpoint'), { networkDenied: true });
  t.match(
    read(
      '<Error><ErrorCode>401</ErrorCode><Detail>ip has been PREVENTED to connect to the  endpoint.\r\n' +
        ` For more information see: IP Filters: https://go.example/?linkid=2044428 TrackingId:${id}, ` +
        'SystemTracker:ns.servicebus.windows.net:hub/messages, Timestamp:2026-01-20T10:00:00</Detail></Error>',
    ),
    { trackingId: id, networkDenied: true },
    'the other name of the element',
  );
  const perimeter = 'is denied by Network\n Security Perimeter.';
  t.same(read(`<Error><Code>401</Code><Detail>Access ${perimeter} TrackingId:${id}</Detail></Error>`), {
    trackingId: id,
    networkDenied: true,
    perimeter: true,
  });
  t.equal(read(`<html>${perimeter}</html>`), null, 'without a tracking id it may be anybody’s page');
  t.match(read(`SubCode=40100: Unauthorized TrackingId:${id}`), { networkDenied: false }, 'only a login');
  t.equal(read('<html>Tracking your order</html>'), null);
  t.end();
});

t.test('an error with a tracking id is from the service', async (t) => {
  const { tried } = await asked(t, TRACKED, TRACKED);
  t.match(tried, {
    failure: null,
    facts: {
      eventHubs: {
        trackingId: 'b39e9d4f-2f0a-4d63-9f0c-0d1f7c1b1a3e_G12',
        networkDenied: false,
        webSocket: { status: 400, protocol: null, failure: null },
      },
    },
  });
});

t.test('the namespace’s own rules refuse this address', async (t) => {
  const { tried } = await asked(t, DENIED, DENIED);
  t.match(tried, {
    failure: null,
    facts: { proof: 'reply', eventHubs: { networkDenied: true, webSocket: { status: 401 } } },
  });
});

t.test('the result of the upgrade does not change the result of the probe', async (t) => {
  const cases = [
    ['', 'protocol_timeout'],
    ['AMQP\x03\x01\x00\x00', 'protocol_mismatch'],
    [`HTTP/1.1 101 Fine\r\n${`x: ${'y'.repeat(90)}\r\n`.repeat(500)}\r\n`, 'protocol_mismatch'],
  ] as const;
  for (const [upgrade, failure] of cases) {
    const { tried } = await asked(t, FEED, upgrade);
    t.match(tried, {
      failure: null,
      facts: { proof: 'reply', eventHubs: { webSocket: { status: null, protocol: null, failure } } },
    });
  }
  const escapes = UPGRADED.replace('AMQPWSB10', `\u0085${'x'.repeat(200)}`);
  const { tried } = await asked(t, FEED, escapes);
  t.match(tried.facts.eventHubs?.webSocket.protocol, /^[\x20-\x7e\u00c2-\u00ff]{1,63}…$/);
});

t.test('a page of another product is a mismatch, and the probe requests no upgrade', async (t) => {
  const { tried, peer } = await asked(t, reply('200 OK', { server: 'IIS' }, '<html>'), UPGRADED);
  t.match(tried, { failure: 'protocol_mismatch', error: /^not Event Hubs: status 200, server IIS/ });
  t.equal(tried.facts.eventHubs, undefined);
  t.equal(peer.accepted(), 1);
});
