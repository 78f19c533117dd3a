import t from 'tap';
import {
  changeSince,
  findingChange,
  isChange,
  isWhole,
  withChanges,
} from '../../../src/delivery/history/changes.ts';
import { Report } from '../../../src/model/report.ts';
import { finding } from '../../report/samples.ts';
import { BLOB, DAY, digest, HOUR, MINUTE, NOW, run, SQL } from './samples.ts';

const NONE = new Map<string, string | null>();

function changesOf(report: Report, before: Parameters<typeof withChanges>[1], carried = NONE) {
  const complete = Report.parse(withChanges(report, before, carried));
  const of = (id: string) => {
    const found = complete.targets.find((each) => each.id === id);
    return [found?.lastStatusChange, found?.flaps];
  };
  return { blob: of(BLOB), sql: of(SQL) };
}

t.test('the first run knows of no change', async (t) => {
  t.strictSame(changesOf(run(NOW), []), { blob: [null, 0], sql: [null, 0] });
});

t.test('a status that is another one changed with this run', async (t) => {
  const before = [digest(NOW - 15 * MINUTE), digest(NOW - 30 * MINUTE)];
  const now = run(NOW, ['unreachable', 'reachable']);
  t.strictSame(changesOf(now, before), { blob: [now.startedAt, 1], sql: [null, 0] });
});

t.test('a status that stays keeps the time that the last report has', async (t) => {
  const carried = new Map([[BLOB, '2026-01-01T00:00:00.000Z']]);
  const { blob, sql } = changesOf(run(NOW), [digest(NOW - 15 * MINUTE)], carried);
  t.strictSame(blob, ['2026-01-01T00:00:00.000Z', 0]);
  t.strictSame(sql, [null, 0]);
});

t.test('a run that did not test it is ignored', async (t) => {
  const before = [
    digest(NOW - 15 * MINUTE, ['untested', 'untested']),
    digest(NOW - 30 * MINUTE, ['reachable', 'unreachable']),
  ];
  const carried = new Map([[SQL, '2026-01-01T00:00:00.000Z']]);
  const now = run(NOW, ['reachable', 'reachable']);
  t.strictSame(changesOf(now, before, carried), { blob: [null, 0], sql: [now.startedAt, 1] });
  const untested = run(NOW, ['untested', 'untested']);
  t.strictSame(changesOf(untested, before, carried), {
    blob: [null, 0],
    sql: ['2026-01-01T00:00:00.000Z', 0],
  });
});

t.test('flaps are those of the last 24 hours', async (t) => {
  const flapping = Array.from({ length: 60 }, (_, place) =>
    digest(NOW - (place + 1) * HOUR, ['reachable', place % 2 === 0 ? 'unreachable' : 'reachable']),
  );
  t.strictSame(changesOf(run(NOW), flapping).sql, [run(NOW).startedAt, 24]);
  t.strictSame(changesOf(run(NOW + 3 * DAY), flapping).sql[1], 0);
});

t.test('what one run made of another', async (t) => {
  const before = digest(NOW - HOUR, ['reachable', 'unreachable']);
  t.strictSame(changeSince(before, digest(NOW, ['unreachable', 'intermittent'])), {
    verdict: 'ready',
    worse: [BLOB],
    better: [SQL],
    findings: { added: [], gone: [] },
  });
  t.strictSame(changeSince(before, digest(NOW, ['untested', 'untested'])), {
    verdict: null,
    worse: [],
    better: [],
    findings: { added: [], gone: [] },
  });
});

t.test('what is announced: another verdict, or other targets that are not reached', async (t) => {
  const [well, sqlDown] = [digest(NOW - HOUR), digest(NOW, ['reachable', 'unreachable'])];
  t.equal(isChange(well, digest(NOW)), false);
  t.equal(isChange(well, sqlDown), true, 'an optional one is gone');
  t.equal(isChange(sqlDown, well), true, 'and is back');
  t.equal(isChange(well, digest(NOW, ['intermittent', 'reachable'])), false, 'reached some of the time');
  t.equal(
    isChange(sqlDown, digest(NOW, ['reachable', 'untested'])),
    false,
    'an untested target does not count',
  );
  t.equal(isChange(well, digest(NOW, undefined, { verdict: 'degraded' })), true);
  t.equal(isChange(sqlDown, digest(NOW, undefined, { targets: [] })), true, 'no longer asked for');
});

const ONLY_SQL: Partial<Report> = {
  scope: { groups: ['sql'], narrowedBy: ['--only sql'], whole: false },
  verdict: 'inconclusive',
};

t.test('runs of different scopes are compared in the groups that both cover', async (t) => {
  const well = digest(NOW - HOUR, ['unreachable', 'reachable']);
  const narrow = digest(NOW, ['untested', 'reachable'], ONLY_SQL);
  t.equal(isChange(well, narrow), false, 'their verdicts are about different things');
  t.strictSame(changeSince(well, narrow).verdict, null);
  const down = digest(NOW, ['untested', 'unreachable'], ONLY_SQL);
  t.equal(isChange(well, down), true);
  t.strictSame(changeSince(well, down).worse, [SQL]);
  t.equal(isChange(narrow, digest(NOW, ['untested', 'reachable'], { ...ONLY_SQL, verdict: 'ready' })), true);
  const absent = digest(NOW, ['reachable', 'reachable'], { ...ONLY_SQL, targets: run(NOW).targets.slice(1) });
  t.equal(isChange(well, absent), false, 'what the scope leaves out is not gone');
  t.strictSame(narrow.summary, {
    required: { total: 0, reachable: 0, intermittent: 0, unreachable: 0, untested: 0 },
    optional: { total: 1, reachable: 1, intermittent: 0, unreachable: 0, untested: 0 },
  });
});

const DENIED = 'service-firewall-denied';
const having = (findings: Report['findings'], statuses?: Parameters<typeof digest>[1]) =>
  digest(NOW, statuses, { verdict: 'degraded', findings });
const denied = (evidence: string[]) => finding({ cause: DENIED, severity: 'warning', evidence });

t.test('findings that come and go are announced, whatever the statuses', async (t) => {
  const [none, one, two] = [having([]), having([denied([SQL])]), having([denied([SQL, BLOB])])];
  t.equal(isChange(one, one), false);
  t.strictSame(findingChange(none, one), { added: [DENIED], gone: [] });
  t.strictSame(findingChange(one, none), { added: [], gone: [DENIED] });
  t.strictSame(findingChange(one, two), { added: [DENIED], gone: [] }, 'at another endpoint');
  t.strictSame(findingChange(two, one), { added: [], gone: [DENIED] });
  for (const [before, after] of [
    [none, one],
    [one, none],
    [one, two],
  ] as const) {
    t.equal(isChange(before, after), true);
  }
  t.equal(isChange(none, having([finding({ severity: 'info', evidence: [SQL] })])), false, 'a remark');
  const narrow = digest(NOW, ['untested', 'reachable'], { ...ONLY_SQL, findings: [denied([SQL])] });
  t.equal(isChange(two, narrow), false, 'what one of them did not test');
  t.strictSame(findingChange(narrow, having([])).gone, [DENIED]);
});

t.test('one cause that hits other endpoints is one finding', async (t) => {
  const lost = (id: string, statuses: Parameters<typeof digest>[1]) =>
    having([finding({ cause: 'intermittent-loss', severity: 'warning', evidence: [id] })], statuses);
  t.equal(
    isChange(lost(SQL, ['reachable', 'intermittent']), lost(BLOB, ['intermittent', 'reachable'])),
    false,
  );
  const skewed = (evidence: string[]) =>
    having([finding({ cause: 'clock-skew', severity: 'warning', evidence })]);
  t.equal(isChange(skewed([SQL]), skewed([BLOB])), false, 'of the whole network');
  t.strictSame(findingChange(skewed([]), having([])).gone, ['clock-skew']);
});

t.test('a digest of an earlier version has no findings to compare', async (t) => {
  t.equal(isChange({ ...having([]), findings: null }, having([denied([SQL])])), false);
});

t.test('an interrupted run is not compared with; one that ran out of time is', async (t) => {
  for (const [interrupted, whole] of [
    [null, true],
    ['deadline', true],
    ['SIGTERM', false],
    ['SIGINT', false],
    ['defect', false],
  ] as const) {
    t.equal(isWhole({ interrupted }), whole, String(interrupted));
  }
});
