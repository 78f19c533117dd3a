import fc from 'fast-check';
import t from 'tap';
import { recogniseBlockAddress, recogniseBlockPage, titleOf } from '../../probes/block-page.ts';
import { BLOCKING_PRODUCTS, type BlockingProduct } from '../../probes/blocking-products.ts';
import { fuzzRuns } from '../fuzz-runs.ts';
import { AMBIGUOUS, GENUINE, SAMPLES } from './block-pages.ts';

type Page = readonly [status: number, headers: Record<string, string | string[]>, body: string];

const pages: readonly [product: string, page: Page][] = [
  ['Azure Firewall', [470, {}, 'Action: Deny. Reason: No rule matched. Proceeding with default action.']],
  [
    'Azure Firewall',
    [
      200,
      {},
      'HTTP  request from 10.0.0.4:50100 to known.test:80. Action: Deny. No rule matched. Proceeding with default action',
    ],
  ],
  [
    'Azure Firewall',
    [403, {}, 'HTTPS request from 10.0.0.4:1 to known.test:443. Action: Deny. Policy: hub.'],
  ],
  ['Zscaler', [403, { server: 'Zscaler/6.2' }, '']],
  ['Zscaler', [502, { server: 'Zscaler/6.2' }, '']],
  ['Zscaler', [403, {}, '<a href="https://gw.test/?reasoncode=CATEGORY_DENIED&url=x">']],
  ['Zscaler', [307, { location: 'https://gw.test/?url=x&reasoncode=CATEGORY_DENIED' }, '']],
  ['FortiGate', [403, {}, '<h1>FortiGuard Intrusion Prevention - Access Blocked</h1>']],
  ['FortiGate', [200, {}, '<html><head><title>Web Filter Violation</title>']],
  ['FortiGate', [200, {}, '<html><head><title>Web Filter Block Override</title>']],
  [
    'Palo Alto Networks',
    [
      503,
      {},
      '<p>Access to the web page you were trying to visit has been blocked in accordance with company policy.</p>',
    ],
  ],
  ['Squid', [403, { 'x-squid-error': 'ERR_ACCESS_DENIED 0', via: '1.1 gw (squid/5.7)' }, '']],
  ['Squid', [503, { server: 'squid/5.7' }, '']],
  ['Squid', [403, { server: 'squid' }, '']],
  ['a proxy that wants a login', [407, {}, '']],
  ['a proxy that wants a login', [401, { 'proxy-authenticate': ['Negotiate', 'NTLM'] }, '']],
  ['a captive portal', [511, {}, '']],
];

/** Replies of the services, and replies that passed a proxy. */
const replies: readonly [name: string, page: Page][] = [
  [
    'Storage, a request without a query',
    [
      400,
      { server: 'Microsoft-HTTPAPI/2.0', 'x-ms-request-id': 'a3a6c3f2-f01e-0041-5b1c-000000000000' },
      '\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>InvalidQueryParameterValue</Code><Message>Value for one ' +
        'of the query parameters specified in the request URI is invalid.</Message></Error>',
    ],
  ],
  [
    'Storage, refused by its own network rules',
    [
      403,
      { server: 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0', 'x-ms-error-code': 'AuthorizationFailure' },
      '<?xml version="1.0"?><Error><Code>AuthorizationFailure</Code><Message>This request is not authorized to perform ' +
        'this operation.</Message></Error>',
    ],
  ],
  [
    'Key Vault, without a token',
    [
      401,
      {
        'www-authenticate': 'Bearer authorization="https://login.windows.net/tenant"',
        'x-ms-keyvault-region': 'westeurope',
      },
      '{"error":{"code":"Unauthorized","message":"AKV10000: Request is missing a Bearer or PoP token."}}',
    ],
  ],
  [
    'Key Vault, refused by its firewall',
    [403, {}, '{"error":{"code":"Forbidden","innererror":{"code":"ForbiddenByFirewall"}}}'],
  ],
  ['Event Hubs', [200, {}, '<feed><title>Publicly Listed Services</title></feed>']],
  [
    'a missing page behind a Squid',
    [404, { via: '1.1 gw (squid/5.7)', 'x-cache': 'MISS from gw' }, 'not found'],
  ],
  ['a good reply of a Squid', [200, { server: 'squid/5.7' }, '']],
  ['a good reply by way of Zscaler', [200, { server: 'Zscaler/6.2' }, '']],
  ['a server that talks about denying', [200, {}, 'Action: Deny is the default of a rule collection']],
  ['an empty reply', [204, {}, '']],
  ['nginx', [502, { server: 'nginx' }, '<html><title>502 Bad Gateway</title>']],
];

t.test('each product by its own page', async (t) => {
  for (const [product, page] of pages)
    t.equal(recogniseBlockPage(...page), product, `${product}, ${page[0]}`);
});

t.test('pages composed from what is published, each in another setting', async (t) => {
  for (const { product, status, headers = {}, body = '' } of SAMPLES) {
    t.equal(recogniseBlockPage(status, headers, body), product, `${product}: ${status} ${body.slice(0, 60)}`);
    const shouted = body.toUpperCase();
    t.equal(recogniseBlockPage(status, headers, shouted), product, `${product}, whatever the case`);
  }
  const sampled = new Set(SAMPLES.map(({ product }) => product));
  const unsampled = BLOCKING_PRODUCTS.filter(({ name }) => !sampled.has(name));
  t.same(
    unsampled.map(({ name }) => name),
    ['CleanBrowsing', 'FlashStart', 'AdGuard DNS'],
    'only those that are known by an address alone have no page',
  );
  t.ok(sampled.size >= 35, `${sampled.size} products`);
});

t.test('each mark of the table is enough, and names its own product', async (t) => {
  for (const product of BLOCKING_PRODUCTS) {
    for (const [status, headers, body] of pagesOf(product)) {
      t.equal(
        recogniseBlockPage(status, headers, body),
        product.name,
        `${status} ${JSON.stringify(headers)} ${body}`,
      );
    }
    for (const address of product.addresses ?? []) t.equal(recogniseBlockAddress(address), product.name);
    t.ok(product.source.length > 0, `${product.name} has a source`);
    const strings = [...(product.texts ?? []), ...(product.urls ?? [])]
      .flat()
      .filter((mark) => typeof mark === 'string');
    for (const mark of strings) t.equal(mark, mark.toLowerCase().replace(/\s+/g, ' '));
  }
  const names = BLOCKING_PRODUCTS.map(({ name }) => name);
  t.same(names, [...new Set(names)], 'one row for each product');
});

/** A page for each mark that is a literal text. */
function* pagesOf({ statuses = [], texts = [], urls = [] }: BlockingProduct): Generator<Page> {
  for (const status of statuses) yield [status, {}, ''];
  for (const mark of [...texts, ...urls]) {
    if (!(mark instanceof RegExp)) yield [200, {}, `<html>\n<p> ${[mark].flat().join('\n')} </p>`];
  }
  for (const mark of urls) {
    if (!(mark instanceof RegExp))
      yield [302, { location: `http://10.9.0.1/${[mark].flat().join('&')}` }, ''];
  }
}

t.test('genuine replies of Azure, and marks that other pages share', async (t) => {
  for (const { status, headers = {}, body = '' } of [...GENUINE, ...AMBIGUOUS]) {
    t.equal(recogniseBlockPage(status, headers, body, true), null, `${status} ${body.slice(0, 80)}`);
  }
  for (const address of ['20.60.7.7', '10.1.0.5', '146.112.61.111', '0.0.0.0', '']) {
    t.equal(recogniseBlockAddress(address), null, address);
  }
});

t.test('the title of a page', async (t) => {
  t.equal(titleOf('<TITLE lang="en">\n  Access\n  denied </TITLE>'), 'Access denied');
  t.equal(titleOf('<title></title>'), '');
  t.equal(titleOf('no title'), '');
});

t.test('replies that are not block pages', async (t) => {
  for (const [name, page] of replies) t.equal(recogniseBlockPage(...page), null, name);
});

t.test('any reply gives a known product or none', async (t) => {
  const products = new Set<string | null>([null, ...BLOCKING_PRODUCTS.map(({ name }) => name)]);
  const text = fc.oneof(fc.string(), fc.constantFrom('reasoncode=', '_DENIED', 'Action: Deny. ', 'squid/'));
  const headerText = fc.array(text).map((all) => all.join(''));
  const headers = fc.dictionary(
    fc.constantFrom('server', 'location', 'via'),
    fc.oneof(headerText, fc.array(headerText)),
  );
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 999 }), headers, headerText, (...page) =>
      products.has(recogniseBlockPage(...page)),
    ),
    { numRuns: fuzzRuns() },
  );
  t.pass('held');
});

t.test('a body that makes regular expressions slow is not a block page', async (t) => {
  // Twenty times what a probe reads: a pattern of quadratic time would need hours, and the test would time out.
  const size = 20 * 65_536;
  for (const [start, unit] of [
    ['', '<title'],
    ['', 'powered by '],
    ['', ':'],
    ['reasoncode=', 'A_'],
    ['', 'reasoncode='],
    ['', 'Action: Deny. '],
  ] as const)
    t.equal(recogniseBlockPage(200, {}, start.padEnd(size, unit)), null, JSON.stringify(start + unit));
});
