/** What the standard level takes out, what it leaves alone, and that nothing brings it to a halt. */
import fc from 'fast-check';
import t from 'tap';
import { harmlessJson } from '../../../src/common/escaped-json.ts';
import { redactLine } from '../../../src/delivery/redaction/lines.ts';
import { withoutNested } from '../../../src/delivery/redaction/nested.ts';
import { redact, redactValue } from '../../../src/delivery/redaction/redact.ts';
import { SUSPECT, withoutSecrets } from '../../../src/delivery/redaction/rules.ts';
import type { RedactionKind } from '../../../src/delivery/redaction/types.ts';
import { renderText } from '../../../src/report/text.ts';
import { fuzzRuns } from '../../fuzz-runs.ts';
import { finding, report, withDropped } from '../../report/samples.ts';

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl';
const STORAGE_KEY = `${'Ab1+/'.repeat(17)}x==`;
const PEM = '-----BEGIN PRIVATE KEY-----\nMIICANARY\n-----END PRIVATE KEY-----';

const SECRETS: readonly (readonly [string, string, RedactionKind])[] = [
  [
    'https://a.blob.core.windows.net/c?sp=w&sig=a%2Fb%3D&se=2026',
    'https://a.blob.core.windows.net/c?sp=w&sig=***&se=2026',
    'signature',
  ],
  [
    '{"u":"https://h/?x=1\\u0026sig=abc\\u0026se=2"}',
    '{"u":"https://h/?x=1\\u0026sig=***\\u0026se=2"}',
    'signature',
  ],
  ['u=https%3A%2F%2Fh%3Fsig%3Dabc%26se%3D1', 'u=https%3A%2F%2Fh%3Fsig%3D***%26se%3D1', 'signature'],
  ['SIG=ABC', 'SIG=***', 'signature'],
  ['SharedKey account:abc+/=', 'SharedKey account:***', 'signature'],
  [
    'https://f.azurewebsites.net/api/x?code=abc==&b=1',
    'https://f.azurewebsites.net/api/x?code=***&b=1',
    'token',
  ],
  ['GET /#access_token=abc&state=1', 'GET /#access_token=***&state=1', 'token'],
  ['{"access_token":"abc","expires_in":1}', '{"access_token":"***","expires_in":1}', 'token'],
  ['{\\"refreshToken\\": \\"abc\\",\\"n\\":1}', '{\\"refreshToken\\": \\"***\\",\\"n\\":1}', 'token'],
  [`seen ${JWT}, then`, 'seen ***, then', 'token'],
  [`cut ${JWT.slice(0, 40)}`, 'cut ***', 'token'],
  ['as Bearer abc-123 was', 'as Bearer *** was', 'token'],
  [
    'AccountName=a;AccountKey=abc/def==;EndpointSuffix=s',
    'AccountName=a;AccountKey=***;EndpointSuffix=s',
    'key',
  ],
  [
    'Endpoint=sb://h/;SharedAccessKeyName=Root;SharedAccessKey=abc=',
    'Endpoint=sb://h/;SharedAccessKeyName=Root;SharedAccessKey=***',
    'key',
  ],
  ['Ocp-Apim-Subscription-Key: abc', 'Ocp-Apim-Subscription-Key: ***', 'key'],
  ['x-functions-key: abc', 'x-functions-key: ***', 'key'],
  [`key ${STORAGE_KEY} end`, 'key *** end', 'key'],
  ['Server=h;Uid=u;Pwd={a;b};', 'Server=h;Uid=u;Pwd=***;', 'password'],
  ['password: correct horse # battery', 'password: ***', 'password'],
  ["adminPassword='a b'", "adminPassword='***'", 'password'],
  ['{"clientSecret":"a\\"b","n":2}', '{"clientSecret":"***","n":2}', 'password'],
  ['Authorization: Bearer abc', 'Authorization: Bearer ***', 'header'],
  ['Proxy-Authorization: Basic dXNlcjpwYXNz', 'Proxy-Authorization: Basic ***', 'header'],
  ['it sent Basic dXNlcjpwYXNz there', 'it sent Basic *** there', 'header'],
  ['"authorization": "Digest abc"', '"authorization": "***"', 'header'],
  ['Cookie: a=1; session=abc', 'Cookie: ***', 'header'],
  ['{"m":"Set-Cookie: a=1\\u{a}next"}', '{"m":"Set-Cookie: ***\\u{a}next"}', 'header'],
  ['http://user:pass@h:8080/', 'http://***@h:8080/', 'user-info'],
  ['http://u:p@ss@h/', 'http://***@h/', 'user-info'],
  ['http://u:p/ss@h/', 'http://***@h/', 'user-info'],
  ['https%3A%2F%2Fuser%3Apass%40h', 'https%3A%2F%2F***%40h', 'user-info'],
  [`a\n${PEM}\nb`, 'a\n[private key removed]\nb', 'private-key'],
  [JSON.stringify({ a: PEM }), '{"a":"[private key removed]"}', 'private-key'],
  [
    `{"a":"${PEM.replaceAll('\n', '\\u{a}').slice(0, 38)}","b":1}`,
    '{"a":"[private key removed]","b":1}',
    'private-key',
  ],
  [
    `-----BEGIN ENCRYPTED PRIVATE KEY-----\nabc\n-----END ENCRYPTED PRIVATE KEY-----`,
    '[private key removed]',
    'private-key',
  ],
  [`file: ${Buffer.from(PEM).toString('base64')}`, 'file: [private key removed]', 'private-key'],
  // A peer's text is cut off somewhere.
  ['{"a":1,"access_token":"abc…', '{"a":1,"access_token":"***', 'token'],
  ['{"a":1,"clientSecret":"abc\\', '{"a":1,"clientSecret":"***', 'password'],
  ['{"b":"{\\"access_token\\":\\"abc…","c":1}', '{"b":"{\\"access_token\\":\\"***","c":1}', 'token'],
  ['{\\"access_token\\":\\"abc', '{\\"access_token\\":\\"***', 'token'],
  ['"Cookie":"a=abc', '"Cookie":"***', 'header'],
  ["adminPassword='a b", "adminPassword='***", 'password'],
  // And not every value is one plain string.
  ["password: 'it''s abc'", "password: '***'", 'password'],
  ['{"password": ["abc", "d"]}', '{"password": "***"}', 'password'],
  ['{\\"password\\": [\\"abc\\"', '{\\"password\\": \\"***\\"', 'password'],
  ['"set-cookie":["sid=abc"]', '"set-cookie":"***"', 'header'],
  ['{"secrets": {"db": "abc", "n": {"m": "d"}}, "e": 1}', '{"secrets": "***", "e": 1}', 'password'],
  ['{"password": {"value": "abc', '{"password": "***"', 'password'],
  ['{"password": ["a]b", "abc"], "e": 1}', '{"password": "***", "e": 1}', 'password'],
  ['{"secrets":[{"value":"abc","enabled":true}],"x":1}', '{"secrets":"***","x":1}', 'password'],
  ['{"secrets":{"value":"abc","version":1}}', '{"secrets":"***"}', 'password'],
  ['{"access_tokens":{"a":"abc","n":null}}', '{"access_tokens":"***"}', 'token'],
  ['{"secret":{"url":"https://a/b","n":1}} ', '{"secret":"***"} ', 'password'],
  ['x {"tokens":["C:\\\\dir\\\\"],"verdict":"ready"}', 'x {"tokens":"***","verdict":"ready"}', 'token'],
  [
    String.raw`{"msg":"body {\"apiKeys\":[\"a\\\\\"],\"z\":1} more"`,
    String.raw`{"msg":"body {\"apiKeys\":\"***\",\"z\":1} more"`,
    'key',
  ],
  ['{"token":1234567.5, "a', '{"token":"***", "a', 'token'],
  ['{"token":-12345678e3, "a', '{"token":"***", "a', 'token'],
  ['{"tokens": [["a"], "abc"]}', '{"tokens": "***"}', 'token'],
  ['{\\"tokens\\":{\\"a\\":\\"abc…","n":1}', '{\\"tokens\\":\\"***\\"","n":1}', 'token'],
  ['{"apiKey": 1234567890123456, "e', '{"apiKey": "***", "e', 'key'],
  ['{"detail": "Set-Cookie: a=\\"abc\\"; b=d"}', '{"detail": "Set-Cookie: ***"}', 'header'],
  ['Cookie: a="abc', 'Cookie: ***', 'header'],
  ['{"note":"Cookie: a=","other":"keep', '{"note":"Cookie: ***","other":"keep', 'header'],
  ['Server=h;User ID=u;Password=a b c', 'Server=h;User ID=u;Password=***', 'password'],
  ['Server=h; Password=a b c;2nd=1', 'Server=h; Password=***;2nd=1', 'password'],
  ['see https://x/?a=1;token=abc and more', 'see https://x/?a=1;token=*** and more', 'token'],
  ['timed out; password=abc and then', 'timed out; password=*** and then', 'password'],
  ['Password="a""abc";x=1', 'Password="***";x=1', 'password'],
  ['Password={a;abc', 'Password=***', 'password'],
  ['Password={a}};abc};x=1', 'Password=***;x=1', 'password'],
  [String.raw`password='it'\''s abc' x`, "password='***' x", 'password'],
  ['password       = abc', 'password       = ***', 'password'],
  ['"password":               "abc"', '"password":               "***"', 'password'],
  ['Set-Cookie: a="abc"; Path=/', 'Set-Cookie: ***', 'header'],
  ['Server=h;Password=a b c;Database=d', 'Server=h;Password=***;Database=d', 'password'],
  ['x pwd = a b c;', 'x pwd = ***;', 'password'],
  ['https://h/b?X-Amz-Signature=abc&x=1', 'https://h/b?X-Amz-Signature=***&x=1', 'signature'],
];

t.test('each kind of secret, and nothing beside it', async (t) => {
  for (const [text, expected, kind] of SECRETS) {
    const counted: RedactionKind[] = [];
    t.equal(
      redact(text, (one) => counted.push(one)),
      expected,
    );
    t.strictSame(counted, [kind], `${text} is counted once`);
    t.equal(redact(expected), expected, 'once is enough');
  }
});

t.test('what looks like a secret and is none', async (t) => {
  for (const text of [
    'WWW-Authenticate: Bearer authorization="https://login.windows.net/<tenant>", resource="https://vault.azure.net"',
    '"www-authenticate": "Bearer authorization=\\"https://login.windows.net/<tenant>\\""',
    'Basic authentication, Bearer token, shared access signature',
    'holds a credential in its query (sig=…)',
    'exit code=3, "rcode": "NXDOMAIN", errorCode: AuthorizationFailure',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB').toString('base64'),
    '{"token": null, "keys": [], "secret": {}, "tokens": 12}',
    '{"id": "sql/h:1433", "rcode": "NOERROR"}',
    'redirected &amp;token name of a page',
    'it names two secrets:\n  - the first\n',
    'tokens: 5 of 10',
    'se=2026-01-01&sp=rw&skn=Root',
    'http://h:8080/@scope, git@github.com',
    'sha256 9ce95a7f770421997bf03817784b1df6f6d6b267c1aa50dfeacf858e2f517f4b',
  ])
    t.equal(redact(text), text);
});

t.test('a report without a secret is the same report, byte for byte', async (t) => {
  const plain = report({ targets: withDropped(['sql']), findings: [finding()] });
  t.equal(redactValue(plain), plain);
  const json = harmlessJson(plain);
  t.equal(redact(json), json);
  const text = renderText(plain, { color: true, width: 80, quiet: false });
  t.equal(redact(text), text);
});

t.test('values: as a whole under the key of a secret, and JSON stays JSON', async (t) => {
  const value = {
    headers: { 'X-Api-Key': 'a"b\\c' },
    db_password: 'x',
    list: ['sig=abc', 1, null],
    'sig=abc': true,
    token: { 'https://u:p@h/?sig=abc': 'x' },
    password: ['x', { y: 'z', n: [1234567890] }, null, true],
    tokens: { a: 'x', count: 3 },
    apiKey: 1234567890123456,
  };
  t.strictSame(redactValue(value), {
    headers: { 'X-Api-Key': '***' },
    db_password: '***',
    list: ['sig=***', 1, null],
    'sig=***': true,
    token: { 'https://***@h/?sig=***': '***' },
    password: ['***', { y: '***', n: ['***'] }, null, true],
    tokens: { a: '***', count: 3 },
    apiKey: '***',
  });
});

const PIECES = [
  ...SECRETS.map(([text]) => text),
  ...[
    '"',
    "'",
    '\\',
    '\\"',
    '\n',
    ' ',
    '=',
    ':',
    '&',
    ';',
    '@',
    '//',
    '%25',
    '%40',
    '{',
    '}',
    '[',
    ']',
    "'",
    "''",
    '="',
    'pwd=a b;',
    'password: |\n  abc\n',
    'tokens": {',
    'secrets:\n- a',
    ';token=',
    '-----',
    '***',
    '…',
    'eyJ',
    'password',
    'sig',
    'authorization',
    'bearer ',
    '\u0000',
    'ß',
  ],
];

t.test(
  'the quick look passes over nothing that a rule would replace, and does not stop at a report',
  async (t) => {
    const text = fc
      .array(fc.oneof(fc.constantFrom(...PIECES), fc.string()), { maxLength: 6 })
      .map((all) => all.join('').replaceAll('\n', ' '));
    fc.assert(
      fc.property(text, (text) => {
        const clean = withoutSecrets(
          withoutNested(text, () => {}),
          () => {},
        );
        return clean === text || SUSPECT.test(text);
      }),
      { numRuns: fuzzRuns(1000) },
    );
    const plain = harmlessJson(report({ targets: withDropped(['sql']), findings: [finding()] }));
    for (const text of [plain, harmlessJson({ rcode: 'NOERROR' })]) t.notOk(SUSPECT.test(text));
  },
);

t.test('redacting twice changes nothing, for any neighbours', async () => {
  const text = fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.string()), { maxLength: 12 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(text, (text) => {
      const once = redact(text);
      return redact(once) === once;
    }),
  );
});

t.test('a value that is redacted twice is as after once, and a line of JSON stays JSON', async () => {
  const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string());
  const value = fc.dictionary(
    fc.string(),
    fc.array(piece, { maxLength: 4 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(value, (value) => {
      const once = redactValue(value);
      JSON.parse(redactLine(harmlessJson(value, 0)));
      return redactValue(once) === once;
    }),
  );
});

t.test('time is linear in the length of the text, for any repetition', async (t) => {
  // Four times the text: a quadratic pattern would take sixteen times as long, and hours at this size.
  for (const unit of [
    ...PIECES,
    'password="',
    "secret='",
    'token":"',
    'token\\":\\"',
    'token\\":\\"a"',
    'token":["',
    'token=a b',
    ';token=a b',
    'tokens":[',
    'tokens":{"a":[',
    '"tokens":[',
    '"token":{"a":1,',
    '"token":["\\\\',
    '"tokens":[\n',
    'passwords:\n- a\n',
    'cookie: a=\\"b',
    'cookie: a="',
    '//a:b',
    'LS0tLS1CRUdJTi',
    '-----BEGIN PRIVATE KEY-----',
    'x-ms-',
    'A',
    '%2f%2f',
  ]) {
    const text = `${unit.repeat(Math.ceil(100_000 / unit.length))}@`;
    t.ok(redact(text).length <= text.length + 200_000, JSON.stringify(unit));
  }
});

t.test('JSON stays JSON, for any ends of its strings', async (t) => {
  const piece = fc.constantFrom(
    'password=',
    'token:',
    '"token=',
    '?code=',
    'sig=',
    'a',
    ' ',
    ',',
    '"',
    '\\',
    '\n',
  );
  const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
  const value = fc.dictionary(text, fc.oneof(text, fc.array(text, { maxLength: 3 })), { maxKeys: 4 });
  fc.assert(
    fc.property(value, (from) => {
      JSON.parse(redactLine(harmlessJson(from, 0)));
    }),
    { numRuns: fuzzRuns(1000) },
  );
  const banner = { banner: '"password=', next: ['?code=', 'x'], url: 'https://h/?sig=canary' };
  t.strictSame(redactValue(banner), { ...banner, url: 'https://h/?sig=***' });
  t.strictSame(JSON.parse(redactLine(harmlessJson(banner, 0))), { ...banner, url: 'https://h/?sig=***' });
});

t.test(
  'the port of a host that is named like a secret stays; what only looks like a port does not',
  async (t) => {
    for (const host of ['custom/auth.token:443', 'tcp://my-secret:8443/', 'https://token:443'])
      t.equal(redact(host), host);
    t.equal(redact('password:12345'), 'password:***');
    t.equal(redact('x.password: 443'), 'x.password: ***');
    t.equal(redact('auth.token:443abc'), 'auth.token:***');
  },
);

t.test('a certificate is whole, or not there when it holds a secret', async (t) => {
  const der = (subject: string) =>
    Buffer.from(`0\u0082\u0001${subject}\u0006\u0003@`, 'latin1').toString('base64');
  const clean = { der: der('http://r3.o.lencr.org0!') };
  t.equal(redactValue(clean), clean);
  t.strictSame(redactValue({ der: der('CN=a, OU=sig=canary') }), { der: null });
});
