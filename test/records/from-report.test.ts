/** The records that a report misses, and files that are not reports. */
import fc from 'fast-check';
import t from 'tap';
import { UsageError } from '../../src/common/usage-error.ts';
import type { Target } from '../../src/model/report.ts';
import { namesOfReport, vipOfReport } from '../../src/records/from-report.ts';
import { report, resolved, target, unanswered } from '../report/samples.ts';

const VIP = '10.0.1.5';
const OTHER_SERVER = '10.0.0.5';

const instance = (host: string, resolutions: Target['resolutions'], changes: Partial<Target> = {}) =>
  target('gateway', host, 443, { resolutions, ...changes });

const namesIn = (targets: readonly Target[], vip = VIP) => namesOfReport({ targets }, vip, 'r.json');

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
  throw new Error('nothing was thrown');
}

t.test('a name is right if every server resolves it only to the virtual IP', async (t) => {
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

t.test('a name counts once, and is missing if it is missing for one of its ports', async (t) => {
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

t.test('the gateway of a further region has its own address', async (t) => {
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
  const having = (vip: string | null) => {
    return { environment: { ...environment, network: { ...environment.network, vip } } };
  };
  t.equal(vipOfReport(having('10.0.1.5'), 'r.json'), '10.0.1.5');
  t.equal(vipOfReport(having(null), 'r.json'), null);
  t.match(
    problemsOf(() => vipOfReport(having('$(reboot)'), 'r.json')),
    ['r.json: environment.network.vip: "$(reboot)" must be an IPv4 or IPv6 address; "$(reboot)" is neither'],
  );
});

t.test('an invalid host name is refused in every place', async (t) => {
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

t.test('any host name at all is read or refused', async () => {
  const some = fc.record({ group: fc.constantFrom('gateway' as const, 'sql' as const), host: fc.string() });
  fc.assert(
    fc.property(fc.array(some), (targets) => {
      try {
        const { missing } = namesIn(
          targets.map(({ group, host }) => target(group, host, 443, { resolutions: [resolved('10.0.1.9')] })),
        );
        return missing.hosts.every((host) => /^[a-z0-9.-]+$/.test(host));
      } catch (error) {
        return error instanceof UsageError;
      }
    }),
  );
});
