/** `apim-probe history`, and `compare` by the stored reports. */
import { readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { listHistory } from '../../src/cli/history-listing.ts';
import { historyTable } from '../../src/cli/history-table.ts';
import { whyUnreadable } from '../../src/cli/state-folder.ts';
import { GROUPS } from '../../src/model/vocabulary.ts';
import { DAY, fill, HOUR, MINUTE, OLDER_VERSION, older, run } from '../delivery/history/samples.ts';
import { finding } from '../report/samples.ts';
import { invoke } from './harness.ts';

const now = Date.now();
const BEGIN = now - 3 * HOUR;

async function state(t: Test, reports: Parameters<typeof fill>[1]) {
  const cwd = t.testdir({ s: {} });
  const paths = await fill(join(cwd, 's'), reports);
  return { cwd, paths };
}

const lines = (text: string) => text.trimEnd().split('\n');

t.test('a line each, newest first, with what changed, in 80 columns of a terminal', async (t) => {
  const { cwd } = await state(t, [
    run(BEGIN),
    run(BEGIN + 15 * MINUTE, ['unreachable', 'unreachable']),
    run(BEGIN + 30 * MINUTE, ['reachable', 'unreachable'], { interrupted: 'deadline' }),
  ]);
  const piped = await invoke(['history', '--state', 's'], { cwd });
  t.match(piped.out, /deadline; better: storage-blob$/m, 'whole elsewhere');
  const { code, out, err } = await invoke(['history', '--state', 's'], { cwd, terminal: true });
  t.equal(code, 0);
  t.equal(err, '');
  const [head, ...rows] = lines(out);
  t.match(head, /^No\. Time \(UTC\) +Verdict +Required +Optional +Took +Changed$/);
  t.match(rows, [
    /^ {2}3 .* ✓ ready +1\/1 +0\/1 +4\.2 s +deadline; better…$/,
    /^ {2}2 .* ✗ blocked +0\/1 +0\/1 +4\.2 s +worse: storage-b…$/,
    /^ {2}1 .* ✓ ready +1\/1 +1\/1 +4\.2 s$/,
    /^$/,
    /^apim-probe render 3 --state s$/,
    /^apim-probe compare 2 3 --state s$/,
  ]);
  t.equal(rows.length, 6);
  t.ok(lines(out).every((line) => [...line].length <= 80));
});

t.test('a narrowed run says so, counts its groups alone, and findings have names', async (t) => {
  const skewed = finding({ cause: 'clock-skew', severity: 'warning', evidence: [] });
  const { cwd } = await state(t, [
    run(BEGIN),
    run(BEGIN + MINUTE, ['untested', 'reachable'], {
      findings: [skewed],
      scope: { groups: ['sql'], narrowedBy: ['--only sql'], whole: false },
    }),
    run(BEGIN + 2 * MINUTE, undefined, {
      scope: { groups: GROUPS.slice(1), narrowedBy: ['--skip storage-blob'], whole: false },
    }),
  ]);
  const { out } = await invoke(['history', '--state', 's'], { cwd });
  t.match(lines(out).slice(1), [
    / 0\/0 +1\/1 .*without storage-blob; gone: clock-skew$/,
    / 0\/0 +1\/1 .*only sql; new: clock-skew$/,
    / 1\/1 +1\/1 +4\.2 s$/,
  ]);
  const { runs } = JSON.parse((await invoke(['history', '--state', 's', '--format=json'], { cwd })).out);
  t.match(runs[1], { groups: ['sql'], findings: [{ cause: 'clock-skew', evidence: [] }] });
});

t.test('as JSON, with a limit', async (t) => {
  const { cwd, paths } = await state(t, [
    run(BEGIN),
    run(BEGIN + MINUTE, ['reachable', 'unreachable']),
    run(BEGIN + 2 * MINUTE),
  ]);
  const { out } = await invoke(['history', '--state', 's', '--format', 'json', '--limit', '2'], { cwd });
  const printed = JSON.parse(out);
  t.match(printed, {
    state: join(cwd, 's'),
    runs: [
      { file: paths[2], verdict: 'ready', change: { verdict: null, better: [/^sql/], worse: [] } },
      { file: paths[1], startedAt: new Date(BEGIN + MINUTE).toISOString(), change: { worse: [/^sql/] } },
    ],
    unreadable: [],
    left: 1,
  });
  t.equal(printed.runs.length, 2);
  t.match(JSON.parse(readFileSync(join(cwd, 's/index.json'), 'utf8')).runs.length, 3, 'and is indexed');
});

t.test('what cannot be read has a line, and a run in the future is marked', async (t) => {
  const { cwd, paths } = await state(t, [run(BEGIN), run(BEGIN + MINUTE), run(now + DAY)]);
  truncateSync(paths[1] ?? '', 700);
  const { code, out } = await invoke(['history', '--state', 's'], { cwd });
  t.equal(code, 0);
  t.match(lines(out).slice(1), [/in the future/, /\? apim-probe-report-.* is cut off/, /✓ ready/]);
  const { unreadable } = JSON.parse(
    (await invoke(['history', '--state', 's', '--format=json'], { cwd })).out,
  );
  t.match(unreadable, [{ file: paths[1], problem: /cut off/ }]);
});

t.test('an empty folder, and the folder by a variable', async (t) => {
  const cwd = t.testdir({ s: {} });
  const { code, out } = await invoke(['history'], { cwd, env: { APIM_PROBE_STATE: 's' } });
  t.equal(code, 0);
  t.match(out, /^No report is stored in .*\/s yet\.\n$/);
});

t.test(
  'reports of an earlier major version are listed as older format, and compared with nothing',
  async (t) => {
    const { cwd } = await state(t, [run(BEGIN)]);
    for (const second of [1, 2])
      writeFileSync(
        join(cwd, `s/reports/apim-probe-report-20260504T08300${second}Z-00000${second}.json`),
        older(BEGIN),
      );
    const { out } = await invoke(['history', '--state', 's'], { cwd });
    const old = `2026-05-04 08:30 ? older format (schemaVersion ${OLDER_VERSION})`;
    const [, newest, ...rows] = lines(out);
    t.match(newest, /✓ ready +1\/1 +1\/1 +4\.2 s$/);
    t.strictSame(rows, [`    ${old}`, `    ${old}`, '', 'apim-probe render 1 --state s']);
    t.match(JSON.parse((await invoke(['history', '--state', 's', '--format=json'], { cwd })).out), {
      runs: [{ change: null }],
      older: [{ file: /000002\.json$/, schemaVersion: OLDER_VERSION }, { file: /000001\.json$/ }],
      unreadable: [],
    });
    t.match((await invoke(['compare', '--state', 's'], { cwd })).err, /has 1 report that can be read/);
  },
);

t.test('compare without files: the two newest that can be read', async (t) => {
  const { cwd, paths } = await state(t, [
    run(BEGIN),
    run(now + DAY, ['unreachable', 'reachable']),
    run(BEGIN + 2 * MINUTE),
  ]);
  truncateSync(paths[2] ?? '', 700);
  const { code, out } = await invoke(['compare', '--state', 's', '--format', 'json'], { cwd });
  t.equal(code, 1, 'a required endpoint got worse');
  t.match(JSON.parse(out), {
    old: { verdict: 'ready' },
    new: { verdict: 'blocked' },
    worse: { required: 1 },
  });
});

t.test('compare without files, and nothing to compare', async (t) => {
  const { cwd } = await state(t, [run(BEGIN)]);
  const { code, err } = await invoke(['compare', '--state', 's'], { cwd });
  t.equal(code, 2);
  t.match(err, /has 1 report that can be read; a comparison needs two/);
});

t.test('without --state: the folder of the installed scheduled runs', async (t) => {
  const { cwd, paths } = await state(t, [run(BEGIN), run(BEGIN + MINUTE, ['unreachable', 'reachable'])]);
  symlinkSync('s', join(cwd, 'installed-state'));
  const listed = await invoke(['history'], { cwd });
  t.match(listed, { code: 0, err: '', out: /\napim-probe render 2\napim-probe compare 1 2\n$/ });
  t.match((await invoke(['compare', '--format', 'json'], { cwd })).out, /"worse":/);
  const { code, out } = await invoke(['bundle', '--list'], { cwd });
  t.equal(code, 0);
  for (const path of paths) t.match(out, path.slice(-'20261123T065200Z-1a2b3c.json'.length));
  const other = await invoke(['history', '--state', 'elsewhere'], { cwd });
  t.match(other.err, /state: ".*\/elsewhere" \(flag --state\) cannot be read: /, 'what is named comes first');
});

t.test('the numbers of the history are names of reports', async (t) => {
  const { cwd, paths } = await state(t, [run(BEGIN), run(BEGIN + MINUTE, ['unreachable', 'reachable'])]);
  const id = JSON.parse(readFileSync(paths[1] ?? '', 'utf8')).id;
  const rendered = await invoke(['render', '2', '--state', 's', '--format', 'json'], { cwd });
  t.equal(JSON.parse(rendered.out).id, id);
  const compared = await invoke(['compare', '1', '2', '--state', 's', '--format', 'json'], { cwd });
  t.match(JSON.parse(compared.out), { old: { verdict: 'ready' }, new: { verdict: 'blocked' } });
  const bundled = await invoke(['bundle', '2', '--state', 's', '--reports', '0', '--list'], { cwd });
  t.match(bundled.out, (paths[1] ?? '').slice(-'20261123T065200Z-1a2b3c.json'.length));
  t.match(await invoke(['render', '7', '--state', 's'], { cwd }), {
    code: 2,
    err: /7 is neither a file nor the number of a report in ".*\/s": "apim-probe history" lists those/,
  });
  writeFileSync(join(cwd, '1'), 'no report');
  t.match(
    (await invoke(['render', '1', '--state', 's'], { cwd })).err,
    /^apim-probe: "1" /,
    'a file comes first',
  );
});

t.test('40 columns have time and verdict, and the changes below', async (t) => {
  const { cwd } = await state(t, [run(BEGIN), run(BEGIN + MINUTE, ['unreachable', 'unreachable'])]);
  const files = await listHistory(join(cwd, 's'), 20);
  const rows = lines(historyTable(files, 40, ''));
  t.ok(rows.every((row) => row.length <= 40));
  t.match(rows, [
    /^No\. Time \(UTC\) +Verdict$/,
    /^ {4}Changed$/,
    /^ {2}2 .* ✗ blocked$/,
    /^ {4}worse: storage-blob/,
  ]);
});

t.test('a folder of another user: what to do', async (t) => {
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  t.match(
    whyUnreadable(denied),
    /only its owner may, so run the same command (?:with sudo|as an administrator)$/,
  );
  t.notMatch(whyUnreadable(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })), 'sudo');
});
