import t, { type Test } from 'tap';
import { Facts } from '../../probes/facts.ts';
import { PRODUCTS, playing, reply, talk } from './products.ts';

const TARGET = PRODUCTS['entra-id'];
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

const discovery = (issuer: string) =>
  reply(
    '200 OK',
    { ...JSON_TYPE, 'cache-control': 'max-age=86400, private' },
    JSON.stringify({
      token_endpoint: `${issuer}/oauth2/v2.0/token`,
      issuer,
      tenant_region_scope: null,
      cloud_instance_name: 'microsoftonline.com',
    }),
  );

async function asked(t: Test, host: string, text: string) {
  const { peer } = await playing(t, host, () => text);
  const tried = await talk('entra-id', peer, { ...TARGET, host });
  Facts.parse(tried.facts);
  return tried;
}

t.test('an issuer of the host’s own cloud', async (t) => {
  const cases = [
    ['login.microsoftonline.com', 'https://login.microsoftonline.com/{tenantid}/v2.0'],
    ['login.windows.net', 'https://login.microsoftonline.com/{tenantid}/v2.0'],
    ['westeurope.login.microsoft.com', 'https://sts.windows.net/{tenantid}/'],
    ['login.microsoftonline.us', 'https://login.microsoftonline.us/{tenantid}/v2.0'],
    ['login.chinacloudapi.cn', 'https://login.partner.microsoftonline.cn/{tenantid}/v2.0'],
    ['login.partner.microsoftonline.cn', 'https://sts.chinacloudapi.cn/{tenantid}/'],
  ] as const;
  for (const [host, issuer] of cases) {
    t.match(await asked(t, host, discovery(issuer)), {
      failure: null,
      facts: { proof: 'reply', entraId: { issuer, errorCode: null } },
    });
  }
});

t.test('an issuer of another service', async (t) => {
  const issuers = [
    'https://login.microsoftonline.us/{tenantid}/v2.0',
    'https://login.microsoftonline.com.example.net/v2.0',
    'https://evil-login.microsoftonline.com.cn/',
    'http://login.microsoftonline.com/{tenantid}/v2.0',
    'https://sso.contoso.com/',
    'not a URL',
  ];
  for (const issuer of issuers) {
    const tried = await asked(t, TARGET.host, discovery(issuer));
    t.match(tried, { failure: 'protocol_mismatch', facts: { proof: 'certificate' } }, issuer);
    t.equal(tried.facts.entraId, undefined);
  }
});

t.test('errors of Entra ID are proof too', async (t) => {
  const error = { error: 'invalid_tenant', error_description: 'AADSTS90002: Tenant not found.' };
  t.match(await asked(t, TARGET.host, reply('400 Bad Request', JSON_TYPE, JSON.stringify(error))), {
    failure: null,
    facts: { entraId: { issuer: null, errorCode: 'AADSTS90002' } },
  });
  const signed = { 'x-ms-request-id': '1', 'x-ms-ests-server': '2.1.20000.1 - WEULR1 ProdSlices' };
  t.match(await asked(t, TARGET.host, reply('302 Found', { ...signed, location: '/x?token=secret' })), {
    failure: null,
    facts: { entraId: { issuer: null, errorCode: null }, http: { headers: { location: '/x' } } },
  });
});

t.test('replies that are not the document', async (t) => {
  const bodies = ['', '{', 'null', '[]', '{"issuer":7}', '{"error_description":"no"}', '<html>hello</html>'];
  for (const body of bodies) {
    const tried = await asked(t, TARGET.host, reply('200 OK', JSON_TYPE, body));
    t.match(tried, { failure: 'protocol_mismatch', error: /^not Microsoft Entra ID: status 200/ }, body);
  }
});
