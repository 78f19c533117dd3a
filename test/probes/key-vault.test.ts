import fc from 'fast-check';
import t, { type Test } from 'tap';
import { Facts } from '../../probes/facts.ts';
import { readSource, sourceScope } from '../../probes/key-vault-source.ts';
import { PRODUCTS, playing, reply, talk } from './products.ts';

const TARGET = PRODUCTS['key-vault'];
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const VERSION = { 'x-ms-keyvault-service-version': '1.9.2489.1' };
const INFO = { 'x-ms-keyvault-network-info': 'conn_type=Ipv4;addr=20.61.7.33;act_addr_fam=InterNetwork;' };
const HEALTHY = reply('200 OK', { ...VERSION, ...INFO, 'content-type': 'text/plain' }, 'True');
const CHALLENGE = reply(
  '401 Unauthorized',
  {
    ...VERSION,
    'x-ms-keyvault-region': 'westeurope',
    'www-authenticate': `Bearer authorization="https://login.windows.net/${TENANT}", resource="https://vault.azure.net"`,
  },
  '{"error":{"code":"Unauthorized","message":"AKV10000: Request is missing a Bearer or PoP token."}}',
);

const forbidden = (code: string) =>
  reply(
    '403 Forbidden',
    VERSION,
    JSON.stringify({ error: { code: 'Forbidden', message: 'no', innererror: { code } } }),
  );

async function asked(t: Test, health: string, data: string) {
  const { peer, asked } = await playing(t, TARGET.host, (line) => (line.includes('/keys') ? data : health));
  const tried = await talk('key-vault', peer, TARGET, { stepMs: 1500 });
  Facts.parse(tried.facts);
  return { tried, lines: asked.map((head) => head.split('\r\n')[0]), peer };
}

t.test('health, then the challenge, over one connection and without a token', async (t) => {
  const { tried, lines, peer } = await asked(t, HEALTHY, CHALLENGE);
  t.match(tried, {
    failure: null,
    steps: ['connect', 'tls', 'request'],
    facts: {
      proof: 'reply',
      http: { status: 200, bodyStart: 'True' },
      keyVault: {
        serviceVersion: '1.9.2489.1',
        region: 'westeurope',
        sourceAddress: '20.61.7.33',
        source: 'public',
        challenge: true,
        errorCode: 'Unauthorized',
      },
    },
  });
  t.same(lines, ['GET /healthstatus HTTP/1.1', 'GET /keys?api-version=7.4 HTTP/1.1']);
  t.equal(peer.accepted(), 1);
  t.notMatch(JSON.stringify(tried.facts), TENANT);
});

t.test('a denial by the vault’s network rules is a reply, not a failure', async (t) => {
  for (const code of ['ForbiddenByFirewall', 'ForbiddenByConnection', 'ForbiddenByNsp']) {
    const { tried } = await asked(t, HEALTHY, forbidden(code));
    t.match(tried, { failure: null, facts: { keyVault: { challenge: false, errorCode: code } } });
    const early = await asked(t, forbidden(code), CHALLENGE);
    t.match(early.tried.facts.keyVault, { challenge: true, errorCode: 'Unauthorized' });
  }
});

t.test('a code of the network rules within the message', async (t) => {
  const message =
    'The request was forbidden by NSP policy. Caller: name=x;appid=y [ForbiddenByNsp (Forbidden)]';
  const body = (code: string) => JSON.stringify({ error: { code, message } });
  const read = async (code: string) =>
    (await asked(t, HEALTHY, reply('403 Forbidden', {}, body(code)))).tried.facts.keyVault?.errorCode;
  t.equal(await read('Forbidden'), 'ForbiddenByNsp');
  t.equal(await read('Unauthorized'), 'Unauthorized', 'another error only quotes it');
});

t.test('a failed data path does not change the result', async (t) => {
  const failing = {
    nonsense: 'what\r\n\r\n',
    silence: '',
    'an HTML page': reply('200 OK', { 'content-type': 'text/html' }, '<html>'),
  };
  for (const [name, data] of Object.entries(failing)) {
    const { tried } = await asked(t, HEALTHY, data);
    t.match(
      tried,
      {
        failure: null,
        steps: ['connect', 'tls', 'request'],
        facts: { proof: 'reply', keyVault: { challenge: false, errorCode: null, region: null } },
      },
      name,
    );
  }
  const closing = HEALTHY.replace('Content-Length', 'Connection: close\r\nContent-Length');
  t.match((await asked(t, closing, CHALLENGE)).tried, { failure: null });
});

t.test('a 200 without the service’s version is not Key Vault', async (t) => {
  const { tried, lines } = await asked(t, reply('200 OK', INFO, 'True'), CHALLENGE);
  t.match(tried, { failure: 'protocol_mismatch', steps: ['connect', 'tls', '✗request'] });
  t.equal(tried.error, 'not Key Vault: status 200, no server named, no content type');
  t.equal(lines.length, 1, 'and nothing more is asked of it');
});

t.test('the address that the vault saw', async (t) => {
  const own = '10.1.0.4';
  const cases = [
    ['addr=10.1.0.4;act_addr_fam=InterNetwork;', '10.1.0.4', 'vm'],
    ['conn_type=Ipv4;addr=::ffff:10.1.0.4;', '10.1.0.4', 'vm'],
    ['addr=10.1.0.5', '10.1.0.5', 'private'],
    ['addr=100.64.0.9;', '100.64.0.9', 'private'],
    ['addr=FD00::1;act_addr_fam=InterNetworkV6;', 'fd00::1', 'private'],
    ['addr=20.61.7.33;', '20.61.7.33', 'public'],
    ['addr=2603:1020::1;', '2603:1020::1', 'public'],
    ['addr=999.1.1.1;', null, null],
    ['act_addr_fam=InterNetwork;', null, null],
    ['', null, null],
  ] as const;
  for (const [info, address, scope] of cases) {
    const seen = readSource(info);
    t.same([seen, sourceScope(seen, own)], [address, scope], info);
  }
  t.equal(sourceScope('10.1.0.4', '::ffff:10.1.0.4'), 'vm');
  t.equal(sourceScope('10.1.0.4', null), 'private');
});

t.test('any header gives an address or null', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (value) => {
      const seen = readSource(`addr=${value};`);
      return seen === null ? sourceScope(seen, null) === null : /^[0-9a-f:.]{2,45}$/.test(seen);
    }),
  );
});
