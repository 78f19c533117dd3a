import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { Facts } from '../../probes/facts.ts';
import { identityFor, PRODUCTS, playing, reply, talk } from './products.ts';

const TARGET = PRODUCTS.storage;
const ID = '8d3ad3a1-401e-0034-4f12-77e9d4000000';
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const SERVER = { server: 'Microsoft-HTTPAPI/2.0', 'x-ms-request-id': ID };

function xml(code: string, message: string): string {
  return `\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}\nRequestId:${ID}\nTime:2026-05-04T10:00:00.0000000Z</Message></Error>`;
}

function odata(code: string, message: string): string {
  const value = `${message}\nRequestId:${ID}\nTime:2026-05-04T10:00:00.0000000Z`;
  return JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value } } });
}

const answered = async (t: Test, text: string) => {
  const { peer } = await playing(t, TARGET.host, () => text);
  const tried = await talk('storage', peer, TARGET);
  Facts.parse(tried.facts);
  return tried;
};

t.test('any reply of Storage to an anonymous client is proof', async (t) => {
  const cases = [
    ['400 One of the query parameters', 'InvalidQueryParameterValue'],
    ['401 Unauthorized', 'NoAuthenticationInformation'],
    ['403 Forbidden', 'AuthenticationFailed'],
    ['404 Not Found', 'ResourceNotFound'],
    ['409 Conflict', 'PublicAccessNotPermitted'],
  ] as const;
  for (const [status, code] of cases) {
    for (const headers of [{ ...SERVER, 'x-ms-error-code': code }, SERVER]) {
      const tried = await answered(t, reply(status, headers, xml(code, 'Some text.')));
      t.match(tried, {
        failure: null,
        steps: ['connect', 'tls', 'request'],
        facts: { proof: 'reply', storage: { requestId: ID, errorCode: code, networkDenied: false } },
      });
    }
  }
  const atom = [
    '<error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><code>ResourceNotFound</code></error>',
    '<m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><m:code>ResourceNotFound</m:code></m:error>',
  ];
  for (const body of atom) {
    const { facts } = await answered(t, reply('404 Not Found', SERVER, body));
    t.match(facts.storage, { errorCode: 'ResourceNotFound', networkDenied: false });
  }
  const table = await answered(t, reply('404 Not Found', SERVER, odata('ResourceNotFound', 'None.')));
  t.match(table.facts.storage, { errorCode: 'ResourceNotFound', networkDenied: false });
});

t.test('its own name in the Server header is proof as well', async (t) => {
  const server = 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0';
  const tried = await answered(t, reply('200 OK', { server, 'content-type': 'application/xml' }, '<x/>'));
  t.match(tried, { failure: null, facts: { storage: { requestId: null, errorCode: null } } });
});

t.test('a denial by the account’s firewall differs from a bad signature', async (t) => {
  const denied = 'This request is not authorized to perform this operation.';
  const failed =
    'Server failed to authenticate the request. Make sure the value of the Authorization header is formed correctly.';
  const code = 'AuthorizationFailure';
  const headers = { ...SERVER, 'x-ms-error-code': code };
  const cases = [
    [xml(code, denied), true],
    [xml(code, 'This request is  not\r\nauthorized TO perform\tthis operation.'), true],
    [odata(code, denied), true],
    [xml(code, failed), false],
    [odata(code, failed), false],
    [xml('AuthenticationFailed', denied), false],
  ] as const;
  for (const [body, networkDenied] of cases) {
    const own = body.includes('AuthenticationFailed') ? SERVER : headers;
    t.match(await answered(t, reply('403 Forbidden', own, body)), {
      failure: null,
      facts: { storage: { networkDenied } },
    });
  }
});

t.test('a denial by a network security perimeter, in XML and in both shapes of JSON', async (t) => {
  const code = 'AuthorizationFailure';
  const text = 'Access denied by the network security perimeter of this account.';
  const json = JSON.stringify({ error: { code, message: text } });
  for (const body of [xml(code, text), odata(code, text), json]) {
    t.match(await answered(t, reply('403 Forbidden', SERVER, body)), {
      failure: null,
      facts: { storage: { errorCode: code, networkDenied: true, perimeter: true } },
    });
  }
  const usual = await answered(
    t,
    reply('403 Forbidden', SERVER, xml(code, 'not authorized to perform this operation')),
  );
  t.notOk('perimeter' in (usual.facts.storage ?? {}));
});

t.test('the tenant of the challenge is not recorded', async (t) => {
  const challenge = `Bearer authorization_uri=https://login.microsoftonline.com/${TENANT}/oauth2/authorize resource_id=https://storage.azure.com`;
  const body = xml('NoAuthenticationInformation', 'Server failed to authenticate the request.');
  const tried = await answered(
    t,
    reply('401 Unauthorized', { ...SERVER, 'www-authenticate': challenge }, body),
  );
  t.notMatch(JSON.stringify(tried.facts), TENANT);
  t.match(
    tried.facts.http?.headers['www-authenticate'],
    'Bearer authorization_uri=https://login.microsoftonline.com/<tenant>/oauth2/authorize',
  );
});

t.test('another product with a valid certificate is a mismatch', async (t) => {
  const cases = {
    'a web server’s page': reply('200 OK', { server: 'nginx', 'content-type': 'text/html' }, '<html>'),
    'an error code without a request id': reply('404 Not Found', {}, xml('ResourceNotFound', '')),
    'a request id without an error code': reply('400 Bad Request', SERVER),
    'a code that is not a word': reply('400 Bad', { ...SERVER, 'x-ms-error-code': '<b>no</b>' }),
  };
  for (const [name, text] of Object.entries(cases)) {
    const tried = await answered(t, text);
    t.match(tried, { failure: 'protocol_mismatch', steps: ['connect', 'tls', '✗request'] }, name);
    t.match(tried.error, 'not Azure Storage: status', name);
    t.equal(tried.facts.proof, 'certificate', name);
    t.equal(tried.facts.storage, undefined, name);
    t.type(tried.facts.http?.status, 'number', 'the reply is evidence');
  }
});

t.test('Azurite is reached and not denied', async (t) => {
  const account = 'azuritetest';
  const hosts = ['blob', 'table', 'queue'].map((kind) => `${account}.${kind}.core.windows.net`);
  const { cert, key } = await identityFor(hosts);
  const folder = t.testdir({});
  await writeFile(join(folder, 'cert.pem'), cert);
  await writeFile(join(folder, 'key.pem'), key);
  const program = spawn(
    process.execPath,
    [
      fileURLToPath(import.meta.resolve('azurite/dist/src/azurite.js')),
      ...['--blobPort', '0', '--queuePort', '0', '--tablePort', '0'],
      ...['--cert', join(folder, 'cert.pem'), '--key', join(folder, 'key.pem')],
      ...['--location', folder, '--disableTelemetry', '--skipApiVersionCheck'],
    ],
    {
      env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${Buffer.alloc(64).toString('base64')}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  t.teardown(() => program.kill());
  const ports = new Map<string, number>();
  await new Promise<void>((resolve, reject) => {
    program.once('exit', (code) => reject(new Error(`Azurite ended with ${code}`)));
    createInterface(program.stdout).on('line', (line) => {
      const [, kind, port] = /^Azurite (\w+) service is successfully listening at .*:(\d+)$/.exec(line) ?? [];
      if (kind !== undefined) ports.set(kind.toLowerCase(), Number(port));
      if (ports.size === hosts.length) resolve();
    });
  });
  for (const host of hosts) {
    const port = ports.get(host.split('.')[1] ?? '') ?? 0;
    const tried = await talk('storage', { address: '127.0.0.1', port }, { ...TARGET, host });
    t.match(tried, { failure: null, facts: { proof: 'reply', storage: { networkDenied: false } } }, host);
    t.match(tried.facts.storage?.errorCode, /^[A-Z]/, host);
  }
});
