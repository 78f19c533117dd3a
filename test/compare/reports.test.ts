/** Changes between two reports. */
import t from 'tap';
import { compareReports } from '../../src/compare/reports.ts';
import { reportsText } from '../../src/compare/text/reports.ts';
import type { Report, Target } from '../../src/model/report.ts';
import { DROPPED, finding, report as reportOf, target } from '../report/samples.ts';
import { environment } from './samples.ts';

const one = (changes: Partial<Target> = {}) => target('sql', 'a.database.windows.net', 1433, changes);
const REFUSED = { ...DROPPED, failure: 'tcp_refused', cause: 'outbound-rejected' } as const;
const UNSTEADY = { status: 'intermittent', failure: 'tcp_timeout', cause: 'intermittent-loss' } as const;
const UNTESTED = { status: 'untested', reason: 'left out by --skip' } as const;

function changed(then: Partial<Target>, now: Partial<Target>) {
  return compareReports(reportOf({ targets: [one(then)] }), reportOf({ targets: [one(now)] }));
}

t.test('without changes nothing is listed', async (t) => {
  const comparison = compareReports(reportOf(), reportOf());
  t.match(comparison.targets, { changed: { length: 0 }, added: { length: 0 }, gone: { length: 0 } });
  t.equal(comparison.targets.unchanged, reportOf().targets.length);
  t.match(comparison, {
    verdict: 'same',
    findings: { added: { length: 0 }, gone: { length: 0 } },
    worse: { total: 0, required: 0 },
  });
});

t.test('a target got better, worse, or just other', async (t) => {
  for (const [then, now, change] of [
    [{}, DROPPED, 'worse'],
    [{}, UNSTEADY, 'worse'],
    [{}, UNTESTED, 'worse'],
    [UNSTEADY, DROPPED, 'worse'],
    [UNSTEADY, UNTESTED, 'worse'],
    [UNTESTED, DROPPED, 'worse'],
    [DROPPED, {}, 'better'],
    [UNSTEADY, {}, 'better'],
    [UNTESTED, {}, 'better'],
    [DROPPED, UNSTEADY, 'better'],
    [DROPPED, REFUSED, 'other'],
    [DROPPED, UNTESTED, 'other'],
    [UNTESTED, UNSTEADY, 'other'],
    [{ required: true }, {}, 'other'],
  ] as const) {
    const comparison = changed(then, now);
    t.match(comparison.targets.changed, [{ id: 'sql/a.database.windows.net:1433', change }]);
    t.equal(comparison.worse.total, change === 'worse' ? 1 : 0);
  }
});

t.test('a change has failure and cause, before and after', async (t) => {
  t.match(changed({ ...DROPPED, required: true }, REFUSED).targets.changed, [
    {
      old: { required: true, status: 'unreachable', failure: 'tcp_timeout', cause: 'outbound-dropped' },
      new: { required: false, status: 'unreachable', failure: 'tcp_refused', cause: 'outbound-rejected' },
    },
  ]);
});

t.test('what is required and got worse is counted apart', async (t) => {
  t.same(changed({}, { ...DROPPED, required: true }).worse, { total: 1, required: 1 });
  t.same(changed({ required: true }, DROPPED).worse, { total: 1, required: 0 });
});

t.test('targets that came and went', async (t) => {
  const other = target('sql', 'b.database.windows.net', 1433, { required: true, ...DROPPED });
  const came = compareReports(reportOf({ targets: [one()] }), reportOf({ targets: [one(), other] }));
  t.match(came.targets, {
    added: [{ id: other.id, status: 'unreachable' }],
    gone: { length: 0 },
    unchanged: 1,
  });
  t.same(came.worse, { total: 1, required: 1 }, 'a new one that is not reached is worse');
  const went = compareReports(reportOf({ targets: [one(), other] }), reportOf({ targets: [one()] }));
  t.match(went.targets, { added: { length: 0 }, gone: [{ id: other.id }] });
  t.same(went.worse, { total: 0, required: 0 });
});

t.test('the verdict', async (t) => {
  const between = (then: 'ready' | 'blocked' | 'inconclusive', now: typeof then) =>
    compareReports(reportOf({ verdict: then }), reportOf({ verdict: now })).verdict;
  t.equal(between('ready', 'blocked'), 'worse');
  t.equal(between('blocked', 'inconclusive'), 'better');
  t.equal(between('ready', 'ready'), 'same');
});

t.test('a finding is the same while it explains one of the same endpoints', async (t) => {
  const before = [finding({ evidence: ['a', 'b'], title: '2 endpoints are dropped' })];
  const same = compareReports(
    reportOf({ findings: before }),
    reportOf({ findings: [finding({ evidence: ['b', 'c', 'd'], title: '3 endpoints are dropped' })] }),
  );
  t.same(same.findings, { added: [], gone: [], changed: [] });
  const other = compareReports(
    reportOf({ findings: before }),
    reportOf({ findings: [finding({ evidence: ['x'] }), finding({ cause: 'clock-skew', evidence: ['a'] })] }),
  );
  t.match(other.findings, {
    added: [
      { cause: 'outbound-dropped', endpoints: 1 },
      { cause: 'clock-skew', endpoints: 1 },
    ],
    gone: [{ cause: 'outbound-dropped', title: '2 endpoints are dropped', endpoints: 2 }],
  });
  const alone = finding({ cause: 'clock-skew', evidence: [], title: 'The clock is wrong' });
  t.same(compareReports(reportOf({ findings: [alone] }), reportOf({ findings: [alone] })).findings, {
    added: [],
    gone: [],
    changed: [],
  });
  const skewed = (title: string) => finding({ cause: 'clock-skew', evidence: [title], title });
  t.match(
    compareReports(
      reportOf({ findings: [skewed('7 minutes')] }),
      reportOf({ findings: [skewed('8 minutes')] }),
    ).findings,
    { added: { length: 0 }, gone: { length: 0 }, changed: { length: 0 } },
    'a measured value may differ',
  );
});

t.test('a finding that spreads over endpoints that are reached, or weighs more, has changed', async (t) => {
  const targets = ['a', 'b'].map((name) => target('sql', name, 1433));
  const [a = '', b = ''] = targets.map(({ id }) => id);
  const cause = 'service-firewall-denied';
  const having = (evidence: string[], severity: 'warning' | 'error') =>
    reportOf({ targets, findings: [finding({ cause, severity, evidence })] });
  const between = (then: Report, now: Report) => compareReports(then, now).findings;
  t.match(between(having([a], 'warning'), having([a, b], 'warning')), {
    added: { length: 0 },
    gone: { length: 0 },
    changed: [{ cause, oldSeverity: 'warning', added: [b], gone: { length: 0 }, endpoints: 2 }],
  });
  t.match(between(having([a, b], 'warning'), having([b], 'warning')).changed, [{ gone: [a] }]);
  t.match(between(having([a], 'warning'), having([a], 'error')).changed, [
    { severity: 'error', oldSeverity: 'warning', added: { length: 0 } },
  ]);
  t.same(between(having([a], 'error'), having([a], 'error')).changed, []);
});

t.test('reports of different scopes are compared in the groups that both cover', async (t) => {
  const [sql, vault] = [
    target('sql', 'a', 1433, { required: true }),
    target('key-vault', 'b', 443, { required: true, ...DROPPED }),
  ];
  const down = finding({ severity: 'error', evidence: [vault.id] });
  const whole = reportOf({ verdict: 'blocked', targets: [sql, vault], findings: [down] });
  const left = { ...vault, ...UNTESTED, failure: null, cause: null };
  const scope = { groups: ['sql' as const], narrowedBy: ['--only sql'], whole: false };
  const narrow = reportOf({ verdict: 'ready', targets: [sql, left], findings: [], scope });
  for (const comparison of [compareReports(whole, narrow), compareReports(narrow, whole)]) {
    t.match(comparison, {
      scope: { groups: ['sql'], same: false, old: 'ready', new: 'ready' },
      verdict: 'same',
      targets: { changed: { length: 0 }, added: { length: 0 }, gone: { length: 0 }, unchanged: 1 },
      findings: { added: { length: 0 }, gone: { length: 0 }, changed: { length: 0 } },
      worse: { total: 0 },
    });
    t.equal(
      comparison.remarks[0],
      'The reports cover different groups; compared are those of both alone: sql.',
    );
    t.match(reportsText(comparison), /\nREADY in the groups of both, as before: 0 endpoints worse/);
  }
  const other = reportOf({ targets: [sql], scope: { ...scope, groups: ['key-vault'] } });
  t.match(compareReports(narrow, other), {
    scope: { groups: { length: 0 }, old: 'inconclusive', new: 'inconclusive' },
    remarks: [/none in common/],
  });
});

t.test('two places, two times and one report are remarked on', async (t) => {
  const there = reportOf({
    id: '019b76da-a800-7000-8000-000000000002',
    startedAt: '2026-05-01T08:30:00.000Z',
    environment: environment({ vm: 'vm-2', subnet: '10.9.0.0/27', dns: { servers: ['10.0.0.4'] } }),
  });
  t.match(compareReports(reportOf(), there).remarks, [
    /^The second report is older than the first/,
    /another VM each \(vm-probe-01, vm-2\)/,
    /another subnet each \(10\.20\.0\.0\/26, 10\.9\.0\.0\/27\)/,
    /^DNS servers: 168\.63\.129\.16 then, 10\.0\.0\.4 now\.$/,
  ]);
  t.match(compareReports(reportOf(), reportOf()).remarks, [/^Both files hold the same report/]);
  t.equal(compareReports({ ...there, environment: reportOf().environment }, reportOf()).remarks.length, 0);
});

t.test('20,000 targets and findings are compared', async (t) => {
  const [sample] = reportOf({ targets: [one()] }).targets;
  if (sample === undefined) throw new Error('no sample');
  const targets = Array.from({ length: 20_000 }, (_, at) => ({ ...sample, id: `sql/s${at}:1433` }));
  const findings = targets.map(({ id }) => finding({ evidence: [id], title: id }));
  const whole = { ...reportOf(), targets, findings };
  t.equal(compareReports(whole, { ...whole, findings: [] }).findings.gone.length, 20_000);
});
