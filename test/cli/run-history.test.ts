/** A run with `--state`: what it stores, how it uses earlier runs, and which errors it survives. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import t, { type Test } from 'tap';
import { takeLock } from '../../src/delivery/files/lock.ts';
import type { Report } from '../../src/model/report.ts';
import { WrittenReport } from '../../src/model/written-report.ts';
import { toNetworkStatus } from '../../src/report/network-status.ts';
import { BLOB, DAY, fill, HOUR, older, run } from '../delivery/history/samples.ts';
import { parsedReport } from '../report/samples.ts';
import { probe, storedReports } from './scheduled.ts';

const now = Date.now();

const blobOf = (report: Report | undefined) => report?.targets.find(({ id }) => id === BLOB);

t.test('stores the report in the folder and releases the lock', async (t) => {
  const cwd = t.testdir({});
  const { code, out, err } = await probe(cwd, run(now));
  t.equal(code, 0);
  t.equal(out, '', 'it is stored: stdout is not needed');
  t.match(err, /Report: .*\/s\/reports\/apim-probe-report-/);
  t.equal(storedReports(cwd).length, 1);
  t.strictSame(readdirSync(join(cwd, 's')).toSorted(), ['index.json', 'reports']);
});

t.test('status changes carry over from run to run, in NetworkStatus too', async (t) => {
  const cwd = t.testdir({});
  const times = [3, 2, 1, 0].map((hours) => now - hours * HOUR);
  const statuses = ['reachable', 'unreachable', 'unreachable', 'untested'] as const;
  for (const [place, at] of times.entries()) {
    await probe(cwd, run(at, [statuses[place] ?? 'reachable', 'reachable']));
  }
  const reports = storedReports(cwd);
  const changed = new Date(times[1] ?? 0).toISOString();
  t.strictSame(
    reports.map((each) => blobOf(each)?.lastStatusChange),
    [null, changed, changed, changed],
  );
  t.strictSame(
    reports.map((each) => blobOf(each)?.flaps),
    [0, 1, 1, 1],
  );
  const [third] = reports.slice(2).flatMap(toNetworkStatus);
  const entries = third?.networkStatus.connectivityStatus ?? [];
  t.equal(entries.find(({ name }) => name.startsWith('a.blob'))?.lastStatusChange, changed);
});

t.test('retention removes the oldest', async (t) => {
  const cwd = t.testdir({});
  await fill(join(cwd, 's'), [run(now - 40 * HOUR), run(now - 20 * HOUR), run(now - 2 * HOUR)]);
  await probe(cwd, run(now - HOUR), { keepDays: ['1'] });
  t.equal(storedReports(cwd).length, 3, 'by age');
  await probe(cwd, run(now), { keepCount: ['2'] });
  t.equal(storedReports(cwd).length, 2, 'by count');
});

t.test('a second run ends at once with a message', async (t) => {
  const cwd = t.testdir({ s: {} });
  const locking = await takeLock(join(cwd, 's/lock'));
  if (locking.kind !== 'held') throw new Error('busy');
  let probed = false;
  const { code, out, err } = await probe(cwd, run(now), {}, async () => {
    probed = true;
  });
  t.equal(code, 75);
  t.equal(out, '');
  t.match(
    err,
    new RegExp(`^apim-probe: another run is in progress in .* \\(process ${process.pid}, since .*: nothing`),
  );
  t.notOk(probed);
  await locking.lock.release();
  t.equal((await probe(cwd, run(now))).code, 0);
});

t.test('the lock of a dead run is taken over, and the report notes it', async (t) => {
  const holder = { pid: 7, since: '2026-05-04T08:30:00.000Z', token: 'a', boot: 'another' };
  const cwd = t.testdir({ s: { lock: JSON.stringify({ ...holder, started: null, namespace: null }) } });
  t.equal((await probe(cwd, run(now))).code, 0);
  t.match(storedReports(cwd)[0]?.environment.notes.at(-1), /08:30:00\.000Z \(process 7\) ended early/);
});

t.test(
  'a folder that cannot be made: the report goes to stdout, exit 4, and its notes have the reason',
  async (t) => {
    const { code, out, err } = await probe(t.testdir({}), run(now), { state: ['/proc/apim-probe'] });
    t.equal(code, 4);
    t.match(parsedReport(out).environment.notes.at(-1), /no report can be stored there/);
    t.match(err, /could not be written to the state folder \/proc\/apim-probe/);
    t.match(err, /the JSON report went to stdout instead/);
  },
);

t.test('with --output the report is not lost when the folder is not writable', async (t) => {
  const cwd = t.testdir({});
  const flags = { state: ['/proc/apim-probe'], output: ['r.json'] };
  const { code, out } = await probe(cwd, run(now), flags);
  t.equal(code, 4);
  t.equal(out, '');
  t.ok(WrittenReport.safeParse(JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8'))).success);
});

t.test('unknown and damaged files in the folder are ignored with a note', async (t) => {
  const cwd = t.testdir({});
  const paths = await fill(join(cwd, 's'), [run(now - HOUR), run(now - 2 * HOUR), run(now + DAY)]);
  truncateSync(paths[0] ?? '', 500);
  writeFileSync(join(cwd, 's/reports/foreign.json'), 'x');
  mkdirSync(join(cwd, 's/index.json'));
  const { code, err } = await probe(cwd, run(now, ['unreachable', 'reachable']));
  t.equal(code, 1);
  t.match(err, /note: the state folder .*: the index of the history could not be written/);
  const report = readdirSync(join(cwd, 's/reports'))
    .filter((name) => name.startsWith('apim'))
    .map((name) => readFileSync(join(cwd, 's/reports', name), 'utf8'))
    .filter((text) => text.endsWith('}\n'))
    .map(parsedReport)
    .find((each) => each.verdict === 'blocked');
  t.equal(blobOf(report)?.lastStatusChange, report?.startedAt, 'by the report before the truncated one');
  t.match(report?.environment.notes, [/ignored: .* is cut off/]);
});

t.test(
  'a report of an earlier major version is not a predecessor, and ends the search for one',
  async (t) => {
    const cwd = t.testdir({ s: { reports: {} } });
    const stored = (name: string) => join(cwd, `s/reports/apim-probe-report-${name}.json`);
    writeFileSync(stored('20260504T083002Z-000002'), older(now - HOUR));
    writeFileSync(stored('20260504T083001Z-000001'), 'damaged');
    const announced = { version: 1, name: 'apim-probe-report-20260504T083002Z-000002.json', id: run(now).id };
    writeFileSync(join(cwd, 's/announced.json'), JSON.stringify(announced));
    const { code } = await probe(cwd, run(now, ['unreachable', 'reachable']), {
      onChange: ['echo changed >changes'],
    });
    t.equal(code, 1);
    t.notOk(existsSync(join(cwd, 'changes')));
    const [name = ''] = readdirSync(join(cwd, 's/reports')).filter((one) => /-0000\d\d-2/.test(one));
    const { environment, targets } = parsedReport(readFileSync(join(cwd, 's/reports', name), 'utf8'));
    t.strictSame(environment.notes, [], 'without problems');
    t.match(targets, [{ lastStatusChange: null }, { lastStatusChange: null }]);
    t.equal(JSON.parse(readFileSync(join(cwd, 's/announced.json'), 'utf8')).name, name);
  },
);

t.test('a clock that was in 2099 once: the next run is compared with that report', async (t) => {
  const cwd = t.testdir({});
  const down = ['unreachable', 'reachable'] as const;
  await probe(cwd, run(now - HOUR));
  await probe(cwd, run(Date.UTC(2099, 0), down));
  await probe(cwd, run(now));
  const [, , last] = storedReports(cwd);
  t.equal(blobOf(last)?.lastStatusChange, last?.startedAt);
  t.equal(blobOf(last)?.flaps, 0, 'the time of the change is unknown');
});

t.test('--on-change: runs after a change, and never after an interrupted run', async (t) => {
  const cwd = t.testdir({});
  const onChange = ['echo "$PROBE_OLD_VERDICT $PROBE_NEW_VERDICT $(basename "$PROBE_NEW_REPORT")" >>changes'];
  const changes = () => (existsSync(join(cwd, 'changes')) ? readFileSync(join(cwd, 'changes'), 'utf8') : '');
  const down = ['unreachable', 'reachable'] as const;
  await probe(cwd, run(now - 6 * HOUR), { onChange });
  await probe(cwd, run(now - 5 * HOUR), { onChange });
  t.equal(changes(), '', 'nothing before, and nothing new');
  await probe(cwd, run(now - 4 * HOUR, down), { onChange });
  t.match(changes(), /^ready blocked apim-probe-report-000003-\w+-[0-9a-f]{6}\.json\n$/);
  const cut = { interrupted: 'SIGTERM', verdict: 'inconclusive' } as const;
  await probe(cwd, run(now - 3 * HOUR, ['untested', 'untested'], cut), { onChange });
  await probe(cwd, run(now - 2 * HOUR, down), { onChange });
  t.equal(changes().split('\n').length, 2, 'the same as before the one that was cut short');
});

t.test('the log file has the messages of the terminal', async (t: Test) => {
  const cwd = t.testdir({});
  await probe(cwd, run(now), { state: ['/proc/apim-probe'], logFile: ['log'], logLevel: ['info'] });
  const log = readFileSync(join(cwd, 'log'), 'utf8').trim().split('\n');
  t.match(
    log.map((line) => JSON.parse(line)),
    [
      { level: 'error', msg: /could not be written to the state folder/ },
      { level: 'error', msg: /went to stdout instead/ },
      { level: 'info', kind: 'report', verdict: 'ready' },
    ],
  );
});

t.test('a state folder that cannot be prepared is reported with its own reason', async (t) => {
  const { code, err } = await probe(t.testdir({}), run(now), { state: ['/sys'] });
  t.equal(code, 4);
  t.match(err, /could not be written to the state folder \/sys: (?!it does not exist)/);
});

/** A folder of apim-probe 0.1: a report of schema 1.4, its index, and what was announced. */
async function olderFolder(t: Test): Promise<{ cwd: string; path: string }> {
  const cwd = t.testdir({});
  const before = run(now - 2 * HOUR);
  const [path = ''] = await fill(join(cwd, 's'), [before]);
  writeFileSync(path, older(now - 2 * HOUR));
  const { size: bytes, mtimeMs } = statSync(path);
  const { id, durationMs, interrupted, verdict, summary } = before;
  const entry = {
    name: basename(path),
    bytes,
    mtimeMs,
    id,
    startedAt: now - 2 * HOUR,
    durationMs,
    statuses: '',
  };
  const index = { version: 1, targets: [], runs: [{ ...entry, interrupted, verdict, summary }] };
  writeFileSync(join(cwd, 's/index.json'), JSON.stringify(index));
  writeFileSync(join(cwd, 's/announced.json'), JSON.stringify({ version: 1, name: basename(path), id }));
  return { cwd, path };
}

t.test('reports of schema 1.x count for retention', async (t) => {
  const { cwd, path } = await olderFolder(t);
  await probe(cwd, run(now - HOUR), { keepCount: ['2'] });
  t.ok(existsSync(path), 'two of two');
  await probe(cwd, run(now), { keepCount: ['2'] });
  t.notOk(existsSync(path), 'three of two: the oldest goes');
  t.equal(storedReports(cwd).length, 2);
});
