/** Azure's two replies as people save them, and all that may stand in such a file instead. */
import fc from 'fast-check';
import t from 'tap';
import { LARGEST_REPLY, readAzureDocuments } from '../../src/azure/read.ts';
import { fuzzRuns } from '../fuzz-runs.ts';
import {
  DEPENDENCIES_REPLY,
  ENTRIES,
  endpointListOf,
  entry,
  location,
  readEndpoints,
  STATUS_REPLY,
  utf8,
  utf16,
} from './replies.ts';

function problemOf(content: unknown): string {
  const reading = readAzureDocuments(content instanceof Uint8Array ? content : utf8(content));
  return reading.ok ? `was read as ${reading.documents.map(({ kind }) => kind).join(', ')}` : reading.problem;
}

t.test('NetworkStatus in each of its forms', async (t) => {
  const [whole] = STATUS_REPLY;
  for (const [form, reply, name] of [
    ['all locations', STATUS_REPLY, 'West Europe'],
    ['all locations in a wrapper', { value: STATUS_REPLY }, 'West Europe'],
    ['one location', whole, 'West Europe'],
    ['the reply by location', whole?.networkStatus, null],
  ] as const) {
    const document = readEndpoints(reply);
    if (document.kind !== 'network-status') throw new Error(form);
    t.equal(document.locations.length, 1, form);
    const [read] = document.locations;
    t.equal(read?.location, name);
    t.same(read?.dnsServers, ['10.82.98.10']);
    t.same(
      read?.entries.map((each) => [each.name, each.resourceType, each.isOptional]),
      ENTRIES.map((each) => [each.name, each.resourceType, each.isOptional]),
    );
    t.notOk(document.incomplete);
  }
});

t.test('the outbound dependencies, with and without their wrapper', async (t) => {
  const wrapped = readEndpoints(DEPENDENCIES_REPLY);
  const bare = readEndpoints(DEPENDENCIES_REPLY.value);
  t.same(bare, wrapped);
  if (wrapped.kind !== 'outbound-dependencies') throw new Error(wrapped.kind);
  t.equal(wrapped.dependencies.length, 19, 'one for each host and port');
  t.same(wrapped.dependencies[0], {
    category: 'Azure SMTP',
    domainName: 'smtpi-ch1.msn.com',
    port: 25028,
    region: 'West Europe',
  });
});

t.test('an endpoint without details, or a category without endpoints, is not a defect', async (t) => {
  const value = [
    { category: 'Azure SQL', endpoints: [{ domainName: 'a.database.windows.net' }] },
    { category: 'Empty', endpoints: null },
    { endpoints: [{ domainName: 'b.example', endpointDetails: [{ port: 1 }] }] },
  ];
  const document = readEndpoints({ value });
  t.match(document, {
    dependencies: [
      { category: 'Azure SQL', domainName: 'a.database.windows.net', port: null, region: null },
      { category: null, domainName: 'b.example', port: 1, region: null },
    ],
  });
});

t.test('every encoding in which PowerShell and az save text', async (t) => {
  const plain = readEndpoints(STATUS_REPLY);
  for (const [form, bytes] of [
    ['UTF-8 with a mark', utf8(STATUS_REPLY, true)],
    ['UTF-16, little-endian, with a mark', utf16(STATUS_REPLY)],
    ['UTF-16, big-endian, with a mark', utf16(STATUS_REPLY, 'be')],
    ['UTF-16, little-endian, without a mark', utf16(STATUS_REPLY, 'le', false)],
    ['UTF-16, big-endian, without a mark', utf16(STATUS_REPLY, 'be', false)],
  ] as const) {
    t.same(endpointListOf(readAzureDocuments(bytes)), plain, form);
  }
});

t.test('one page of several is marked so', async (t) => {
  const nextLink = 'https://management.azure.com/next';
  t.ok(readEndpoints({ ...DEPENDENCIES_REPLY, nextLink }).incomplete);
  t.notOk(readEndpoints({ ...DEPENDENCIES_REPLY, nextLink: '' }).incomplete);
  t.notOk(readEndpoints({ ...DEPENDENCIES_REPLY, nextLink: null }).incomplete);
});

t.test('what a later version adds is not a defect: states, types, members', async (t) => {
  const later = { ...entry('Novelty', 'novelty.azure.example', { status: 'degraded' }), severity: 4 };
  const document = readEndpoints([location('West Europe', [later])]);
  t.match(document, { locations: [{ entries: [{ status: 'degraded', resourceType: 'Novelty' }] }] });
});

t.test('times: seven digits of a second, never, none, nonsense', async (t) => {
  const times = ['2026-05-04T08:25:33.9426753Z', '0001-01-01T00:00:00', null, undefined, 'yesterday'];
  const entries = times.map((lastUpdated, at) => entry('Custom', `h${at}.example`, { lastUpdated }));
  const document = readEndpoints([location('West Europe', entries)]);
  if (document.kind !== 'network-status') throw new Error(document.kind);
  t.same(
    document.locations[0]?.entries.map(({ lastUpdated }) => lastUpdated),
    [Date.parse('2026-05-04T08:25:33.942Z'), null, null, null, null],
  );
});

t.test('an error text is read, and an empty one becomes null', async (t) => {
  const entries = ['', '  ', null, undefined, 'no such host'].map((error, at) =>
    entry('Custom', `h${at}.example`, { error }),
  );
  const document = readEndpoints([location('West Europe', entries)]);
  if (document.kind !== 'network-status') throw new Error(document.kind);
  t.same(
    document.locations[0]?.entries.map(({ error }) => error),
    [null, null, null, null, 'no such host'],
  );
});

t.test('any other file is refused; the message says what it is and what to do', async (t) => {
  const again = /save the reply again with: az rest --method get --url/;
  const json = JSON.stringify(STATUS_REPLY, null, 2);
  for (const [what, content, expected] of [
    ['nothing', '', /^is empty; save/],
    ['white space', ' \r\n\t', /^is empty; save/],
    [
      'a page',
      '\n<!DOCTYPE html><html><body>Proxy error</body></html>',
      /^is an HTML page, probably the error/,
    ],
    ['a page without a type', '<HTML lang="en"><h1>Sign in', /^is an HTML page/],
    ['XML', '<?xml version="1.0"?><a/>', /^is XML or HTML, not JSON: it begins with “<\?xml version/],
    [
      'a message',
      'ERROR: Please run az login',
      /^is text, not JSON: it begins with “ERROR: Please run az login”/,
    ],
    ['a bare word', 'nul', /^is text, not JSON: it begins with “nul”/],
    [
      'a comma too much',
      '[{"location": "a",},{}]',
      /^is not valid JSON at line 1, column 19: Expected double-quoted property name;/,
    ],
    [
      'a value that is not one',
      '{"a": [1,\n x]}',
      /^is not valid JSON at line 2, column 2: Unexpected token 'x';/,
    ],
    [
      'two documents',
      '[]\n[]',
      /^is not valid JSON at line 2, column 1: Unexpected non-whitespace character;/,
    ],
    [
      'cut in a string',
      json.slice(0, 190),
      /^is cut off: the JSON ends in the middle, at line \d+, column \d+; save/,
    ],
    ['cut after a value', json.slice(0, json.lastIndexOf('}')), /^is cut off: .* at line \d{3}, column/],
    ['cut UTF-16', utf16(STATUS_REPLY).subarray(0, 201), /^is cut off: UTF-16 has two bytes/],
    ['cut UTF-16 at a character', utf16(STATUS_REPLY).subarray(0, 200), /^is cut off: the JSON ends/],
    [
      'bytes of no text',
      Buffer.from([0x5b, 0xff, 0xc0]),
      /^is a binary file, not text: some of its bytes are not UTF-8/,
    ],
    [
      'an empty list',
      [],
      /^is an empty list, which shows nothing: name it locks\.json if it lists locks, .*, or save/,
    ],
    ['an empty value', { value: [] }, /^is an empty list, /],
    ['locations without entries', [location('West Europe', [])], /^is an empty list/],
    ['categories without endpoints', [{ category: 'a', endpoints: [] }], /^is an empty list/],
  ] as const) {
    t.match(problemOf(content), expected, what);
    if (!/two documents/.test(what)) t.match(problemOf(content), again);
  }
  for (const [what, content, expected] of [
    [
      'an error of Azure',
      { error: { code: 'AuthorizationFailed', message: 'The client has no right' } },
      /^holds an error of Azure and not the reply: AuthorizationFailed: The client has no right; correct that, and save/,
    ],
    ['an error without a text', { error: {} }, /not the reply: without a code; correct that/],
    [
      'a report of ours',
      { schemaVersion: '1.1.0', targets: [] },
      /^is a report of apim-probe.*compare REPORT/,
    ],
    [
      'other JSON',
      { a: 1 },
      /^is JSON, but none of the documents of Azure .*NetworkStatus.*, effective security rules, .*an API Management service; save/,
    ],
    ['a list of other things', [1, 'two', null], /^is JSON, but none of the documents/],
    ['a list in a value', { value: [{ id: '/subscriptions/x' }] }, /^is JSON, but none of the documents/],
    ['a number', '[1]', /^is JSON, but none of the documents/],
  ] as const) {
    t.match(problemOf(content), expected, what);
  }
});

const capitals = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, item) =>
    typeof item !== 'object' || item === null || Array.isArray(item)
      ? item
      : Object.fromEntries(
          Object.entries(item).map(([name, one]) => [name.charAt(0).toUpperCase() + name.slice(1), one]),
        ),
  );

t.test('what PowerShell saves is the same reply', async (t) => {
  const expected = readEndpoints(STATUS_REPLY);
  const [whole] = STATUS_REPLY;
  const flat = { location: whole?.location, ...whole?.networkStatus };
  const text = JSON.stringify(STATUS_REPLY);
  const response = { Headers: [], Version: { Major: 1 }, StatusCode: 200, Method: 'GET', Content: text };
  for (const [form, reply] of [
    ['Get-AzApiManagementNetworkStatus', capitals(flat)],
    ['with several locations', capitals([flat])],
    ['its objects nested', capitals(STATUS_REPLY)],
    ['Invoke-AzRestMethod', response],
    ['its Content as JSON', JSON.stringify(text)],
  ] as const) {
    t.same(readEndpoints(reply), expected, form);
  }
  const outbound = readEndpoints({ ...response, Content: JSON.stringify(DEPENDENCIES_REPLY) });
  t.same(outbound, readEndpoints(DEPENDENCIES_REPLY));
});

t.test('dates of Windows PowerShell', async (t) => {
  const date = '/Date(1777883133942)/';
  for (const lastUpdated of [date, { value: date, DisplayHint: 2, DateTime: 'Monday, May 4, 2026' }]) {
    const reply = [location('West Europe', [entry('Queue', 'q.queue.core.windows.net', { lastUpdated })])];
    const document = readEndpoints(reply);
    if (document.kind !== 'network-status') throw new Error(document.kind);
    t.equal(document.locations[0]?.entries[0]?.lastUpdated, 1777883133942);
  }
});

t.test('what PowerShell saves instead of a reply is named', async (t) => {
  const type = 'Microsoft.Azure.Commands.ApiManagement.Models.PsApiManagementConnectivityStatus';
  const error = { error: { code: 'AuthorizationFailed', message: 'no right' } };
  for (const [what, content, expected] of [
    [
      'a depth of two',
      [{ Location: 'a', DnsServers: [], ConnectivityStatus: [type, type] }],
      /cut by ConvertTo-Json.*-Depth 10$/,
    ],
    ['a depth of one', { Location: 'a', ConnectivityStatus: 'System.Object[]' }, /cut by ConvertTo-Json/],
    [
      'a nested status',
      [{ Location: 'a', NetworkStatus: '@{DnsServers=System.Object[]}' }],
      /cut by ConvertTo-Json/,
    ],
    [
      'a refused request',
      { StatusCode: 403, Content: JSON.stringify(error) },
      /^holds a response with status 403 and not the reply: AuthorizationFailed: no right$/,
    ],
    [
      'a page',
      { StatusCode: 200, Content: '<html>' },
      /^holds a response with status 200 and not the reply: <html>$/,
    ],
    [
      'an error alone',
      { code: 'ResourceNotFound', message: 'not found' },
      /^holds an error of Azure.*: ResourceNotFound: not found; correct that/,
    ],
  ] as const) {
    t.match(problemOf(content), expected, what);
  }
});

t.test('an older API version does not say what is optional', async (t) => {
  const old = {
    name: 'a.blob.core.windows.net',
    status: 'success',
    error: '',
    lastUpdated: '2017-05-01T00:00:00Z',
  };
  for (const reply of [
    [location('West US', [old, old])],
    capitals({ Location: 'West US', ConnectivityStatus: [{ ...old, resourceType: null, isOptional: null }] }),
  ]) {
    t.match(problemOf(reply), /^is a NetworkStatus reply of an older API version.*2022-08-01 or later\)$/);
  }
});

t.test('a location without a status does not hide the others', async (t) => {
  for (const networkStatus of [null, { dnsServers: null, connectivityStatus: null }]) {
    const document = readEndpoints([...STATUS_REPLY, { location: 'East US', networkStatus }]);
    t.match(document, { locations: { length: 1 }, silent: ['East US'] });
    t.match(
      problemOf([{ location: 'East US', networkStatus }]),
      /^is a NetworkStatus reply without a status of any location; save/,
    );
  }
});

t.test('the outbound lists of other services are refused by name', async (t) => {
  const of = (details: object, endpoint: object = {}) => [
    {
      category: 'Azure Storage',
      endpoints: [
        { domainName: 'a.blob.core.windows.net', ...endpoint, endpointDetails: [{ port: 443, ...details }] },
      ],
    },
  ];
  for (const [content, service] of [
    [of({ ipAddress: '10.0.0.1', latency: 1.5, isAccessible: true }), 'an App Service Environment'],
    [of({ protocol: 'Https' }), 'an Azure Kubernetes Service cluster'],
    [of({}, { description: 'Applicable to all Azure Batch pools.' }), 'an Azure Batch account'],
    [{ value: of({}).map((properties) => ({ properties })) }, 'an Azure Machine Learning workspace'],
  ] as const) {
    t.match(problemOf(content), `lists the outbound dependencies of ${service}`);
    t.match(problemOf(content), 'not of API Management; save the reply again with: az rest');
  }
});

t.test('defects are named with their place, a few of them', async (t) => {
  const entries = [
    entry('BlobStorage', 'a.blob.core.windows.net'),
    entry('BlobStorage', '', { isOptional: 'no' }),
    { status: 'success', resourceType: 'Queue', isOptional: true },
    'a word',
    entry('Queue', 'q.queue.core.windows.net', { status: 7 }),
  ];
  const problem = problemOf({ value: [location('West Europe', entries)] });
  t.match(
    problem,
    /^is a reply of Azure with defects \(\.value\[0\]\.networkStatus\.connectivityStatus\[1\]\.name: /,
  );
  t.match(problem, /connectivityStatus\[1\]\.isOptional: Invalid input: expected boolean, received string/);
  t.match(problem, /connectivityStatus\[2\]\.name: Invalid input: expected string, received undefined/);
  t.match(problem, /; and 2 more\); save the reply again/);
  t.match(problemOf({ connectivityStatus: {} }), /\(\.connectivityStatus: .*expected array/);
  t.match(
    problemOf([
      { category: 'x', endpoints: [{ domainName: 'a.example', endpointDetails: [{ port: '443' }] }] },
    ]),
    /\(\.\[0\]\.endpoints\[0\]\.endpointDetails\[0\]\.port: Invalid input: expected number, received string\); .*\/outboundNetworkDependenciesEndpoints\?/,
  );
  t.match(
    problemOf([{ location: 'a', networkStatus: null }, location('b', [entry('x', '')])]),
    /\(\.\[1\]\.networkStatus\.connectivityStatus\[0\]\.name: /,
    'its place in the file, also behind a location without a status',
  );
  t.match(
    problemOf([location('a', [entry('x', 'a'.repeat(2000))])]),
    /Too big: expected string to have <=1024/,
  );
  t.match(problemOf([STATUS_REPLY[0], 5]), /\(\.\[1\]: Invalid input/, 'a list of mixed things');
});

t.test('10,000 defects are reported as briefly as four', async (t) => {
  const entries = Array.from({ length: 10_000 }, () => ({}));
  const problem = problemOf([location('West Europe', entries)]);
  t.match(problem, /; and 39997 more\)/);
  t.ok(problem.length < 1000);
});

t.test('a file that is too large is not even parsed', async (t) => {
  t.match(problemOf(Buffer.alloc(LARGEST_REPLY + 1, '[')), /^is larger than 16 MiB/);
  t.match(problemOf(Buffer.alloc(1024 * 1024, '[')), /^is cut off/, 'deep nesting breaks nothing');
});

t.test('text of a file cannot control the terminal', async (t) => {
  for (const content of [
    '\u001b]0;title\u0007 and more',
    '<\u001b[2J>',
    `[{"a": \u001b[31m}]`,
    { error: { code: '\u001b[31m', message: '\u202eabc' } },
    [{ networkStatus: { connectivityStatus: [{ '\u001b[31m': 1 }] } }],
  ]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    t.notMatch(problemOf(content), /[\u0000-\u001f\u007f-\u009f\u202e]/);
  }
});

t.test('no bytes and no JSON make it throw', async (t) => {
  const runs = fuzzRuns(200);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      readAzureDocuments(bytes);
    }),
    { numRuns: runs },
  );
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, end) => {
      readAzureDocuments(utf8(json.slice(0, end)));
    }),
    { numRuns: runs },
  );
  const whole = Buffer.from(utf8(STATUS_REPLY));
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
      const broken = Buffer.from(whole);
      broken[at] = byte;
      readAzureDocuments(broken);
      t.match(readAzureDocuments(whole.subarray(0, at)), { ok: false }, `cut after ${at} bytes`);
    }),
    { numRuns: runs },
  );
});
