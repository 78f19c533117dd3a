/** The HTML report as text; test/pages/ opens it in a browser. */
import { createHash } from 'node:crypto';
import t from 'tap';
import type { RuleDecision } from '../../src/model/azure-documents.ts';
import { CAUSES } from '../../src/model/vocabulary.ts';
import { html, joinContent } from '../../src/report/html/markup.ts';
import { renderHtml } from '../../src/report/html.ts';
import {
  attempt,
  DROPPED,
  finding,
  NAMELESS,
  report,
  resolved,
  routeDecision,
  target,
  tls,
  unanswered,
  wholeCatalogue,
  withDropped,
} from './samples.ts';

const blocked = report({ verdict: 'blocked', targets: withDropped(['sql']), findings: [finding()] });

/** The text of a page, without tags and with single spaces. */
const textOf = (page: string) =>
  page
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<wbr>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/\s+/g, ' ');

/** From the heading with this anchor to the next section. */
const sectionOf = (page: string, anchor: string) =>
  page.split('<section').find((part) => part.includes(`id="${anchor}"`)) ?? '';

t.test('a template escapes what is put into it, and not what another template made', async (t) => {
  const hostile = `<b a="1" c='2'>&amp;</b>`;
  const escaped = '&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;';
  t.equal(String(html`<p title="${hostile}">${hostile}</p>`), `<p title="${escaped}">${escaped}</p>`);
  t.equal(
    String(html`<ul>${['<', html`<li>${'>'}</li>`, [1, null, false]]}</ul>`),
    '<ul>&lt;<li>&gt;</li>1</ul>',
  );
  t.equal(String(html`${joinContent(['a', html`<i>b</i>`, '&'], ', ')}`), 'a, <i>b</i>, &amp;');
  t.equal(
    String(html`<p>
    ${'  two\n  lines'}</p>`),
    '<p>\n  two\n  lines</p>',
    'only the indentation of the template is left out',
  );
});

t.test(
  'the page refers to nothing outside, runs nothing, and its policy allows its own style alone',
  async (t) => {
    for (const page of [renderHtml(report()), renderHtml(blocked)]) {
      t.match(page, /^<!doctype html>\n<html lang="en">\n[\s\S]*<\/html>\n$/);
      t.notMatch(page, /<script|<link|<iframe|<img|<form|@import|url\(|\son\w+=|\ssrc=|\sstyle=|href="(?!#)/);
      const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? '';
      const digest = createHash('sha256').update(style).digest('base64');
      t.ok(style.length > 1000);
      t.ok(
        page.includes(
          `content="default-src &#39;none&#39;; style-src &#39;sha256-${digest}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"`,
        ),
      );
    }
  },
);

t.test('the same report gives the same page', async (t) => {
  t.equal(renderHtml(blocked), renderHtml(blocked));
});

t.test('verdict first, then the findings, and every link has its place', async (t) => {
  const page = renderHtml(blocked);
  const anchors = [
    'verdict',
    'findings',
    'picture',
    'timings',
    'names',
    'certificates',
    'history',
    'environment',
    'evidence',
  ];
  const places = anchors.map((anchor) => page.indexOf(` id="${anchor}"`)).filter((at) => at >= 0);
  t.strictSame(
    places,
    places.toSorted((one, other) => one - other),
  );
  t.match(page, '<title>blocked: apim-probe, VM vm-probe-01, 2026-05-04 08:30:00 UTC</title>');
  t.match(
    textOf(sectionOf(page, 'verdict')),
    /Verdict: blocked .*ot every required endpoint was reached \(12 of 13; missing: sql\)/,
  );
  for (const [, anchor] of page.matchAll(/href="#([^"]+)"/g)) t.match(page, ` id="${anchor}"`);
});

t.test(
  'a finding has its owner, evidence and fix, and its text for the team lists every endpoint',
  async (t) => {
    const targets = withDropped(['azure-monitor', 'sql']);
    const evidence = targets.filter(({ cause }) => cause === 'outbound-dropped').map(({ id }) => id);
    const page = renderHtml(report({ verdict: 'blocked', targets, findings: [finding({ evidence })] }));
    const text = textOf(sectionOf(page, 'findings'));
    t.match(text, 'Problem: Outbound TCP 1433 to Azure SQL is dropped without a word');
    t.match(text, 'the network (NSG, routes, firewall)');
    t.match(text, `Explains ${evidence.length} endpoints`);
    t.match(page, '<pre class="copy" tabindex="0">apim-probe run --sql contoso-probe --only sql</pre>');
    const block =
      /<summary>Text for the network team, to copy as a whole<\/summary><pre class="copy" tabindex="0">(.*?)<\/pre>/s.exec(
        page,
      )?.[1];
    t.match(
      block,
      /^The network team: 1 item for Azure API Management\nSeen from subnet 10\.20\.0\.0\/26, westeurope, VM vm-probe-01/,
    );
    t.match(block, '- Allow outbound TCP 1433 from the subnet to the service tag Sql');
    t.match(block, `Endpoints (${evidence.length}):`);
    for (const id of evidence) t.match(block, `- ${id.split('/')[1]}, https`);
    t.notMatch(page, 'Text for the DNS team');
  },
);

t.test('a finding that asks for nothing is in no text for a team', async (t) => {
  t.notMatch(renderHtml(report({ findings: [finding({ severity: 'info' })] })), 'Text for the network team');
});

t.test('the picture cuts each line at the station of its owner', async (t) => {
  const cases = [
    ['outbound-dropped', 'tcp_timeout', 'network', 'path'],
    ['private-zone-not-linked', 'tcp_timeout', 'dns', 'dns'],
    ['service-firewall-denied', 'protocol_refused', 'service', 'service'],
    ['vm-limit', 'tcp_timeout', 'vm', 'vm'],
    ['smtp-port-25-blocked', 'tcp_timeout', 'platform', 'path'],
    ['undetermined', 'dns_servfail', 'platform', 'dns'],
  ] as const;
  for (const [cause, failure, owner, station] of cases) {
    const sql = target('sql', 'a.database.windows.net', 1433, { ...DROPPED, cause, failure });
    const page = renderHtml(
      report({ targets: [sql], findings: [finding({ cause, owner, evidence: [sql.id] })] }),
    );
    const cells = [...sectionOf(page, 'picture').matchAll(/<td class="(\w+) [^"]*">(.*?)<\/td>/gs)];
    const cut = cells
      .filter(([, , content]) => content?.includes('unreachable here'))
      .map(([, name]) => name);
    t.strictSame(cut, [station], cause);
    t.match(cells.map(([, , content]) => content).join(''), `<a href="#finding-1">${cause}</a>`);
  }
});

t.test('a group that is cut in part goes on, and what was not tested never left the VM', async (t) => {
  const page = renderHtml(
    report({
      targets: [
        target('sql', 'a.database.windows.net', 1433, DROPPED),
        target('sql', 'b.database.windows.net', 1433),
        target('key-vault', '(key vault)', 443, NAMELESS),
      ],
    }),
  );
  const rows = sectionOf(page, 'picture').split('<tr').slice(2).map(textOf);
  t.match(
    rows[0],
    /sql 1 of 2 .*✓ passed .*! 1 endpoint unreachable here: 1 of 2: outbound-dropped .*✓ passed/,
  );
  t.match(rows[1], /key-vault 0 of 1 .*\? 1 endpoint untested here: give --storage NAME( not reached){3}/);
});

t.test('a group of the picture has the number of its required endpoints', async (t) => {
  const rowOf = (...required: boolean[]) => {
    const targets = required.map((each, index) =>
      target('sql', `sql${index}.example`, 1433, { required: each }),
    );
    return textOf(sectionOf(renderHtml(report({ targets })), 'picture').split('<tr')[2] ?? '');
  };
  t.match(rowOf(true, false, false), 'sql 3 of 3, 1 required ');
  t.match(rowOf(true, true), 'sql 2 of 2, required ');
  t.match(rowOf(false, false), 'sql 2 of 2 ');
});

t.test('every cause has a station', async (t) => {
  for (const cause of CAUSES) {
    const one = target('sql', 'a.database.windows.net', 1433, { ...DROPPED, cause });
    t.match(sectionOf(renderHtml(report({ targets: [one] })), 'picture'), 'unreachable here', cause);
  }
});

t.test('timings: look-up and steps of the attempt that reached it, failures marked', async (t) => {
  const steps = [
    { name: 'connect', ms: 5, ok: true },
    { name: 'tls', ms: 70.4, ok: true },
    { name: 'request', ms: 38, ok: true },
  ] as const;
  const page = renderHtml(
    report({
      targets: [
        target('sql', 'good.example', 1433, {
          resolutions: [resolved('20.1.1.1', '168.63.129.16')],
          attempts: [attempt('20.1.1.1', 'tcp_timeout'), { ...attempt('20.1.1.1', null), steps: [...steps] }],
        }),
        target('sql', 'bad.example', 1433, {
          ...DROPPED,
          attempts: [
            { ...attempt('20.1.1.2', 'tcp_timeout'), steps: [{ name: 'connect', ms: 5000, ok: false }] },
          ],
        }),
      ],
    }),
  );
  const text = textOf(sectionOf(page, 'timings'));
  t.match(text, /✓ reachable: good\.example:1433 115 ms 2\.0 ms 5\.0 ms 70 ms 38 ms/);
  t.match(text, /✗ unreachable: bad\.example:1433 5\.0 s ✗ failed after 5\.0 s/);
  t.match(text, '150 ms, longer bars are cut');
  for (const [, from, width] of page.matchAll(/<rect x="(\d+)" width="(\d+)"/g))
    t.ok(Number(from) <= 500 && Number(from) + Number(width) <= 502, 'a bar ends at the edge');
});

t.test('names: what each server answered, different kinds of answers unfolded', async (t) => {
  const page = renderHtml(
    report({
      targets: [
        target('sql', 'plain.example', 1433, {
          resolutions: [resolved('20.1.1.1'), resolved('20.1.1.1', '10.0.0.5')],
        }),
        target('sql', 'odd.example', 1433, {
          resolutions: [resolved('10.1.1.1'), resolved('20.1.1.1', '10.0.0.5')],
        }),
        target('sql', 'gone.example', 1433, {
          resolutions: [resolved('20.1.1.1'), unanswered('dns_nxdomain', { server: '10.0.0.5' })],
        }),
      ],
    }),
  );
  const section = sectionOf(page, 'names');
  const text = textOf(section.split('<details')[0] ?? '');
  t.match(text, /Name 10\.0\.0\.4 10\.0\.0\.5/);
  t.match(text, /odd\.example 10\.1\.1\.1 private 2\.0 ms 20\.1\.1\.1 2\.0 ms/);
  t.match(text, /gone\.example 20\.1\.1\.1 2\.0 ms ✗ NXDOMAIN 2\.0 ms/);
  t.match(
    textOf(section.split('<details')[1] ?? ''),
    /1 name with an address at every server .*plain\.example/,
  );
});

t.test('certificates: once each, with issuer, chain and days left at the end of the run', async (t) => {
  const facts = tls();
  const old = tls(
    { validity: 'expired', trust: 'none' },
    { validTo: '2026-05-01T00:00:00.000Z', fingerprint256: 'CC:DD', subject: 'CN=old.example' },
  );
  const page = renderHtml(
    report({
      targets: [
        target('sql', 'a.example', 443, { attempts: [attempt('20.1.1.1', null, facts)] }),
        target('sql', 'b.example', 443, { attempts: [attempt('20.1.1.1', null, facts)] }),
        target('sql', 'c.example', 443, { attempts: [attempt('20.1.1.1', 'tls_expired', old)] }),
      ],
    }),
  );
  const [, first = '', second = '', ...others] = sectionOf(page, 'certificates')
    .split('<tr')
    .slice(1)
    .map(textOf);
  t.strictSame(others, []);
  t.match(first, /old\.example .*2026-05-01 4 days ago ✗ expired, no trusted root c\.example:443/);
  t.match(
    second,
    /\*\.blob\.core\.windows\.net .*Microsoft Corporation: Microsoft Azure RSA TLS Issuing CA 07 2026-12-31 in 240 days ✓ a public root a\.example:443 and 1 more b\.example:443/,
  );
});

const RULE: RuleDecision = {
  access: 'deny',
  kind: 'nsg',
  resource: 'nsg-apim',
  association: 'subnet',
  rule: 'DenyAll',
  priority: 4000,
  prefix: '0.0.0.0/0',
  tag: 'Internet',
  addresses: [],
  document: 'nsg.json',
};
const ROUTE = routeDecision();

t.test('rules, routes and prerequisites, where documents were given', async (t) => {
  t.equal(sectionOf(renderHtml(report()), 'documents'), '');
  const targets = [
    target('sql', 'a.example', 1433, { ...DROPPED, cause: 'rule-denies', rule: RULE, route: ROUTE }),
    target('sql', 'b.example', 1433, { rule: { ...RULE, access: 'allow', rule: 'AllowSql' }, route: null }),
  ];
  const page = renderHtml(
    report({
      targets,
      documents: [
        {
          kind: 'nsg',
          resource: 'nsg-apim',
          collectedAt: '2026-05-04T08:00:00.000Z',
          file: 'nsg.json',
          doubt: 'another NIC',
        },
      ],
      preflight: [
        {
          check: 'delegation',
          title: 'No delegation',
          required: true,
          outcome: 'not-met',
          evidence: 'It is delegated.',
          command: null,
          rule: null,
        },
        {
          check: 'nsg',
          title: 'An NSG',
          required: true,
          outcome: 'not-shown',
          evidence: '',
          command: 'az network nsg show > nsg.json',
          rule: null,
        },
      ],
    }),
  );
  const text = textOf(sectionOf(page, 'documents'));
  t.match(text, /No delegation ✗ not met It is delegated\./);
  t.match(text, /An NSG \? not shown az network nsg show &gt; nsg\.json/);
  t.match(
    text,
    /a\.example:1433 ✗ denied by DenyAll, priority 4000, for 0\.0\.0\.0\/0 of Internet NSG nsg-apim \(subnet\) · nsg\.json 0\.0\.0\.0\/0 → VirtualAppliance 10\.0\.1\.4 user route to-firewall · routes\.json/,
  );
  t.match(text, /b\.example:1433 ✓ allowed by AllowSql.* not shown/);
  t.match(text, 'nsg nsg.json, nsg-apim, saved 2026-05-04 08:00:00 UTC ! another NIC');
  t.match(textOf(sectionOf(page, 'picture')), 'rule-denies: DenyAll');
});

t.test('history: a strip for each endpoint whose status changed', async (t) => {
  t.match(sectionOf(renderHtml(report()), 'history'), 'This run had no state folder');
  const targets = [
    target('sql', 'a.example', 1433, { ...DROPPED, lastStatusChange: '2026-05-03T08:30:00.000Z', flaps: 3 }),
    target('sql', 'b.example', 1433, { lastStatusChange: '2026-05-04T02:30:00.000Z' }),
    target('sql', 'c.example', 1433),
  ];
  const section = sectionOf(renderHtml(report({ targets })), 'history');
  t.match(textOf(section), /begins 24 h before it/);
  t.match(
    textOf(section),
    /✗ unreachable: a\.example:1433 unreachable since 2026-05-03 08:30:00 UTC; 3 changes in 24 hours/,
  );
  t.match(section, /b\.example:1433[\s\S]*<rect x="750" width="250"/);
  t.notMatch(section, 'c.example');
});

t.test('options, environment, controls and raw evidence', async (t) => {
  const page = renderHtml(
    report({
      targets: [
        target('sql', 'a.example', 1433, {
          attempts: [attempt('20.1.1.1', 'tcp_timeout', { error: 'no reply' })],
        }),
      ],
    }),
  );
  const text = textOf(sectionOf(page, 'environment'));
  t.match(text, /tcp-reserved-address ✓ expected Nothing answered\./);
  t.match(text, /region westeurope flag storage contosoprobe01 file/);
  t.match(
    text,
    /2 defaults Options that were not given Option Value From attempts 3 default vip not set default/,
  );
  t.match(text, /Standard_B2s/);
  t.match(text, /3 endpoints that no test from inside the subnet can reach/);
  t.match(
    sectionOf(page, 'evidence'),
    /attempts 1:\n address: 20\.1\.1\.1\n[\s\S]* facts:\n {2}error: no reply/,
  );
});

t.test('the page stays small, however much evidence there is', async (t) => {
  const targets = Array.from({ length: 300 }, (_, index) =>
    target('custom', `host-${index}.example`, 443, {
      attempts: [attempt('20.1.1.1', 'tcp_timeout', { error: 'x'.repeat(900) })],
    }),
  );
  const page = renderHtml(report({ targets }));
  const whole = wholeCatalogue().length;
  t.ok(whole > 50);
  t.ok(Buffer.byteLength(sectionOf(page, 'evidence')) < 220_000);
  t.match(page, /The JSON report has the evidence of \d+ more\./);
});

t.test('an empty run is a page, too', async (t) => {
  const page = renderHtml(
    report({ targets: [], controls: [], notTestable: [], options: {}, verdict: 'inconclusive' }),
  );
  t.match(textOf(page), /Verdict: inconclusive Nothing .*was tested\./);
  t.notMatch(page, 'id="picture"');
});
