import t from 'tap';
import { changeSince, isChange, isWhole, withChanges } from '../../../src/delivery/history/changes.ts';
import { Report } from '../../../src/model/report.ts';
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
  });
  t.strictSame(changeSince(before, digest(NOW, ['untested', 'untested'])), {
    verdict: null,
    worse: [],
    better: [],
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
