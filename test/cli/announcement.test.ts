/** `--on-change` over several runs: each change is announced at least once, even after a run that was killed. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import type { Report } from '../../src/model/report.ts';
import type { Status } from '../../src/model/vocabulary.ts';
import { DAY, fill, HOUR, run } from '../delivery/history/samples.ts';
import { probe, storedReports } from './scheduled.ts';

const now = Date.now();
const UP = ['reachable', 'reachable'] as const;
const DOWN = ['unreachable', 'reachable'] as const;
/** An optional endpoint: the verdict does not change. */
const SQL_DOWN = ['reachable', 'unreachable'] as const;

const RECORD_CHANGE =
  'echo "$PROBE_OLD_VERDICT $PROBE_NEW_VERDICT $(basename "$PROBE_OLD_REPORT")" >>changes';
const FAIL = 'echo no mail server >&2; exit 9';

/** Runs an hour apart in one folder, each with its result and its command. */
function schedule(cwd: string) {
  let hour = -200;
  return async (
    found: readonly [Status, Status],
    command: string | null = RECORD_CHANGE,
    changes: Partial<Report> = {},
    flags: Parameters<typeof probe>[2] = {},
  ) => {
    hour += 1;
    const report = run(now + hour * HOUR, found, changes);
    const before = changesIn(cwd).length;
    const onChange = command === null ? {} : { onChange: [command] };
    const { err } = await probe(cwd, report, { ...onChange, ...flags });
    return { err, announced: changesIn(cwd).slice(before), name: nameOf(cwd, report) };
  };
}

function changesIn(cwd: string): string[] {
  const path = join(cwd, 'changes');
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
}

const nameOf = (cwd: string, { id }: Report): string =>
  readdirSync(join(cwd, 's/reports')).find((name) => name.endsWith(`-${id.slice(-6)}.json`)) ?? 'not stored';

/** Notes about the folder, without the note about the ignored report that was cut off. */
const notesOf = (cwd: string, name: string): string[] =>
  JSON.parse(readFileSync(join(cwd, 's/reports', name), 'utf8')).environment.notes.filter(
    (note: string) => /^the state folder/.test(note) && !note.includes('ignored'),
  );

const announcedIn = (cwd: string) => JSON.parse(readFileSync(join(cwd, 's/announced.json'), 'utf8')).name;

t.test('after a failed command the next run announces the change again, until it succeeds', async (t) => {
  const next = schedule(t.testdir({}));
  const { name } = await next(UP);
  const failed = await next(DOWN, FAIL);
  t.match(failed.err, /on-change: no mail server\n/);
  t.match(
    failed.err,
    /apim-probe: the command of --on-change ended with exit code 9; the next run reports it again\n/,
  );
  t.match((await next(DOWN, 'kill -KILL $$')).err, /signal SIGKILL; the next run reports it again\n/);
  t.strictSame((await next(DOWN)).announced, [`ready blocked ${name}`]);
  t.strictSame((await next(DOWN)).announced, []);
});

t.test('a run that is ended while its command runs leaves the change to the next one', async (t) => {
  const cwd = t.testdir({});
  const next = schedule(cwd);
  const { name } = await next(UP);
  // The state after a killed run: its report is stored, and nothing is written after that.
  await next(DOWN, `cp s/announced.json before; ${RECORD_CHANGE}`);
  writeFileSync(join(cwd, 's/announced.json'), readFileSync(join(cwd, 'before')));
  t.strictSame((await next(DOWN)).announced, [`ready blocked ${name}`]);
});

t.test('the first change has a baseline before its report is stored', async (t) => {
  const next = schedule(t.testdir({}));
  const { name } = await next(UP, null);
  await next(DOWN, FAIL);
  t.strictSame((await next(DOWN)).announced, [`ready blocked ${name}`]);
});

t.test('two unannounced changes become one, or none after a return to the announced state', async (t) => {
  const next = schedule(t.testdir({}));
  const { name } = await next(UP);
  await next(DOWN, FAIL);
  await next(SQL_DOWN, FAIL);
  t.strictSame(
    (await next(SQL_DOWN)).announced,
    [`ready ready ${name}`],
    'the endpoint, by the announced report',
  );
  await next(DOWN, FAIL);
  t.strictSame((await next(SQL_DOWN)).announced, [], 'it came back');
  t.strictSame((await next(SQL_DOWN)).announced, []);
});

t.test('a run that did not test an endpoint leaves its change pending', async (t) => {
  const next = schedule(t.testdir({}));
  const { name } = await next(UP);
  await next(SQL_DOWN, FAIL);
  t.strictSame(
    (await next(['reachable', 'untested'], RECORD_CHANGE, { interrupted: 'deadline' })).announced,
    [],
  );
  t.strictSame((await next(SQL_DOWN)).announced, [`ready ready ${name}`]);
});

t.test('an interrupted run neither announces nor records', async (t) => {
  const cwd = t.testdir({});
  const next = schedule(cwd);
  const { name } = await next(UP);
  await next(DOWN, FAIL);
  await next(['untested', 'untested'], RECORD_CHANGE, { interrupted: 'SIGTERM', verdict: 'inconclusive' });
  await next(UP, RECORD_CHANGE, { interrupted: 'SIGTERM' });
  t.equal(announcedIn(cwd), name);
  t.strictSame((await next(DOWN)).announced, [`ready blocked ${name}`]);
});

t.test('a run without --on-change leaves the record alone, and does not remove its report', async (t) => {
  const cwd = t.testdir({});
  const next = schedule(cwd);
  const { name } = await next(UP);
  await next(DOWN, FAIL);
  const few = { keepCount: ['2'] };
  for (let times = 0; times < 3; times += 1) await next(DOWN, null, {}, few);
  t.equal(announcedIn(cwd), name);
  t.equal(storedReports(cwd).length, 3, 'the two newest and this one');
  t.strictSame((await next(DOWN)).announced, [`ready blocked ${name}`]);
});

t.test('retention stores the announced report while a change is pending, and no other', async (t) => {
  const cwd = t.testdir({});
  const next = schedule(cwd);
  const { name } = await next(UP);
  const few = { keepCount: ['2'], keepDays: ['1'] };
  for (let times = 0; times < 4; times += 1) {
    await next(DOWN, FAIL, {}, few);
    t.ok(existsSync(join(cwd, 's/reports', name)));
  }
  t.equal(storedReports(cwd).length, 3);
  t.strictSame((await next(DOWN, `test -s "$PROBE_OLD_REPORT" && ${RECORD_CHANGE}`, {}, few)).announced, [
    `ready blocked ${name}`,
  ]);
  await next(DOWN, RECORD_CHANGE, {}, few);
  t.notOk(existsSync(join(cwd, 's/reports', name)), 'once announced, it is removed like any other');
  t.equal(storedReports(cwd).length, 2);
});

t.test('an unusable record: the run compares with the newest report and notes it once', async (t) => {
  const other = run(now - 3 * DAY);
  const cases: readonly [string, RegExp, (cwd: string, report: string) => void][] = [
    [
      'removed',
      /, which was announced last, is gone; comparing with the newest/,
      (_, report) => rmSync(report),
    ],
    ['cut off', /, which was announced last, is cut off: .*;/, (_, report) => truncateSync(report, 500)],
    [
      'of another folder',
      /announced\.json names another report than apim-probe-report-/,
      (cwd, report) =>
        writeFileSync(
          join(cwd, 's/announced.json'),
          JSON.stringify({ version: 1, name: basename(report), id: other.id }),
        ),
    ],
    [
      'damaged',
      /announced\.json is damaged, or cannot be read/,
      (cwd) => truncateSync(join(cwd, 's/announced.json'), 20),
    ],
  ];
  for (const [what, note, harm] of cases) {
    const cwd = t.testdir({});
    const next = schedule(cwd);
    const first = await next(UP);
    const failed = await next(DOWN, FAIL);
    harm(cwd, join(cwd, 's/reports', first.name));
    const { name, announced } = await next(SQL_DOWN);
    t.strictSame(announced, [`blocked ready ${failed.name}`], what);
    t.match(notesOf(cwd, name), [note]);
    t.equal(announcedIn(cwd), name, 'and the record is repaired');
    const after = await next(SQL_DOWN);
    t.strictSame(after.announced, []);
    t.notMatch(notesOf(cwd, after.name).join('\n'), note);
  }
});

t.test(
  'without a writable record, runs compare with the newest report and report what is lost',
  async (t) => {
    const cwd = t.testdir({});
    await fill(join(cwd, 's'), [run(now - 300 * HOUR)]);
    mkdirSync(join(cwd, 's/announced.json'));
    const next = schedule(cwd);
    const result = await next(DOWN);
    t.match(result.announced, [/^ready blocked /]);
    t.match(result.err, /note: the state folder .*the announced report cannot be recorded: .+\n/);
    const failed = await next(UP, FAIL);
    t.match(
      failed.err,
      /exit code 9; no later run reports it, because the announced report cannot be recorded: /,
    );
    t.strictSame((await next(UP)).announced, []);
  },
);

t.test('a report announced with a fast clock is the baseline after the clock was corrected', async (t) => {
  const cwd = t.testdir({});
  await probe(cwd, run(now - HOUR), { onChange: [RECORD_CHANGE] });
  const ahead = run(now + 400 * DAY, DOWN);
  await probe(cwd, ahead, { onChange: [RECORD_CHANGE] });
  await probe(cwd, run(now), { onChange: [RECORD_CHANGE] });
  t.match(changesIn(cwd), [/^ready blocked /, `blocked ready ${nameOf(cwd, ahead)}`]);
});
