import fc from 'fast-check';
import t from 'tap';
import { PROTOCOLS } from '../../probes/protocols.ts';
import { hostName, resourceName } from '../../src/common/host-name.ts';
import { formatTargetUrl, parseTargetUrl } from '../../src/common/target-url.ts';
import { UsageError } from '../../src/common/usage-error.ts';
import {
  formatRedirect,
  formatServerAddress,
  parseCustomDomain,
  parseRedirect,
  parseReportFormat,
  parseServerAddress,
} from '../../src/config/endpoints.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import { anyText } from '../any-text.ts';
import { fuzzRuns } from '../fuzz-runs.ts';

t.test('host names: each broken rule of RFC 1123 has its own message', async (t) => {
  const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
  t.equal(longest.length, 253);
  t.equal(hostName(longest), longest);
  t.equal(hostName('Contoso.Example.'), 'contoso.example');
  t.equal(hostName('bücher.example'), 'xn--bcher-kva.example');
  t.equal(hostName('3com.example'), '3com.example');
  for (const [text, rule] of [
    ['', /must not be empty/],
    [`${longest}e`, /is 254 characters long; a host name has at most 253/],
    [`${'a'.repeat(64)}.example`, /label ".*" of 64 characters; a label has at most 63/],
    ['a..example', /empty label/],
    ['.example', /empty label/],
    ['.', /empty label/],
    ['my_host.example', /has "_" in the label "my_host"/],
    ['-a.example', /starts or ends with a hyphen/],
    ['a-.example', /starts or ends with a hyphen/],
    ['*.example', /has "\*" in the label/],
    ['10.0.0.256', /ends in digits like an IPv4 address but is not one/],
    ['https://a.example', /not a URL/],
    ['a.example:443', /without a port/],
    ['a b', /without spaces/],
    ['a\u0000b', /in the label/],
  ] as const) {
    t.throws(() => hostName(text), { name: 'BadValue', message: rule }, JSON.stringify(text));
  }
});

t.test('resources are names or host names, never addresses', async (t) => {
  t.equal(resourceName('ContosoStore'), 'contosostore');
  t.equal(resourceName('contoso.blob.core.windows.net'), 'contoso.blob.core.windows.net');
  for (const text of ['10.0.0.4', '::1']) t.throws(() => resourceName(text), { message: /--target/ });
});

t.test('a typographic character is shown, as it looks like the one that was meant', async (t) => {
  for (const [text, shown] of [
    ['“contososql”', 'has the character "“" (U+201C)'],
    ['kv–prod', 'has the character "–" (U+2013)'],
    ['kv\u00adprod', 'has the character "\u00ad" (U+00AD)'],
    ['kv\u200bprod', 'has the character "\\u200b" (U+200B)'],
    ['\u00a0contoso', 'has the character "\u00a0" (U+00A0)'],
    ['c\u043entoso', 'has the character "\u043e" (U+043E)'],
  ] as const) {
    t.throws(() => resourceName(text), { name: 'BadValue', message: shown }, text);
  }
  t.throws(() => hostName('api–prod.example'), { message: '(U+2013), which no host name can have' });
  const cwd = t.testdir();
  for (const key of ['apim', 'region', 'sql', 'keyVault'] as const) {
    t.throws(
      () => load({ flags: { [key]: ['contoso–1'] }, env: {}, cwd, systemConfig: `${cwd}/none` }, readers),
      { name: 'UsageError', message: '"–" (U+2013)' },
      key,
    );
  }
});

t.test('every scheme of a target, with its default port', async (t) => {
  const ports = {
    http: 80,
    https: 443,
    tds: 1433,
    amqp: 5672,
    amqps: 5671,
    smtp: 25,
    kms: 1688,
    smb: 445,
    redis: 6379,
    rediss: 6380,
    ntp: 123,
    dns: 53,
  } as const;
  for (const [protocol, port] of Object.entries(ports)) {
    t.match(parseTargetUrl(`${protocol}://a.example`), { protocol, host: 'a.example', port }, protocol);
    t.match(
      parseTargetUrl(`${protocol.toUpperCase()}://a.example:77/`),
      { protocol, port: 77 },
      `${protocol} with a port`,
    );
  }
  for (const protocol of ['tcp', 'tls']) {
    t.throws(() => parseTargetUrl(`${protocol}://a.example`), { message: /needs a port/ });
    t.match(parseTargetUrl(`${protocol}://a.example:1`), { protocol, port: 1, path: null });
  }
  t.same(parseTargetUrl('icmp://a.example'), { protocol: 'icmp', host: 'a.example', port: 0, path: null });
  t.equal(formatTargetUrl(parseTargetUrl('icmp://[2001:db8::1]')), 'icmp://[2001:db8::1]');
  t.throws(() => parseTargetUrl('icmp://a.example:7'), { message: /has a port/ });
  t.equal(Object.keys(ports).length + 3, PROTOCOLS.length, 'no scheme is left out');
});

t.test('targets: hosts, paths and what is refused', async (t) => {
  t.strictSame(parseTargetUrl('tcp://[2001:DB8::0:1]:443'), {
    protocol: 'tcp',
    host: '2001:db8::1',
    port: 443,
    path: null,
  });
  t.match(parseTargetUrl('https://a.example'), { path: '/' });
  t.match(parseTargetUrl('https://a.example/x/../y?q=1&mail=a@b'), { path: '/x/../y?q=1&mail=a@b' });
  t.match(parseTargetUrl('https://a.example?q'), { path: '/?q' });
  for (const [text, problem] of [
    ['htps://a', /unknown scheme "htps:\/\/"\. Did you mean https:\/\/\?.*tcp:\/\/, tls:\/\/.*icmp:\/\//],
    ['ftp://a', /unknown scheme "ftp:\/\/"/],
    ['a.example:443', /must be a URL: SCHEME:\/\/HOST:PORT/],
    ['tcp://a:0', /"0" where a port belongs, which is out of range: 1 to 65535/],
    ['tcp://a:65536', /out of range: 1 to 65535/],
    ['tcp://a:http', /"http" where a port belongs, which is not a port/],
    ['tcp://a:', /is not a port/],
    ['tcp://:443', /must not be empty/],
    ['tcp://2001:db8::1:443', /IPv6 address in brackets/],
    ['tcp://[::g]:443', /IPv4 or IPv6 address/],
    ['tcp://a:1/path', /has a path/],
    ['https://a/#part', /fragment/],
    ['https://a/ä', /percent-encoded/],
    [`https://a/${'x'.repeat(2048)}`, /at most 2048/],
  ] as const) {
    t.throws(() => parseTargetUrl(text), { name: 'BadValue', message: problem }, text.slice(0, 40));
  }
});

t.test('DNS servers', async (t) => {
  t.strictSame(parseServerAddress('10.0.0.4'), { address: '10.0.0.4', port: 53 });
  t.strictSame(parseServerAddress('10.0.0.4:5353'), { address: '10.0.0.4', port: 5353 });
  t.strictSame(parseServerAddress('fe80::1'), { address: 'fe80::1', port: 53 });
  t.strictSame(parseServerAddress('[::1]'), { address: '::1', port: 53 });
  t.strictSame(parseServerAddress('[::1]:5353'), { address: '::1', port: 5353 });
  for (const text of [
    '',
    'dns.example',
    '10.0.0.4:',
    '10.0.0.4:0',
    '10.0.0',
    '[::1',
    '::1]:53',
    '[10.0.0.4]:53',
  ]) {
    t.throws(() => parseServerAddress(text), { name: 'BadValue' }, text);
  }
});

t.test('redirects as in curl', async (t) => {
  t.strictSame(parseRedirect('A.example:443:127.0.0.1:8443'), {
    host: 'a.example',
    port: 443,
    address: '127.0.0.1',
    toPort: 8443,
  });
  t.strictSame(parseRedirect('::127.0.0.1:1'), { host: null, port: null, address: '127.0.0.1', toPort: 1 });
  t.strictSame(parseRedirect('[::1]::[::2]:1'), { host: '::1', port: null, address: '::2', toPort: 1 });
  t.match(parseRedirect('192.0.2.1:443:127.0.0.1:9'), { host: '192.0.2.1' });
  for (const text of [
    '',
    ':',
    'a:1:b:2',
    'a:1:127.0.0.1',
    'a:1:127.0.0.1:',
    'a:x:127.0.0.1:1',
    ':::127.0.0.1:1',
  ]) {
    t.throws(() => parseRedirect(text), { name: 'BadValue' }, text);
  }
});

t.test('custom domains and report formats', async (t) => {
  t.strictSame(parseCustomDomain('Gateway=API.contoso.com'), { role: 'gateway', host: 'api.contoso.com' });
  t.throws(() => parseCustomDomain('gatway=a'), { message: /Did you mean gateway\? Roles: gateway, portal/ });
  t.throws(() => parseCustomDomain('gateway'), { message: /ROLE=HOST/ });
  t.strictSame(parseReportFormat('json=a=b.json'), { format: 'json', file: 'a=b.json' });
  t.throws(() => parseReportFormat('txt=a'), { message: /Did you mean text\? Formats: json, text/ });
  t.throws(() => parseReportFormat('json='), { message: /must name a file/ });
});

t.test('property: any text given as target, redirect or DNS server parses or is a UsageError', async (t) => {
  const piece = fc.constantFrom(
    '[',
    ']',
    ':',
    '::',
    '@',
    '/',
    '?',
    '#',
    '%',
    '.',
    '127.0.0.1',
    '443',
    'tcp',
    '://',
    '-',
    '\0',
  );
  const text = fc.oneof(
    anyText(),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 12 }).map((parts) => parts.join('')),
    fc.tuple(fc.constantFrom(...PROTOCOLS), fc.string()).map(([protocol, rest]) => `${protocol}://${rest}`),
  );
  const cwd = t.testdir({});
  fc.assert(
    fc.property(
      fc.constantFrom('target', 'connectTo', 'dnsServer', 'hostname', 'storage', 'vip'),
      text,
      (key, value) => {
        try {
          load({ flags: { [key]: [value] }, env: {}, cwd, systemConfig: `${cwd}/none` }, readers);
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
        }
      },
    ),
    { numRuns: fuzzRuns(), interruptAfterTimeLimit: 10_000 },
  );
});

t.test('property: what parses is written so that it parses to the same', async () => {
  const port = fc.integer({ min: 1, max: 65535 });
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6().map((ip) => `[${ip}]`),
  );
  fc.assert(
    fc.property(fc.oneof(fc.domain(), address), port, address, port, (host, from, to, toPort) => {
      const redirect = parseRedirect(`${host}:${from}:${to}:${toPort}`);
      t.strictSame(parseRedirect(formatRedirect(redirect)), redirect);
      const server = parseServerAddress(`${to}:${toPort}`);
      t.strictSame(parseServerAddress(formatServerAddress(server)), server);
      const target = parseTargetUrl(`https://${host}:${from}/a?b`);
      t.strictSame(parseTargetUrl(formatTargetUrl(target)), target);
    }),
    { numRuns: 100 },
  );
});
