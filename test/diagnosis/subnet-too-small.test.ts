import t from 'tap';
import { subnetCapacity } from '../../src/environment/subnet-capacity.ts';
import type { SubnetCapacity, Target } from '../../src/model/report.ts';
import { diagnoseTargets, failed, observations, reached, target } from './build.ts';

const blob = reached('storage-blob', 'a.blob.core.windows.net', '20.1.1.1', { required: true });

function judged(
  capacity: SubnetCapacity | null,
  targets: readonly Target[] = [blob],
  subnet: string | null = '10.0.1.0/29',
) {
  const { environment } = observations({ targets });
  const network = { ...environment.network, subnet, subnetCapacity: capacity };
  return diagnoseTargets({ targets, environment: { network } });
}

t.test('a subnet that is too small is an error, with this VM or without it', async (t) => {
  const { single } = judged(subnetCapacity(29, 'premium', 2, false));
  const found = single('subnet-too-small');
  t.match(found, {
    severity: 'error',
    owner: 'network',
    title: '10.0.1.0/29 cannot hold 2 units of Premium: at most 1 unit would fit',
    evidence: { length: 0 },
    remedy: [
      /^Use a \/28, the smallest subnet for 2 units of Premium, or a larger one/,
      'Or ask for fewer units.',
    ],
    confirm: 'apim-probe run',
  });
  t.match(
    found.explanation,
    'has 3 usable addresses, as Azure keeps five. In internal mode 2 units of Premium take 5:',
  );
  t.equal(
    judged(subnetCapacity(28, 'premium', 7, true), [blob], '10.0.1.0/28').single('subnet-too-small').title,
    '10.0.1.0/28 cannot hold 7 units of Premium even without this VM: at most 5 units would fit',
  );
});

t.test('the remedy names the smallest subnet that will do', async (t) => {
  for (const [units, smallest] of [
    [2, 28],
    [5, 28],
    [6, 27],
    [13, 27],
    [14, 26],
    [29, 26],
    [30, 25],
    [31, 25],
  ] as const) {
    const found = judged(subnetCapacity(29, 'premium', units, false)).single('subnet-too-small');
    t.match(found.remedy[0], new RegExp(`^Use a /${smallest}, the smallest subnet for ${units} units`));
    t.ok(subnetCapacity(smallest, 'premium', units, false).unitsThatFit >= units);
    t.ok(subnetCapacity(smallest + 1, 'premium', units, false).unitsThatFit < units);
  }
});

t.test('below the smallest subnet nothing fits', async (t) => {
  const { single } = judged(subnetCapacity(30, 'developer', null, true), [blob], '10.0.1.0/30');
  t.match(single('subnet-too-small'), {
    severity: 'error',
    title: '10.0.1.0/30 cannot hold 1 unit of Developer even without this VM: none fits',
    remedy: [/^Use a \/29, the smallest subnet for 1 unit of Developer/],
    confirm: 'apim-probe run',
  });
});

t.test('a /29 is a trap: this VM has the address that the deployment lacks', async (t) => {
  const { findings, single } = judged(subnetCapacity(29, 'premium', null, true));
  t.equal(findings.length, 1);
  t.match(single('subnet-too-small'), {
    severity: 'info',
    owner: 'vm',
    title: '10.0.1.0/29 holds 1 unit of Premium only once this VM is removed from it',
    remedy: [/^Remove this VM and its network interface before the deployment/],
  });
});

t.test('the trap exists for larger subnets too', async (t) => {
  t.equal(judged(subnetCapacity(28, 'premium', 5, true)).single('subnet-too-small').severity, 'info');
});

t.test('a subnet that fits makes no finding', async (t) => {
  for (const capacity of [
    subnetCapacity(29, 'premium', null, false),
    subnetCapacity(29, 'developer', null, true),
    subnetCapacity(28, 'premium', 4, true),
    subnetCapacity(28, 'premium', 5, false),
    subnetCapacity(25, 'premium', 31, true),
    null,
  ]) {
    t.same(judged(capacity).findings, []);
  }
});

t.test('an instance that exists has its addresses', async (t) => {
  for (const instance of [
    reached('gateway', 'contoso.azure-api.net', '10.0.1.5'),
    target('control-plane', 'api.contoso.com', { status: 'untested', reason: 'left out by --only' }),
  ]) {
    for (const capacity of [subnetCapacity(29, 'premium', 2, true), subnetCapacity(29, 'premium', 1, true)]) {
      const found = judged(capacity, [blob, instance]).single('subnet-too-small');
      t.equal(found.severity, 'info');
      t.match(found.explanation, 'An instance exists already: if it is in this subnet, it has the addresses');
    }
  }
});

t.test('a gateway without a name is not an instance', async (t) => {
  const nameless = target('gateway', '<apim>.azure-api.net', {
    status: 'untested',
    reason: 'give --apim NAME',
  });
  t.equal(
    judged(subnetCapacity(29, 'premium', 2, true), [blob, nameless]).single('subnet-too-small').severity,
    'error',
  );
});

t.test('it explains no endpoint, and stands before the errors of single ones', async (t) => {
  const sql = failed('sql', 'a.database.windows.net', '20.2.2.2', 'tcp_timeout', {
    required: true,
    port: 1433,
  });
  const { findings, causes } = judged(subnetCapacity(29, 'premium', 2, true), [blob, sql]);
  t.same(
    findings.map(({ cause }) => cause),
    ['subnet-too-small', 'outbound-dropped'],
  );
  t.equal(causes[sql.id], 'outbound-dropped');
  const trap = judged(subnetCapacity(29, 'premium', 1, true), [blob, sql]).findings;
  t.same(
    trap.map(({ cause }) => cause),
    ['outbound-dropped', 'subnet-too-small'],
  );
});

t.test('a v2 tier takes a /27 or larger, however few its units', async (t) => {
  const { single } = judged(subnetCapacity(28, 'premium-v2', null, false), [], '10.0.1.0/28');
  const { severity, title, remedy } = single('subnet-too-small');
  t.equal(severity, 'error');
  t.equal(title, '10.0.1.0/28 cannot hold 1 unit of Premium v2: the tier takes a /27 or larger');
  t.match(remedy[0], /^Use a \/27,/);
  t.strictSame(judged(subnetCapacity(27, 'premium-v2', 13, false)).findings, []);
});
