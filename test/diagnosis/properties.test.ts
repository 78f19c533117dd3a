import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { FAILURES } from '../../probes/failures.ts';
import { diagnose } from '../../src/diagnosis/index.ts';
import { subnetCapacity } from '../../src/environment/subnet-capacity.ts';
import type { Control } from '../../src/model/controls.ts';
import { type Attempt, type Observations, Report, type Target } from '../../src/model/report.ts';
import { GROUPS, STATUSES } from '../../src/model/vocabulary.ts';
import { fuzzRuns } from '../fuzz-runs.ts';
import { addressOf, attempt, observations, target, tls, unanswered } from './build.ts';

const SERVERS = ['10.0.0.4', '10.0.0.5', '168.63.129.16', '127.0.0.1:5353'] as const;
const HOSTS = [
  'a.blob.core.windows.net',
  'b.database.windows.net',
  'c.net',
  'contoso.azure-api.net',
  'contoso-westus-01.regional.azure-api.net',
  '10.0.0.4',
  '8.8.8.8',
  'x y',
  '',
];
const ADDRESSES = [
  '20.1.1.1',
  '20.1.1.2',
  '10.2.0.4',
  '0.0.0.0',
  '127.0.0.1',
  '2603::1',
  'fd00::1',
  'no address',
];
const CHAINS = [
  [],
  ['a.privatelink.blob.core.windows.net'],
  ['privatelink.'],
  ['ak.privatelink.msidentity.com', ''],
];
const AUTHORITIES = [
  [],
  ['x.net azureprivatedns.net'],
  [''],
  [' '],
  ['windows.net ns1.azure-dns.com', 'a b c'],
];
const ISSUERS = [null, 'Microsoft Corporation', 'Contoso', ''];

const failure = fc.option(fc.constantFrom(...FAILURES));
const address = fc.constantFrom(...ADDRESSES);
const chain = fc.constantFrom(...CHAINS).map((names) => [...names]);

const resolution = fc
  .record({
    server: fc.constantFrom(...SERVERS),
    failure,
    ms: fc.constantFrom(2, 2500),
    addresses: fc.array(address, { maxLength: 2 }),
    cname: chain,
    authority: fc.constantFrom(...AUTHORITIES).map((soa) => [...soa]),
  })
  .map((given) => ({ ...unanswered(given.failure ?? 'dns_nodata'), ...given }));

const facts = fc.oneof(
  fc.constant({}),
  fc.constant({ defect: true as const }),
  fc.constantFrom('connect', 'certificate', 'reply').map((proof) => ({ proof }) as const),
  fc
    .record({
      trust: fc.constantFrom('public', 'extra', 'none'),
      nameMatches: fc.boolean(),
      issuer: fc.constantFrom(...ISSUERS),
      fingerprint256: fc.constantFrom('1', '2', '3', '4'),
      validFrom: fc.option(fc.constant('2030-01-01T00:00:00.000Z')),
      bare: fc.boolean(),
    })
    .map(({ trust, nameMatches, issuer, fingerprint256, validFrom, bare }) => ({
      ...tls(
        { trust, nameMatches, ...(bare && { chain: [] }) },
        { issuerOrganization: issuer, fingerprint256, validFrom },
      ),
    })),
  fc.option(fc.constantFrom('Azure Firewall', 'Zscaler')).map((blockPage) => ({
    http: { status: 403, headers: {}, bodyBytes: 0, bodyStart: '', blockPage },
  })),
);

const attempts: fc.Arbitrary<Attempt[]> = fc.array(
  fc
    .tuple(address, failure, facts, fc.constantFrom('name', 'vip'))
    .map(([where, why, seen, addressFrom]) => ({ ...attempt(where, why, seen), addressFrom }) as const),
  { maxLength: 3 },
);

const oneTarget: fc.Arbitrary<Target> = fc
  .record({
    group: fc.constantFrom(...GROUPS),
    host: fc.constantFrom(...HOSTS),
    port: fc.constantFrom(53, 80, 443, 1433),
    status: fc.constantFrom(...STATUSES),
    required: fc.boolean(),
    failure,
    until: fc.option(fc.constant('2023-08-29')),
    serviceTag: fc.option(fc.constantFrom('Storage', 'Sql', 'AzureMonitor')),
    kind: fc.constantFrom('catalog', 'config', 'import'),
    addresses: fc.array(fc.tuple(address, chain), { maxLength: 2 }),
    addressesFrom: fc.constantFrom(null, 'hosts-file', '10.0.0.4'),
    reason: fc.option(fc.constant('why')),
    resolutions: fc.array(resolution, { maxLength: 3 }),
    attempts,
  })
  .map(({ group, host, kind, addresses, ...given }) =>
    target(group, host, {
      ...given,
      source: { kind, document: 'a document', asOf: '2026-04-30', name: null },
      addresses: addresses.map((one) => addressOf(...one)),
    }),
  );

const answer = fc.record({
  server: fc.constantFrom(...SERVERS),
  name: fc.constantFrom(...HOSTS),
  rcode: fc.constantFrom('NOERROR', 'NXDOMAIN', 'SERVFAIL', 'dns_timeout'),
  addresses: fc.array(address, { maxLength: 2 }),
  cname: chain,
  authority: fc.constantFrom<string[]>([], ['a.net azureprivatedns.net']),
  ms: fc.constantFrom(1, 2500),
});

const outcome = fc.constantFrom('expected', 'anomalous', 'unknown');
const text = 'a control';

function control(ids: readonly string[]): fc.Arbitrary<Control> {
  const answers = fc.array(answer, { maxLength: 3 });
  const offsetMs = fc.option(fc.constantFrom(0, 300_001, -86_400_000 * 9000));
  return fc.oneof(
    fc.record({
      name: fc.constant('dns-random-name' as const),
      outcome,
      detail: fc.record({ text: fc.constant(text), answers }),
    }),
    fc.record({
      name: fc.constant('azure-dns' as const),
      outcome,
      detail: fc.record({
        text: fc.constant(text),
        server: fc.constant('168.63.129.16'),
        tcp: fc.constant(null),
        answers,
      }),
    }),
    fc.record({
      name: fc.constant('tcp-reserved-address' as const),
      outcome,
      detail: fc.record({
        text: fc.constant(text),
        address: fc.constant('192.0.2.1:443'),
        connected: fc.boolean(),
        failure,
      }),
    }),
    fc.record({
      name: fc.constant('tls-other-name' as const),
      outcome,
      detail: fc.record({
        text: fc.constant(text),
        target: fc.constantFrom('none/such:1', ...ids),
        address,
        serverName: fc.option(fc.constant('other.net')),
        wentFurther: fc.boolean(),
        failure,
      }),
    }),
    fc.record({
      name: fc.constant('dns-zone-authority' as const),
      outcome,
      detail: fc.record({
        text: fc.constant(text),
        zones: fc.array(
          fc.record({
            server: fc.constantFrom(...SERVERS),
            suffix: fc.constantFrom('blob.core.windows.net', 'azure-api.net'),
            rcode: fc.constant('NOERROR'),
            zone: fc.option(fc.constantFrom('blob.core.windows.net', 'windows.net', 'azure-api.net', '')),
            primary: fc.option(fc.constantFrom('azureprivatedns.net', 'dc01.contoso.local', '')),
            authoritative: fc.boolean(),
            private: fc.boolean(),
          }),
          { maxLength: 3 },
        ),
      }),
    }),
    fc.record({
      name: fc.constant('dns-search-domain' as const),
      outcome,
      detail: fc.record({
        text: fc.constant(text),
        wildcards: answers,
        surprises: fc.array(
          fc.record({ host: fc.constantFrom(...HOSTS), domain: fc.constantFrom('corp.example', ''), answer }),
          { maxLength: 2 },
        ),
      }),
    }),
    fc.record({
      name: fc.constant('clock' as const),
      outcome,
      detail: fc.record({
        text: fc.constant(text),
        offsetMs,
        samples: fc.array(fc.record({ peer: fc.constantFrom(...HOSTS), offsetMs: fc.constant(0) }), {
          maxLength: 2,
        }),
      }),
    }),
  );
}

const capacity = fc
  .record({
    tier: fc.constantFrom('premium', 'developer'),
    prefixLength: fc.constantFrom(30, 29, 28, 24),
    units: fc.option(fc.constantFrom(1, 2, 31)),
    vmInside: fc.boolean(),
  })
  .map(({ prefixLength, tier, units, vmInside }) => subnetCapacity(prefixLength, tier, units, vmInside));

const anything: fc.Arbitrary<Observations> = fc
  .uniqueArray(oneTarget, { selector: ({ id }) => id, maxLength: 12 })
  .chain((targets) =>
    fc.record({
      targets: fc.constant(targets),
      controls: fc.array(control(targets.map(({ id }) => id)), { maxLength: 4 }),
      servers: fc.uniqueArray(fc.constantFrom(...SERVERS)),
      capacity: fc.option(capacity),
      vip: fc.option(fc.constantFrom('10.2.0.4', '10.1.0.5')),
      subnet: fc.option(fc.constantFrom('10.1.0.0/27', '10.2.0.0/24', 'nonsense')),
      system: fc.option(
        fc.record({
          order: fc.constant<string[]>(['files', 'dns']),
          timeoutMs: fc.constantFrom(1000, 5000),
          attempts: fc.constantFrom(1, 2),
          ndots: fc.constant(1),
          rotate: fc.boolean(),
        }),
      ),
      overrides: fc.array(
        fc.record({
          host: fc.constantFrom(...HOSTS),
          addresses: fc.array(address, { minLength: 1, maxLength: 2 }),
        }),
        { maxLength: 2 },
      ),
    }),
  )
  .map(({ capacity, vip, subnet, system, overrides, servers, ...given }) =>
    observations({
      ...given,
      environment: {
        network: { interfaces: [], subnet, subnetCapacity: capacity, vip },
        dns: {
          servers: [...servers],
          source: '/etc/resolv.conf',
          searchDomains: [],
          system,
          hostsFile: { path: '/etc/hosts', entries: overrides.length, overrides },
        },
      },
    }),
  );

t.test('for any observations, the diagnosis is complete, valid and independent of order', async () => {
  fc.assert(
    fc.property(anything, (given) => {
      const before = JSON.stringify(given);
      const { targets, findings } = diagnose(given);
      assert.equal(JSON.stringify(given), before, 'observations are left as they are');

      const ids = new Set(given.targets.map(({ id }) => id));
      for (const finding of findings) {
        Report.shape.findings.element.parse(finding);
        assert.ok(
          finding.evidence.every((id) => ids.has(id)),
          'evidence is among the targets',
        );
        const text = [finding.title, finding.explanation, ...finding.remedy].join(' ');
        assert.doesNotMatch(text, /undefined|null|\[object|NaN|Infinity/);
        assert.doesNotMatch(finding.confirm, /[;&`$()\n]/, 'safe to paste');
      }
      for (const one of targets) {
        const explaining = findings.filter(({ evidence }) => evidence.includes(one.id));
        if (one.status === 'unreachable' || one.status === 'intermittent') {
          assert.deepEqual(
            explaining.map(({ cause }) => cause),
            [one.cause],
            'one cause, and one finding for it',
          );
        }
        if (one.status === 'reachable') assert.equal(one.cause, null, 'what is fine has no cause');
      }

      const reversed = diagnose({ ...given, targets: given.targets.toReversed() });
      assert.deepEqual(reversed.findings, findings, 'the order of the targets decides nothing');
      assert.deepEqual(reversed.targets.toReversed(), targets);
    }),
    { numRuns: fuzzRuns(), interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  );
});

t.test('judging again what was judged changes nothing', async () => {
  fc.assert(
    fc.property(anything, ({ environment, controls, targets }) => {
      const first = diagnose({ environment, controls, targets });
      const notes = [...first.notes, ...environment.notes];
      const report = { environment: { ...environment, notes }, ...first };
      assert.deepEqual(diagnose(report), { ...first, notes: [] });
    }),
    { numRuns: fuzzRuns(), interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  );
});
