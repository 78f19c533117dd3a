import t, { type Test } from 'tap';
import { Facts } from '../../probes/facts.ts';
import { PRODUCTS, playing, reply, talk } from './products.ts';

const TARGET = PRODUCTS.gateway;
/** As captured, with its spaces. */
const NOT_FOUND = '{ "statusCode": 404, "message": "Resource not found" }';

async function asked(t: Test, path: string, text: string) {
  const { peer, asked } = await playing(t, TARGET.host, () => text);
  const tried = await talk('gateway', peer, { ...TARGET, path });
  Facts.parse(tried.facts);
  return { tried, asked };
}

t.test('the health path’s 200, under the right name', async (t) => {
  const { tried, asked: heads } = await asked(t, TARGET.path, reply('200 OK', {}));
  t.match(tried, { failure: null, facts: { proof: 'reply', gateway: { answer: 'status' } } });
  t.match(
    heads[0]?.toLowerCase(),
    'get /status-0123456789abcdef http/1.1\r\nhost: contoso.azure-api.net\r\n',
  );
  t.equal(tried.facts.tls?.serverName, TARGET.host);
});

t.test('the gateway’s own 404', async (t) => {
  for (const body of [NOT_FOUND, NOT_FOUND.replaceAll(' ', '').replace('Resourcenot', 'Resource not ')]) {
    const { tried } = await asked(
      t,
      '/',
      reply('404 Not Found', { 'content-type': 'application/json' }, body),
    );
    t.match(tried, { failure: null, facts: { proof: 'reply', gateway: { answer: 'not-found' } } });
  }
});

t.test('undocumented replies are evidence but not proof', async (t) => {
  const cases = [
    ['/', reply('200 OK', {}, '<html>')],
    ['/', reply('401 Unauthorized', { 'www-authenticate': 'Basic realm="Git"' })],
    [TARGET.path, reply('404 Not Found', {}, '<html>')],
    [TARGET.path, reply('404 Not Found', {}, '{"statusCode":401,"message":"Resource not found"}')],
    [TARGET.path, reply('403 Forbidden', {}, NOT_FOUND)],
  ] as const;
  for (const [path, text] of cases) {
    const { tried } = await asked(t, path, text);
    t.match(tried, { failure: null, facts: { proof: 'certificate', gateway: { answer: 'other' } } });
    t.type(tried.facts.http?.status, 'number');
  }
});

t.test('a server error is not a reply of the service', async (t) => {
  const { tried } = await asked(t, TARGET.path, reply('502 Bad Gateway', {}));
  t.match(tried, { failure: 'http_unexpected', steps: ['connect', 'tls', '✗request'], error: 'status 502' });
  t.match(tried.facts, { proof: 'certificate', http: { status: 502 } });
});
