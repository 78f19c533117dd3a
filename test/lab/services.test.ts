import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import t from 'tap';
import { startLab } from '../../src/lab/index.ts';
import { type Answer, get, portFor, shownTo, text } from './client-of-the-lab.ts';

const lab = await startLab('healthy');
t.teardown(() => lab.close());

t.test('Storage refuses an anonymous caller with its own text', async (t) => {
  const blob = await get(lab, 'https://labstorage.blob.core.windows.net/');
  t.equal(blob.status, 400);
  t.equal(blob.headers['x-ms-error-code'], 'InvalidQueryParameterValue');
  t.match(blob.headers['x-ms-request-id'], /^[0-9a-f-]{30}000000$/);
  t.match(blob.body, /<QueryParameterName>comp</);

  const unsigned = await get(lab, 'https://labstorage.queue.core.windows.net/?comp=list');
  t.equal(unsigned.status, 401);
  t.match(unsigned.headers['www-authenticate'], /^Bearer authorization_uri=.* resource_id=/);
  t.match(unsigned.body, /<Code>NoAuthenticationInformation</);

  const table = await get(lab, 'https://labstorage.table.core.windows.net/Tables');
  t.equal(table.status, 404);
  t.equal(JSON.parse(table.body)['odata.error'].code, 'ResourceNotFound');
});

t.test('Key Vault returns the caller’s address, and requires a token for the rest', async (t) => {
  const health = await get(lab, 'https://labvault.vault.azure.net/healthstatus');
  t.equal(health.status, 200);
  t.equal(health.headers['content-length'], '4');
  t.match(health.headers['x-ms-keyvault-network-info'], /addr=20\.61\.7\.33;act_addr_fam=InterNetwork;/);
  const keys = await get(lab, 'https://labvault.vault.azure.net/keys?api-version=7.4');
  t.equal(keys.status, 401);
  t.match(keys.headers['www-authenticate'], /resource="https:\/\/vault\.azure\.net"/);
  t.match(keys.body, /AKV10000/);
});

t.test('the other services over HTTPS', async (t) => {
  const entra = await get(
    lab,
    'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration',
  );
  t.equal(JSON.parse(entra.body).cloud_instance_name, 'microsoftonline.com');
  const feed = await get(lab, 'https://labevents.servicebus.windows.net/');
  t.match(feed.body, /Publicly Listed Services.*Service Bus 1\.1/);
  const metrics = await get(lab, 'https://prod3.prod.microsoftmetrics.com:1886/RecoveryService');
  t.equal(metrics.status, 404);
  t.equal((await get(lab, 'https://dc.services.visualstudio.com/v2/track')).status, 405);
});

t.test('Event Hubs agrees to AMQP over WebSockets, and to nothing else', async (t) => {
  const upgrade = async (host: string, protocol: string) => {
    const request = https.get({
      ...{ host: '127.0.0.1', port: portFor(lab, host, 443), servername: host, rejectUnauthorized: false },
      path: '/$servicebus/websocket',
      headers: {
        ...{ host, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': protocol },
        // The key of RFC 6455, 1.3, whose answer is given there.
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
      agent: false,
    });
    const [response] = await Promise.race([once(request, 'upgrade'), once(request, 'response')]);
    request.destroy();
    return [response.statusCode, response.headers['sec-websocket-accept']];
  };
  const hub = 'labevents.servicebus.windows.net';
  t.same(await upgrade(hub, 'AMQPWSB10'), [101, 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=']);
  t.same(await upgrade(hub, 'chat'), [400, undefined]);
  t.same(await upgrade('labvault.vault.azure.net', 'AMQPWSB10'), [400, undefined]);
});

t.test('the gateway and its companions', async (t) => {
  t.equal((await get(lab, 'https://labapim.azure-api.net/status-0123456789abcdef')).status, 200);
  const nothing = await get(lab, 'https://labapim.azure-api.net/');
  t.same([nothing.status, nothing.body], [404, '{ "statusCode": 404, "message": "Resource not found" }']);
  const management = 'https://labapim.management.azure-api.net:3443/servicestatus?api-version=2018-01-01';
  t.equal((await get(lab, management)).status, 200);
  const portal = 'https://labapim.developer.azure-api.net/internal-status-0123456789abcdef';
  t.equal((await get(lab, portal)).status, 200);
  t.equal((await get(lab, 'https://labapim.scm.azure-api.net/')).status, 401);
});

t.test('certificates are chosen by name and lead to the lab’s root', async (t) => {
  for (const [host, port, name] of [
    ['labstorage.blob.core.windows.net', 443, '*.blob.core.windows.net'],
    ['labevents.servicebus.windows.net', 5671, '*.servicebus.windows.net'],
    ['labapim.azure-api.net', 443, '*.azure-api.net'],
    ['global.prod.microsoftmetrics.com', 1886, 'global.prod.microsoftmetrics.com'],
  ] as const) {
    const shown = await shownTo(lab, host, port);
    if (typeof shown === 'string') t.fail(`${host}: ${shown}`);
    else {
      t.match(shown.subjectaltname, `DNS:${name}`);
      t.equal(shown.issuer.O, 'Microsoft Corporation');
      t.match(shown.issuer.CN, /lab/, 'and it is recognisable as the lab’s');
    }
  }
  t.equal(await shownTo(lab, 'nobody.example'), 'ERR_TLS_CERT_ALTNAME_INVALID');
});

async function plain(host: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const port = portFor(lab, host, 80);
  const [response] = await new Promise<[http.IncomingMessage]>((resolve, reject) => {
    http
      .get({ port, host: '127.0.0.1', path, headers: { host, ...headers }, agent: false }, (got) =>
        resolve([got]),
      )
      .on('error', reject);
  });
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

t.test('certificate hosts answer over plain HTTP with DER', async (t) => {
  const list = await plain('crl3.digicert.com', '/DigiCertGlobalRootG2.crl');
  t.equal(list.headers['content-type'], 'application/pkix-crl');
  t.equal(list.body.charCodeAt(0), 0x30);
  const issuer = await plain('cacerts.digicert.com', '/x.crt');
  t.equal(issuer.headers['content-type'], 'application/pkix-cert');
  t.match(issuer.body, /apim-probe lab TLS issuing CA/);
  t.equal((await plain('oneocsp.microsoft.com', '/')).body, '\x30\x03\x0a\x01\x01');
  t.equal((await plain('www.microsoft.com', '/')).status, 404);
  t.equal((await plain('nobody.example', '/')).status, 400);
  const trusted = '/msdownload/update/v3/static/trustedr/en/disallowedcertstl.cab';
  t.match((await plain('ctldl.windowsupdate.com', trusted)).body, /^MSCF/);
  t.equal((await plain('ctldl.windowsupdate.com', '/')).status, 404);
});

t.test('the metadata service answers only those who mean it', async (t) => {
  const ask = (path: string, headers: Record<string, string> = {}) => plain('169.254.169.254', path, headers);
  const path = '/metadata/instance?api-version=2021-02-01';
  const instance = JSON.parse((await ask(path, { metadata: 'true' })).body);
  t.match(instance.compute, { azEnvironment: 'AzurePublicCloud', location: 'westeurope' });
  t.same(instance.network.interface[0].ipv4.subnet, [{ address: '10.1.0.0', prefix: '27' }]);
  t.equal((await ask(path)).status, 400, 'no header');
  t.equal((await ask(path, { metadata: 'true', 'x-forwarded-for': '10.0.0.1' })).status, 400, 'a proxy');
  const versionless = await ask('/metadata/instance', { metadata: 'true' });
  t.equal(versionless.status, 400);
  t.equal(JSON.parse(versionless.body)['newest-versions'].length, 3);
  t.equal((await ask('/metadata/instance?api-version=1999-01-01', { metadata: 'true' })).status, 400);
  t.match((await ask('/metadata/versions', { metadata: 'true' })).body, /2021-02-01/);
  t.equal((await ask('/metadata/nothing?api-version=2021-02-01', { metadata: 'true' })).status, 404);
});
