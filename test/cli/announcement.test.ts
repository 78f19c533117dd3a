/** `--on-change` over several runs: each change is told at least once, whatever became of the run before. */
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
import { kept, probe } from './scheduled.ts';

const now = Date.now();
const UP = ['reachable', 'reachable'] as const;
const DOWN = ['unreachable', 'reachable'] as const;
/** Optional: the verdict is as before. */
const SQL_DOWN = ['reachable', 'unreachable'] as const;

const TELL = 'echo "$PROBE_OLD_VERDICT $PROBE_NEW_VERDICT $(basename "$PROBE_OLD_REPORT")" >>told';
const FAIL = 'echo no mail server >&2; exit 9';

/** Runs an hour apart in a folder of their own, each with what it finds and the command that it has. */
function schedule(cwd: string) {
  let hour = -200;
  return async (
    found: readonly [Status, Status],
    command: string | null = TELL,
    changes: Partial<Report> = {},
    flags: Parameters<typeof probe>[2] = {},
  ) => {
    hour += 1;
    const report = run(now + hour * HOUR, found, changes);
    const before = toldIn(cwd).length;
    const onChange = command === null ? {} : { onChange: [command] };
    const { err } = await probe(cwd, report, { ...onChange, ...flags });
    return { err, told: toldIn(cwd).slice(before), name: nameOf(cwd, report) };
  };
}

function toldIn(cwd: string): string[] {
  const path = join(cwd, 'told');
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
}

const nameOf = (cwd: string, { id }: Report): string =>
  readdirSync(join(cwd, 's/reports')).find((name) => name.endsWith(`-${id.slice(-6)}.json`)) ?? 'not stored';

/** Of the folder; the report that was cut off in it is passed over in words of its own. */
const notesOf = (cwd: string, name: string): string[] =>
  JSON.parse(readFileSync(join(cwd, 's/reports', name), 'utf8')).environment.notes.filter(
    (note: string) => /^the state folder/.test(note) && !note.includes('passed over'),
  );

const announcedIn = (cwd: string) => JSON.parse(readFileSync(join(cwd, 's/announced.json'), 'utf8')).name;

t.test(
  'a command that fails is told again by the next run, and not any more once it went well',
  async (t) => {
    const next = schedule(t.testdir({}));
    const { name } = await next(UP);
    const failed = await next(DOWN, FAIL);
    t.match(failed.err, /on-change: no mail server\n/);
    t.match(
      failed.err,
      /apim-probe: the command of --on-change ended with exit code 9; the next run tells it again\n/,
    );
    t.match((await next(DOWN, 'kill -KILL $$')).err, /signal SIGKILL; the next run tells it again\n/);
    t.strictSame((await next(DOWN)).told, [`ready blocked ${name}`]);
    t.strictSame((await next(DOWN)).told, []);
  },
);

t.test('a run that is ended while its command runs leaves the change to the next one', async (t) => {
  const cwd = t.testdir({});
  const next = schedule(cwd);
  const { name } = await next(UP);
  // What a killed run leaves: its report is kept, and nothing is written after that.
  await next(DOWN, `cp s/announced.json before; ${TELL}`);
  writeFileSync(join(cwd, 's/announced.json'), readFileSync(join(cwd, 'before')));
  t.strictSame((await next(DOWN)).told, [`ready blocked ${name}`]);
});

t.test('the first change has something to be compared with before its report is kept', async (t) => {
  const next = schedule(t.testdir({}));
  const { name } = await next(UP, null);
  await next(DOWN, FAIL);
  t.strictSame((await next(DOWN)).told, [`ready blocked ${name}`]);
});

t.test('two changes in between are one, and none when all is as it was announced', async (t) => {
  const next = schedule(t.testdir({}));
  const { name } = await next(UP);
  await next(DOWN, FAIL);
  await next(SQL_DOWN, FAIL);
  t.strictSame((await next(SQL_DOWN)).told, [`ready ready ${name}`], 'the endpoint, by the announced report');
  await next(DOWN, FAIL);
  t.strictSame((await next(SQL_DOWN)).told, [], 'it came back');
  t.strictSame((await next(SQL_DOWN)).told, []);
});

t.test('a run that did not look at an endpoint does not end the waiting of its change', async (t) => {
  const next = schedule(t.testdir({}));
  const { name } = await next(UP);
  await next(SQL_DOWN, FAIL);
  t.strictSame((await next(['reachable', 'untested'], TELL, { interrupted: 'deadline' })).told, []);
  t.strictSame((await next(SQL_DOWN)).told, [`ready ready ${name}`]);
});

t.test('a run that was cut short neither tells nor announces', async (t) => {
  const cwd = t.testdir({});
  const next = schedule(cwd);
  const { name } = await next(UP);
  await next(DOWN, FAIL);
  await next(['untested', 'untested'], TELL, { interrupted: 'SIGTERM', verdict: 'inconclusive' });
  await next(UP, TELL, { interrupted: 'SIGTERM' });
  t.equal(announcedIn(cwd), name);
  t.strictSame((await next(DOWN)).told, [`ready blocked ${name}`]);
});

t.test('a run without --on-change leaves the memory alone, and tidies around its report', async (t) => {
  const cwd = t.testdir({});
  const next = schedule(cwd);
  const { name } = await next(UP);
  await next(DOWN, FAIL);
  const few = { keepCount: ['2'] };
  for (let times = 0; times < 3; times += 1) await next(DOWN, null, {}, few);
  t.equal(announcedIn(cwd), name);
  t.equal(kept(cwd).length, 3, 'the two newest and this one');
  t.strictSame((await next(DOWN)).told, [`ready blocked ${name}`]);
});

t.test('retention keeps the announced report while a change waits, and no other', async (t) => {
  const cwd = t.testdir({});
  const next = schedule(cwd);
  const { name } = await next(UP);
  const few = { keepCount: ['2'], keepDays: ['1'] };
  for (let times = 0; times < 4; times += 1) {
    await next(DOWN, FAIL, {}, few);
    t.ok(existsSync(join(cwd, 's/reports', name)));
  }
  t.equal(kept(cwd).length, 3);
  t.strictSame((await next(DOWN, `test -s "$PROBE_OLD_REPORT" && ${TELL}`, {}, few)).told, [
    `ready blocked ${name}`,
  ]);
  await next(DOWN, TELL, {}, few);
  t.notOk(existsSync(join(cwd, 's/reports', name)), 'told, it goes like any other');
  t.equal(kept(cwd).length, 2);
});

t.test(
  'a memory that is of no use: the newest report is compared with, and a note says so once',
  async (t) => {
    const other = run(now - 3 * DAY);
    const cases: readonly [string, RegExp, (cwd: string, report: string) => void][] = [
      ['removed', /, which was announced last, is gone; the newest/, (_, report) => rmSync(report)],
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
      const { name, told } = await next(SQL_DOWN);
      t.strictSame(told, [`blocked ready ${failed.name}`], what);
      t.match(notesOf(cwd, name), [note]);
      t.equal(announcedIn(cwd), name, 'and the memory is mended');
      const after = await next(SQL_DOWN);
      t.strictSame(after.told, []);
      t.notMatch(notesOf(cwd, after.name).join('\n'), note);
    }
  },
);

t.test(
  'where nothing can be remembered, runs compare with the newest report, and say what is lost',
  async (t) => {
    const cwd = t.testdir({});
    await fill(join(cwd, 's'), [run(now - 300 * HOUR)]);
    mkdirSync(join(cwd, 's/announced.json'));
    const next = schedule(cwd);
    const told = await next(DOWN);
    t.match(told.told, [/^ready blocked /]);
    t.match(told.err, /note: the state folder .*what was announced cannot be remembered: .+\n/);
    const failed = await next(UP, FAIL);
    t.match(failed.err, /exit code 9; no later run tells it, as what was announced cannot be remembered: /);
    t.strictSame((await next(UP)).told, []);
  },
);

t.test(
  'what was announced under a clock that went ahead is compared with after it was set right',
  async (t) => {
    const cwd = t.testdir({});
    await probe(cwd, run(now - HOUR), { onChange: [TELL] });
    const ahead = run(now + 400 * DAY, DOWN);
    await probe(cwd, ahead, { onChange: [TELL] });
    await probe(cwd, run(now), { onChange: [TELL] });
    t.match(toldIn(cwd), [/^ready blocked /, `blocked ready ${nameOf(cwd, ahead)}`]);
  },
);
