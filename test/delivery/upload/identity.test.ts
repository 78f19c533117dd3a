import t, { type Test } from 'tap';
import { hideKnownSecrets } from '../../../src/delivery/redaction/known-secrets.ts';
import { createClient } from '../../../src/delivery/upload/client.ts';
import { ACCOUNT, startAzurite } from './azurite.ts';
import { certificates } from './certificates.ts';
import { answer, type Handler, openService } from './service.ts';
import { CANARY, fill, openTrialSpool, pass } from './trial.ts';

const HOST = `${ACCOUNT}.blob.core.windows.net`;
const URL_OF_IT = `https://${HOST}/reports/vm1`;
const FRESH = 'fresh-t0ken-of-the-identity';
const CLIENT_ID = '00000000-0000-4000-8000-00000000c11e';

/** Azurite checks what a token claims, and not who signed it. */
function token(audience = 'https://storage.azure.com'): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: audience,
    iss: `https://sts.windows.net/${CLIENT_ID}/`,
    nbf: now - 60,
    iat: now,
    exp: now + 3600,
  };
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.${CANARY}`;
}

const issue =
  (text: () => string, seconds = 86_400, epoch = Date.now()): Handler =>
  (_seen, response) => {
    const expires = String(Math.floor(epoch / 1000) + seconds);
    response
      .writeHead(200)
      .end(JSON.stringify({ access_token: text(), expires_on: expires, token_type: 'Bearer' }));
  };

const redirect = (host: string, port: number, toPort: number) => ({
  ...{ host, port, address: '127.0.0.1', toPort },
});

t.test('Azurite, by a token of the metadata service', async (t) => {
  const { files } = await certificates(t, [HOST, 'localhost']);
  const azurite = await startAzurite(t, files);
  const metadata = await openService(t, issue(token));
  const options = {
    caFile: [files.root],
    connectTo: [redirect(HOST, 443, azurite.port), redirect('169.254.169.254', 80, metadata.port)],
  };
  const spool = openTrialSpool(t);
  await fill(spool, 3);
  t.match(await pass(spool, URL_OF_IT, { options }), { rejected: { length: 3 } }, 'no container yet');
  const client = createClient({ env: {}, caFile: [files.root], connectTo: [] });
  t.teardown(() => client.close());
  const ask = async (method: 'HEAD' | 'PUT', path: string): Promise<number> => {
    const { pathname, origin } = new URL(azurite.url);
    const request = { method, origin, path: `${pathname}/${path}${azurite.accountSas()}`, headers: {} };
    const result = await client.exchange(request, new AbortController().signal);
    return result.kind === 'reply' ? result.reply.status : 0;
  };
  t.equal(await ask('PUT', 'reports?restype=container&'), 201);
  await spool.retryRejected();
  const { sent } = await pass(spool, URL_OF_IT, { options });
  t.equal(sent.length, 3);
  for (const name of sent) t.equal(await ask('HEAD', `reports/vm1/${name}?`), 200);
  t.equal(metadata.requests.length, 2, 'one token for each pass');
  const [asked] = metadata.requests;
  t.match(asked, { method: 'GET', headers: { metadata: 'true', host: '169.254.169.254' } });
  t.equal(asked?.headers['x-forwarded-for'], undefined);
  const query = new URL(asked?.url ?? '', 'http://x').searchParams;
  t.equal(query.get('resource'), 'https://storage.azure.com');
  t.equal(query.get('client_id'), null);
});

/** A storage account that answers so, a metadata service that does, and the options that lead to both. */
async function account(t: Test, storageDoes: Handler, metadataDoes: Handler) {
  const { tls, files } = await certificates(t, [HOST]);
  const storage = await openService(t, storageDoes, tls);
  const metadata = await openService(t, metadataDoes);
  const options = {
    caFile: [files.root],
    connectTo: [redirect(HOST, 443, storage.port), redirect('169.254.169.254', 80, metadata.port)],
  };
  return { storage, metadata, options };
}

t.test('a user-assigned identity is asked for by its client id, and the token opens the blob', async (t) => {
  const { storage, metadata, options } = await account(
    t,
    answer(201),
    issue(() => FRESH),
  );
  t.equal(hideKnownSecrets(FRESH), FRESH, 'not known yet');
  const assigned = { ...options, uploadIdentity: CLIENT_ID };
  const spool = openTrialSpool(t);
  await fill(spool, 4);
  const env = { HTTP_PROXY: 'http://127.0.0.1:1', ALL_PROXY: 'http://127.0.0.1:1', NO_PROXY: HOST };
  t.match(await pass(spool, URL_OF_IT, { options: assigned, env }), { sent: { length: 4 }, problem: null });
  t.match(metadata.requests, [
    {
      url: `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com&client_id=${CLIENT_ID}`,
    },
  ]);
  t.match(storage.requests[0]?.headers, {
    host: HOST,
    authorization: `Bearer ${FRESH}`,
    'x-ms-version': /^20/,
    'x-ms-client-request-id': /^[0-9a-f-]{36}$/,
  });
  t.equal(hideKnownSecrets(`its answer: ${FRESH}`), 'its answer: ***', 'from then on no output has it');
});

t.test('a token that is refused: the reports wait, and no other is asked for', async (t) => {
  const challenge = `Bearer authorization_uri=https://login.microsoftonline.com/${CLIENT_ID}/oauth2/authorize resource_id=https://storage.azure.com`;
  const { metadata, options } = await account(
    t,
    answer(401, { 'x-ms-error-code': 'InvalidAuthenticationInfo', 'www-authenticate': challenge }),
    issue(() => CANARY),
  );
  const spool = openTrialSpool(t);
  await fill(spool, 2);
  const { sent, problem } = await pass(spool, URL_OF_IT, { options });
  t.strictSame(sent, []);
  t.match(problem, /token was refused \(401 InvalidAuthenticationInfo\)/);
  t.notMatch(problem, CANARY);
  t.equal(metadata.requests.length, 1);
  t.equal(spool.waiting().length, 2);
});

t.test('an answer is neither repeated nor followed: the spool gets every one', async (t) => {
  for (const [what, handle, asks, text] of [
    ['busy', answer(503), 5, /status 503/],
    ['moved', answer(307, { location: `https://${HOST}/elsewhere` }), 1, /something else .*status 307/],
  ] as const) {
    const { storage, options } = await account(
      t,
      handle,
      issue(() => CANARY),
    );
    const spool = openTrialSpool(t);
    await fill(spool, 1);
    t.match((await pass(spool, URL_OF_IT, { options })).problem, text, what);
    t.equal(storage.requests.length, asks, 'once for each attempt of the spool');
  }
});

t.test('a token that is over, or nearly, is not used a second time', async (t) => {
  let number = 0;
  const { storage, options } = await account(
    t,
    answer(201),
    issue(() => `t${++number}`, 120),
  );
  const spool = openTrialSpool(t);
  await fill(spool, 2);
  t.match(await pass(spool, URL_OF_IT, { options }), { sent: { length: 2 } });
  t.strictSame(
    storage.requests.map(({ headers }) => headers.authorization),
    ['Bearer t1', 'Bearer t2'],
  );
});

t.test('the variables of the process lead through no proxy', async (t) => {
  const { options } = await account(
    t,
    answer(201),
    issue(() => CANARY),
  );
  const before = process.env['HTTPS_PROXY'];
  t.teardown(() => {
    if (before === undefined) delete process.env['HTTPS_PROXY'];
    else process.env['HTTPS_PROXY'] = before;
  });
  for (const value of ['127.0.0.1:1', 'http://127.0.0.1:1', '://']) {
    process.env['HTTPS_PROXY'] = value;
    const spool = openTrialSpool(t);
    await fill(spool, 1);
    t.match(await pass(spool, URL_OF_IT, { options }), { sent: { length: 1 }, problem: null }, value);
  }
});

t.test(
  'no identity, no metadata service, a malformed answer: the reports wait, with the reason',
  async (t) => {
    const refusal = JSON.stringify({ error: 'invalid_request', error_description: 'Identity not found' });
    for (const [handle, text, asks] of [
      [answer(400, {}, refusal), /Identity not found.*az vm identity assign/, 1],
      [answer(200, {}, '<html>'), /its answer holds none/, 1],
      [answer(200, {}, '{"access_token":"a\\r\\nb","expires_on":"1"}'), /its answer holds none/, 1],
      [answer(429), /status 429/, 5],
      [answer(500), /status 500/, 5],
    ] as const) {
      const metadata = await openService(t, handle);
      const options = { connectTo: [redirect('169.254.169.254', 80, metadata.port)] };
      const spool = openTrialSpool(t);
      await fill(spool, 1);
      t.match(await pass(spool, URL_OF_IT, { options }), { sent: [], rejected: [], problem: text });
      t.equal(metadata.requests.length, asks);
      t.equal(spool.waiting().length, 1);
    }
  },
);

t.test('a proxy that opens TLS with an untrusted certificate', async (t) => {
  const { tls } = await certificates(t, [HOST]);
  const storage = await openService(t, answer(201), tls);
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  const options = { connectTo: [redirect(HOST, 443, storage.port)] };
  const { problem } = await pass(spool, `${URL_OF_IT}?sv=1&sig=${CANARY}`, { options });
  t.match(problem, /leads to no trusted root: --ca-file FILE/);
  t.equal(storage.requests.length, 0, 'the signature was not sent');
});
