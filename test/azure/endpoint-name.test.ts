import fc from 'fast-check';
import t from 'tap';
import { endpointName, shownName } from '../../src/azure/endpoint-name.ts';
import { anyText } from '../any-text.ts';
import { fuzzRuns } from '../fuzz-runs.ts';

t.test('a host, HOST:PORT, a URL', async (t) => {
  const none = { kind: 'endpoint', port: null, scheme: null, path: null } as const;
  for (const [name, expected] of [
    ['apimst0abc.blob.core.windows.net', { ...none, host: 'apimst0abc.blob.core.windows.net' }],
    [' Upper.Example. ', { ...none, host: 'upper.example' }],
    ['10.0.0.4', { ...none, host: '10.0.0.4' }],
    ['fd00::1', { ...none, host: 'fd00::1' }],
    ['[FD00::1]', { ...none, host: 'fd00::1' }],
    ['smtpi-ch1.msn.com:25028', { ...none, host: 'smtpi-ch1.msn.com', port: 25028 }],
    ['localhost:1', { ...none, host: 'localhost', port: 1 }],
    ['[fd00::1]:65535', { ...none, host: 'fd00::1', port: 65535 }],
    ['https://a.example', { ...none, host: 'a.example', port: 443, scheme: 'https' }],
    ['https://a.example/', { ...none, host: 'a.example', port: 443, scheme: 'https' }],
    [
      'https://a.example:3443/servicestatus?api-version=2018-01-01',
      {
        ...none,
        host: 'a.example',
        port: 3443,
        scheme: 'https',
        path: '/servicestatus?api-version=2018-01-01',
      },
    ],
    ['HTTP://A.example/b', { ...none, host: 'a.example', port: 80, scheme: 'http', path: '/b' }],
    ['tds://a.example:1434', { ...none, host: 'a.example', port: 1434, scheme: 'tds' }],
  ] as const) {
    t.same(endpointName(name), expected, name);
  }
});

t.test('names of parts and wildcards', async (t) => {
  for (const word of ['LocalGatewayRedis', 'Scm', 'some_thing-9'])
    t.same(endpointName(word), { kind: 'word' });
  for (const name of ['*.data.microsoft.com', 'https://*.a.example:443', '*'])
    t.same(endpointName(name), { kind: 'wildcard' }, name);
});

t.test('a malformed name is refused with its problem', async (t) => {
  for (const [name, reason] of [
    ['a.example:0', /^has "0" where a port belongs, which is out of range: 1 to 65535$/],
    ['a.example:65536', /^has "65536" where a port belongs, which is out of range/],
    ['a.example:99999999999999999999', /out of range/],
    ['a.example:', /^has "" where a port belongs, which is not a port/],
    ['a.example:-1', /^has "-1" where a port belongs, which is not a port/],
    ['https://a.example:70000/', /out of range/],
    ['gopher://a.example', /^has the unknown scheme "gopher:\/\/"/],
    ['https://', /^must not be empty/],
    ['', /^must not be empty/],
    ['a b.example', /without spaces/],
    ['a..example', /has an empty label/],
    [`${'a'.repeat(64)}.example`, /a label has at most 63/],
    ['1.2.3.400', /ends in digits like an IPv4 address/],
    ['a.example/path', /must be a host name alone, not a URL or a path/],
    ['<storage>.blob.core.windows.net', /^is a stand-in for a name that was not given$/],
    ['1:2:3:4', /host name alone, without a port/],
  ] as const) {
    const parsed = endpointName(name);
    if (parsed.kind !== 'wrong') throw new Error(`${name}: ${parsed.kind}`);
    t.match(parsed.reason, reason, name);
  }
});

t.test('a credential in a name is neither sent nor shown', async (t) => {
  for (const name of [
    'https://user:p4ss@a.example/',
    'user:p4ss@a.example',
    'a.example:p4ss@b',
    `a.example:${'x'.repeat(30)}p4ss@b`,
    'https://a.example/?sig=p4ss',
    'https://a.example/x?code=p4ss&a=b',
  ]) {
    const parsed = endpointName(name);
    if (parsed.kind !== 'wrong') throw new Error(`${name}: ${parsed.kind}`);
    t.notMatch(parsed.reason, /p4ss/, name);
    t.notMatch(shownName(name), /p4ss/, name);
  }
});

t.test('any text is read, and shown without control characters', async () => {
  fc.assert(
    fc.property(anyText({ maxLength: 60 }), (name) => {
      const parsed = endpointName(name);
      const texts = parsed.kind === 'endpoint' ? [parsed.host, parsed.path ?? ''] : [shownName(name)];
      return texts.every((text) => !/[\p{Cc}\p{Cf}]/u.test(text));
    }),
    { numRuns: fuzzRuns(200) },
  );
});
