/** Which records a report misses, and what becomes of files that are no such report. */
import fc from 'fast-check';
import t from 'tap';
import { UsageError } from '../../src/common/usage-error.ts';
import type { Target } from '../../src/model/report.ts';
import { namesOfReport } from '../../src/records/from-report.ts';
import { parseReport, vipOfReport } from '../../src/records/report.ts';
import { resolved, unanswered } from '../diagnosis/build.ts';
import { report, target } from '../report/samples.ts';

const VIP = '10.0.1.5';
const OTHER_SERVER = '10.0.0.5';

const instance = (host: string, resolutions: Target['resolutions'], changes: Partial<Target> = {}) =>
  target('gateway', host, 443, { resolutions, ...changes });

const namesIn = (targets: readonly Target[], vip = VIP) =>
  namesOfReport(parseReport(JSON.stringify(report({ targets: [...targets] })), 'r.json'), vip, 'r.json');

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
  throw new Error('nothing was thrown');
}

t.test('right is what leads to the virtual IP alone, on every server', async (t) => {
  const two = { ...resolved(VIP), addresses: [VIP, '10.0.1.6'] };
  const { missing, right } = namesIn([
    instance('right.azure-api.net', [resolved(VIP), resolved(VIP, OTHER_SERVER)]),
    instance('absent.azure-api.net', [unanswered('dns_nxdomain')]),
    instance('public.azure-api.net', [resolved('20.1.1.1')]),
    instance('wrong.azure-api.net', [resolved('10.0.1.9')]),
    instance('one-server.azure-api.net', [resolved(VIP), unanswered('dns_nodata', { server: OTHER_SERVER })]),
    instance('two-addresses.azure-api.net', [two]),
  ]);
  t.same(right, { hosts: ['right.azure-api.net'], elsewhere: [] });
  t.same(missing, {
    hosts: ['absent', 'public', 'wrong', 'one-server', 'two-addresses'].map(
      (name) => `${name}.azure-api.net`,
    ),
    elsewhere: [],
    leftOut: [],
  });
});

t.test('a name counts once, and is missing when one of its ports saw it so', async (t) => {
  const host = 'contoso.management.azure-api.net';
  const { missing } = namesIn([
    target('control-plane', host, 443, { resolutions: [resolved(VIP)] }),
    target('control-plane', host, 3443, { resolutions: [unanswered('dns_timeout')] }),
  ]);
  t.same(missing.hosts, [host]);
});

t.test('what was not looked up, or had no full name, is left out with the reason', async (t) => {
  const regional = 'contoso-<region>-01.regional.azure-api.net';
  const { missing, right } = namesIn([
    instance('contoso.azure-api.net', [], { status: 'untested', reason: 'left out by --only' }),
    instance(regional, [], { status: 'untested', reason: 'give --region NAME' }),
  ]);
  t.same(right, { hosts: [], elsewhere: [] });
  t.same(missing, {
    hosts: [],
    elsewhere: [],
    leftOut: [
      { host: 'contoso.azure-api.net', why: 'it was not looked up in that run' },
      { host: regional, why: 'a part of it was not known in that run' },
    ],
  });
});

t.test('the gateway of a further region leads to an address of its own', async (t) => {
  const source = { kind: 'config', document: '--location', asOf: '2026-05-04', name: null } as const;
  const further = (name: string, resolutions: Target['resolutions']) =>
    instance(`contoso-${name}-01.regional.azure-api.net`, resolutions, { source });
  const { missing, right } = namesIn([
    further('uksouth', [resolved('10.9.1.5')]),
    further('ukwest', [unanswered('dns_nxdomain')]),
    further('francecentral', [resolved('20.1.1.1')]),
  ]);
  const hosts = (names: readonly string[]) =>
    names.map((name) => `contoso-${name}-01.regional.azure-api.net`);
  t.same(right, { hosts: [], elsewhere: hosts(['uksouth']) });
  t.same(missing.elsewhere, hosts(['ukwest', 'francecentral']));
  t.same(missing.hosts, []);
});

t.test('an address may be spelled in more than one way', async (t) => {
  const spelled = { ...resolved('fd00::5'), addresses: ['FD00:0:0:0::5'] };
  t.same(namesIn([instance('contoso.azure-api.net', [spelled])], 'fd00::5').missing.hosts, []);
});

t.test('a run without an instance has nothing to offer', async (t) => {
  const nameless = instance('<apim>.azure-api.net', [], { status: 'untested', reason: 'give --apim NAME' });
  for (const targets of [[], [nameless], [target('sql', 'a.database.windows.net', 1433)]]) {
    t.match(
      problemsOf(() => namesIn(targets)),
      [
        /^r\.json has no host name of an instance: its run had neither --apim nor --hostname\. Give --apim NAME/,
      ],
    );
  }
});

t.test('the virtual IP of the run', async (t) => {
  const { environment } = report();
  const having = (vip: unknown) => {
    const network = { ...environment.network, vip };
    return parseReport(JSON.stringify({ ...report(), environment: { ...environment, network } }), 'r.json');
  };
  t.equal(vipOfReport(having('10.0.1.5'), 'r.json'), '10.0.1.5');
  t.equal(vipOfReport(having(null), 'r.json'), null);
  t.equal(vipOfReport(having(undefined), 'r.json'), null, 'reports of 1.0 have none');
  t.match(
    problemsOf(() => vipOfReport(having('$(reboot)'), 'r.json')),
    ['r.json: environment.network.vip: "$(reboot)" must be an IPv4 or IPv6 address, and "$(reboot)" is none'],
  );
});

t.test('a host name that is none is refused, wherever it would have gone', async (t) => {
  for (const host of [
    'a.example; rm -rf ~',
    '$(reboot).example',
    'a.example\n10.0.0.1 b.example',
    'a_b.example',
    "a'.example",
    '*.example',
    '<apim>$(x).example',
    '<a b>.example',
    '<region>.exämple',
    '',
  ]) {
    t.match(
      problemsOf(() => namesIn([instance('contoso.azure-api.net', [resolved(VIP)]), instance(host, [])])),
      [/^r\.json: targets\[\d\]\.host: "/],
      JSON.stringify(host),
    );
  }
  const { missing } = namesIn([instance('CONTOSO.Azure-API.net.', [unanswered('dns_nxdomain')])]);
  t.same(missing.hosts, ['contoso.azure-api.net'], 'case and the final dot are no difference');
});

t.test('files that are no report say what they are', async (t) => {
  const whole = report();
  for (const [text, expected] of [
    ['', /^r\.json is no JSON; give the JSON report of a run/],
    ['{"schemaVersion": "1.', /is no JSON/],
    ['[]', /is no report of apim-probe: it has no schemaVersion/],
    ['null', /it has no schemaVersion/],
    ['{"schemaVersion": 1}', /it has no schemaVersion/],
    [
      '{"schemaVersion": "1.3.0"}',
      /^r\.json was written by apim-probe with schema 1\.3; this version reads 2\.x$/,
    ],
    ['{"schemaVersion": "20.0.0"}', /with schema 20\.0; this version/],
    ['{"schemaVersion": "2"}', /with schema 2; this version/],
    ['{"schemaVersion": "2.0.0"}', /^r\.json: environment: /],
    [
      JSON.stringify({ ...whole, targets: [{ ...whole.targets[0], host: 7 }] }),
      /^r\.json: targets\[0\]\.host: /,
    ],
    [JSON.stringify({ ...whole, environment: { cloud: 'germany', network: {} } }), /environment\.cloud: /],
  ] as const) {
    t.match(problemsOf(() => parseReport(text, 'r.json'))[0], expected, text.slice(0, 40));
  }
  const broken = JSON.stringify({ ...whole, targets: whole.targets.map(() => 1) });
  t.equal(problemsOf(() => parseReport(broken, 'r.json')).length, 5, 'a few of many problems are enough');
});

t.test(
  'a report that is wrong in a million places costs no more than one that is wrong in five',
  async (t) => {
    const many = Array.from({ length: 1_000_000 }, () => 1);
    const whole = report();
    const [first] = whole.targets;
    for (const targets of [
      many,
      [{ ...first, resolutions: many }],
      [{ ...first, resolutions: [{ addresses: many }] }],
    ]) {
      const text = JSON.stringify({ ...whole, targets });
      t.ok(problemsOf(() => parseReport(text, 'r.json')).length <= 5);
    }
  },
);

t.test('later minor versions and unknown keys are read', async (t) => {
  const later = { ...report(), schemaVersion: '2.99.0', novelty: { deep: true } };
  t.equal(parseReport(JSON.stringify(later), 'r.json').targets.length, later.targets.length);
});

t.test('any JSON at all is read or refused', async () => {
  const { environment } = report();
  const odd = fc.record({
    schemaVersion: fc.constantFrom('2.0.0', '2.x', '1.0.0'),
    environment: fc.oneof(fc.constant(environment), fc.jsonValue()),
    targets: fc.oneof(
      fc.jsonValue(),
      fc.array(
        fc.record({
          group: fc.constantFrom('gateway', 'sql'),
          host: fc.string(),
          source: fc.constant({ kind: 'catalog', document: '' }),
          resolutions: fc.array(fc.record({ addresses: fc.array(fc.string()) })),
        }),
      ),
    ),
  });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), odd), (document) => {
      try {
        const { missing } = namesOfReport(parseReport(JSON.stringify(document), 'r.json'), VIP, 'r.json');
        return missing.hosts.every((host) => /^[a-z0-9.-]+$/.test(host));
      } catch (error) {
        return error instanceof UsageError;
      }
    }),
  );
});
