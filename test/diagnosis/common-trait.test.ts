import t from 'tap';
import { findCommonTrait } from '../../src/diagnosis/common-trait.ts';
import type { Target } from '../../src/model/report.ts';
import { diagnoseTargets, failed, reached } from './build.ts';

type Given = NonNullable<Parameters<typeof failed>[4]>;

const lost = (host: string, address: string, given: Given = {}) =>
  failed('infrastructure', host, address, 'tcp_timeout', { serviceTag: 'AzureMonitor', ...given });
const passed = (host: string, address: string, given: Given = {}) =>
  reached('infrastructure', host, address, { serviceTag: 'AzureMonitor', ...given });

t.test('the narrowest trait that all lost have and none that passed', async (t) => {
  const kindOf = (one: readonly Target[], other: readonly Target[]) => {
    const trait = findCommonTrait(one, other);
    return trait === null ? null : `${trait.kind} ${trait.value}`;
  };
  const far = passed('p.net', '40.1.1.1');
  t.equal(
    kindOf([lost('a.net', '20.3.3.1'), lost('b.com', '20.3.3.200', { port: 1433 })], [far]),
    'prefix 20.3.3.0/24',
  );
  t.equal(
    kindOf(
      [lost('a.prod.m.com', '20.3.3.1', { port: 80 }), lost('b.prod.m.com', '30.3.3.1')],
      [passed('p.net', '40.1.1.1', { port: 80 }), far],
    ),
    'suffix prod.m.com',
  );
  t.equal(
    kindOf([lost('a.net', '20.3.3.1', { port: 25 }), lost('b.com', '30.3.3.1', { port: 25 })], [far]),
    'port 25',
  );
  const from = (server: string) => ({ addressesFrom: server });
  t.equal(
    kindOf(
      [lost('a.net', '20.3.3.1', from('10.0.0.5')), lost('b.com', '30.3.3.1', from('10.0.0.5'))],
      [passed('p.net', '40.1.1.1', from('10.0.0.4'))],
    ),
    'server 10.0.0.5',
  );
  for (const addressesFrom of [null, 'hosts-file']) {
    t.equal(
      kindOf(
        [lost('a.net', '20.3.3.1', from('10.0.0.4')), lost('b.com', '30.3.3.1', from('10.0.0.4'))],
        [passed('p.net', '40.1.1.1', { addressesFrom })],
      ),
      null,
      'one server alone is not what divides them',
    );
  }
  const amqp = { protocol: 'amqps' } as const;
  t.equal(
    kindOf(
      [lost('a.net', '20.3.3.1', { ...amqp, port: 443 }), lost('b.com', '30.3.3.1', { ...amqp, port: 5671 })],
      [far],
    ),
    'protocol amqps',
  );
  t.equal(
    kindOf(
      [lost('a.net', '20.3.3.1'), lost('b.com', '20.3.200.1', { port: 80 })],
      [far, passed('q.net', '40.1.1.1', { port: 80 })],
    ),
    'prefix 20.3.0.0/16',
  );
  t.equal(
    kindOf([lost('a.net', '20.3.3.1'), lost('b.com', '20.3.3.3')], [passed('p.net', '20.3.3.2')]),
    null,
    'one inside passed',
  );
  t.equal(
    kindOf([lost('a.net', '20.3.3.1'), lost('b.com', '20.3.3.3')], []),
    null,
    'nothing to compare with',
  );
  t.equal(
    kindOf([lost('a.net', '20.3.3.1'), lost('a.net', '20.3.3.1', { port: 80 })], [far]),
    null,
    'one host',
  );
});

const SQL = { port: 1433, protocol: 'tds', required: true, serviceTag: 'Sql' } as const;

t.test('a route for a prefix is one finding, also where it divides a service tag', async (t) => {
  const { findings } = diagnoseTargets({
    targets: [
      lost('a.net', '20.33.0.9'),
      failed('sql', 's.database.windows.net', '20.33.0.5', 'tcp_timeout', SQL),
      failed('key-vault', 'v.vault.azure.net', '20.33.0.6', 'tcp_timeout', { serviceTag: 'AzureKeyVault' }),
      failed('redis', 'r.net', '10.2.0.4', 'tcp_timeout'),
      passed('b.net', '20.33.0.17'),
    ],
  });
  t.match(findings, [
    {
      cause: 'outbound-dropped',
      severity: 'error',
      title: 'Outbound TCP to 20.33.0.0/28 is dropped (3 endpoints)',
      remedy: [/a route whose prefix is 20\.33\.0\.0\/28/, /service tag Sql port 1433/],
    },
    { title: 'Outbound TCP to private addresses, port 443, is dropped' },
  ]);
});

t.test('two missing tags are two findings, although their addresses are near each other', async (t) => {
  const { findings } = diagnoseTargets({
    targets: [
      failed('sql', 's.database.windows.net', '20.33.0.5', 'tcp_timeout', SQL),
      failed('key-vault', 'v.vault.azure.net', '20.33.0.6', 'tcp_timeout', { serviceTag: 'AzureKeyVault' }),
      passed('b.net', '20.33.0.17'),
    ],
  });
  t.equal(findings.length, 2);
});

t.test('a port that nothing passes is one finding', async (t) => {
  const { findings } = diagnoseTargets({
    targets: [
      lost('a.net', '20.1.1.1', { port: 80 }),
      failed('certificates', 'crl.com', '30.1.1.1', 'tcp_timeout', { port: 80, serviceTag: 'Internet' }),
      passed('b.net', '20.1.1.2'),
    ],
  });
  t.match(findings, [
    {
      title: 'Outbound TCP on port 80 is dropped (2 endpoints)',
      remedy: [/leaves out TCP port 80/, /service tag Internet port 80\.$/],
    },
  ]);
  const untagged = diagnoseTargets({
    targets: [
      lost('a.net', '20.1.1.1', { port: 80 }),
      failed('captcha', 'b.com', '30.1.1.1', 'tcp_timeout', { port: 80, serviceTag: null }),
      passed('b.net', '20.1.1.2'),
    ],
  });
  t.match(untagged.findings[0]?.remedy[1], /group captcha \(b\.com\) port 80 /);
});

t.test('a port that passes to a private address is not what the lost have in common', async (t) => {
  const { findings } = diagnoseTargets({
    targets: [
      failed('sql', 's.database.windows.net', '20.33.0.5', 'tcp_timeout', SQL),
      failed('custom', 'sql.example.com', '30.1.1.1', 'tcp_timeout', { ...SQL, serviceTag: null }),
      reached('sql', 'near.database.windows.net', '10.1.0.4', SQL),
      passed('b.net', '20.1.1.2'),
    ],
  });
  t.match(
    findings.map(({ title }) => title),
    [/to service tag Sql/, /to sql\.example\.com/],
  );
});

t.test('another account of the tag passes: a regional tag', async (t) => {
  const near = reached('storage-blob', 'near.blob.core.windows.net', '20.60.1.1', { serviceTag: 'Storage' });
  const far = failed('storage-blob', 'far.blob.core.windows.net', '20.61.1.1', 'tcp_timeout', {
    serviceTag: 'Storage',
  });
  const entra = reached('entra-id', 'login.windows.net', '20.1.1.1', { serviceTag: 'AzureActiveDirectory' });
  const { single } = diagnoseTargets({ targets: [near, far, entra] });
  t.match(single('outbound-dropped'), {
    explanation: /1 other endpoint of the same service tag and port connected/,
    remedy: [/regional service tag such as Storage\.westeurope .* covers near\.blob.* not far\.blob/],
  });
  const table = failed('storage-table', 'far.table.core.windows.net', '20.61.1.2', 'tcp_timeout', {
    serviceTag: 'Storage',
  });
  const both = diagnoseTargets({ targets: [near, far, table, entra] }).single('outbound-dropped');
  t.match(both.remedy[0], /regional/, 'although both addresses are of one prefix');
  const monitor = [lost('a.net', '20.2.1.1'), passed('b.net', '30.2.1.1')];
  t.notMatch(
    diagnoseTargets({ targets: monitor }).single('outbound-dropped').remedy.join(),
    /regional/,
    'no such tag',
  );
});
