import t from 'tap';
import type { Failure } from '../../probes/failures.ts';
import type { Target } from '../../src/model/report.ts';
import { attempt, diagnoseTargets, failed, reached, target } from './build.ts';

type Given = Parameters<typeof target>[2];

/** Attempts at one address: the given number lost, then one that passed. */
function mixed(index: number, lost: number, failure: Failure = 'tcp_timeout', given: Given = {}): Target {
  const address = `20.10.0.${index}`;
  return target('infrastructure', `m${index}.net`, {
    status: 'intermittent',
    failure,
    serviceTag: 'AzureMonitor',
    attempts: [...Array.from({ length: lost }, () => attempt(address, failure)), attempt(address, null)],
    ...given,
  });
}

/** Dead after so many attempts. */
function dead(group: 'sql' | 'infrastructure', address: string, attempts: number, given: Given = {}): Target {
  return failed(group, `${group}.dead.net`, address, 'tcp_timeout', {
    required: true,
    attempts: Array.from({ length: attempts }, () => attempt(address, 'tcp_timeout')),
    ...given,
  });
}

const SQL = { port: 1433, serviceTag: 'Sql' } as const;
/** 12 endpoints of which 8 lost an attempt: 40 % of 20 attempts. */
const heavy = () => [
  ...Array.from({ length: 8 }, (_, index) => mixed(index + 1, 1)),
  ...Array.from({ length: 4 }, (_, index) => reached('kms', `r${index}.net`, `20.11.0.${index + 1}`)),
];
/** 30 endpoints of which 4 lost an attempt: 12 % of 34. */
const light = () => [
  ...Array.from({ length: 4 }, (_, index) => mixed(index + 1, 1)),
  ...Array.from({ length: 26 }, (_, index) => reached('kms', `r${index}.net`, `20.11.0.${index + 1}`)),
];

t.test('what died amid heavy loss joins the loss, with its rate', async (t) => {
  const sql = dead('sql', '20.2.2.2', 4, SQL);
  const { findings, causes } = diagnoseTargets({ targets: [...heavy(), sql] });
  t.equal(causes[sql.id], 'intermittent-loss');
  t.match(findings, [
    {
      cause: 'intermittent-loss',
      severity: 'error',
      title: '9 endpoints work only some of the time',
      explanation:
        /1 endpoint failed in every attempt \(sql\.dead\.net:1433\): .* 40 % of the attempts were lost/,
    },
  ]);
});

t.test('addresses that never answer are no loss: those of another family, or of one machine', async (t) => {
  const sql = dead('sql', '20.2.2.2', 4, SQL);
  const half = (index: number) =>
    target('infrastructure', `h${index}.net`, {
      status: 'intermittent',
      failure: 'tcp_timeout',
      attempts: [
        ...[1, 2, 3].map(() => attempt(`20.12.1.${index}`, 'tcp_timeout')),
        attempt(`20.12.0.${index}`, null),
      ],
    });
  const targets = [...light(), ...Array.from({ length: 20 }, (_, index) => half(index + 1)), sql];
  t.equal(diagnoseTargets({ targets }).causes[sql.id], 'outbound-dropped');
});

t.test('a death that the loss does not explain stays a death', async (t) => {
  const sql = dead('sql', '20.2.2.2', 4, SQL);
  const { causes } = diagnoseTargets({ targets: [...light(), sql] });
  t.equal(causes[sql.id], 'outbound-dropped', 'light loss');
  const many = [1, 2, 3].map((index) =>
    dead('infrastructure', `20.2.2.${index}`, 3, { port: 5670 + index, serviceTag: 'EventHub' }),
  );
  const whole = diagnoseTargets({ targets: [...heavy(), ...many] });
  t.same(
    many.map(({ id }) => whole.causes[id]),
    ['outbound-dropped', 'outbound-dropped', 'outbound-dropped'],
    'a whole destination does not die by chance',
  );
});

t.test('beside others of the same tag and port that pass, no rule is missing', async (t) => {
  const peer = dead('infrastructure', '20.2.2.2', 3, { serviceTag: 'AzureMonitor' });
  t.equal(diagnoseTargets({ targets: [...light(), peer] }).causes[peer.id], 'intermittent-loss');
  const other = dead('infrastructure', '20.2.2.2', 3, { serviceTag: 'AzureMonitor', port: 1886 });
  t.equal(
    diagnoseTargets({ targets: [...light(), other] }).causes[other.id],
    'outbound-dropped',
    'other port',
  );
});

t.test(
  'it takes three endpoints that lose, of the same kind, at one address each, and in public',
  async (t) => {
    const sql = dead('sql', '20.2.2.2', 3, SQL);
    const cause = (targets: readonly Target[], of: Target = sql) =>
      diagnoseTargets({ targets: [...targets, of] }).causes[of.id];
    t.equal(cause(heavy().slice(6)), 'outbound-dropped', 'two are not many');
    const resets = Array.from({ length: 8 }, (_, index) => mixed(index + 1, 1, 'tcp_refused'));
    t.equal(cause(resets), 'outbound-dropped', 'resets explain no silence');
    const halves = Array.from({ length: 8 }, (_, index) =>
      mixed(index + 1, 1, 'tcp_timeout', {
        attempts: [attempt(`20.10.1.${index}`, 'tcp_timeout'), attempt(`20.10.0.${index}`, null)],
      }),
    );
    t.equal(cause(halves), 'outbound-dropped', 'an address that always fails is not chance');
    const inside = dead('sql', '10.2.0.4', 3, SQL);
    t.equal(cause(heavy(), inside), 'outbound-dropped', 'a private address');
  },
);
