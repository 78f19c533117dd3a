import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { History } from '../../../src/delivery/history/history.ts';
import type { StoredFile } from '../../../src/delivery/history/stored-reports.ts';
import { SCHEMA_VERSION } from '../../../src/model/schema-version.ts';
import { WrittenReport } from '../../../src/model/written-report.ts';
import { finding } from '../../report/samples.ts';
import { DAY, fill, HOUR, MINUTE, NOW, run, SQL } from './samples.ts';

const ROOMY = { keepDays: 30, keepCount: 3000, keepBytes: 1e9 };

t.test('a folder is made for its owner alone, and one that is there is left as it is', async (t) => {
  const base = t.testdir({ shared: {} });
  chmodSync(join(base, 'shared'), 0o755);
  for (const [state, mode] of [
    [join(base, 'new/state'), 0o700],
    [join(base, 'shared'), 0o755],
  ] as const) {
    await new History(state).prepare();
    t.equal(statSync(state).mode & 0o777, mode);
    t.equal(statSync(join(state, 'reports')).mode & 0o777, 0o700);
  }
});

t.test('a stored report is whole, for its owner alone, and never replaces another', async (t) => {
  const state = t.testdir({});
  const history = new History(state);
  await history.prepare();
  const one = run(NOW);
  const paths = [await history.keep(one), await history.keep(one), await history.keep(run(NOW))];
  t.equal(new Set(paths).size, 3, 'of one second, one even of one name');
  for (const path of paths) {
    t.ok(WrittenReport.safeParse(JSON.parse(readFileSync(path, 'utf8'))).success);
    t.equal(statSync(path).mode & 0o777, 0o600);
  }
  t.equal((await history.list()).length, 3);
  t.equal(readdirSync(join(state, 'reports')).length, 3, 'no temporary file stays');
});

t.test('lists only reports, in the order of writing, whatever the clock showed', async (t) => {
  const state = t.testdir({ reports: {} });
  const history = new History(state);
  const folder = join(state, 'reports');
  const year2099 = Date.UTC(2099, 0);
  // Names without a number are of earlier versions, or of users.
  for (const name of ['20260504T083000Z-000001', '20990101T000000Z-000002'])
    writeFileSync(join(folder, `apim-probe-report-${name}.json`), '{}');
  const stored = [];
  for (const at of [NOW, year2099, NOW + MINUTE]) stored.push(await history.keep(run(at)));
  t.match(
    stored.map((path) => basename(path)),
    [/^apim-probe-report-000001-20260504T083000Z-/, /-000002-20990101T000000Z-/, /-000003-20260504T083100Z-/],
  );
  unlinkSync(stored[0] ?? '');
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  writeFileSync(join(folder, 'apim-probe-report-20990504T083000Z-handmade.json'), '{}');
  writeFileSync(join(folder, 'apim-probe-report-20261399T990000Z-abcdef.json'), 'no such day');
  mkdirSync(join(folder, 'apim-probe-report-000009-20260504T083000Z-000bad.json'));
  symlinkSync('/etc/passwd', join(folder, 'apim-probe-report-20260504T083001Z-000bad.json'));
  t.strictSame(
    (await history.list()).map(({ name, number }) => [number, name.slice(-26)]),
    [
      [3, basename(stored[2] ?? '').slice(-26)],
      [2, basename(stored[1] ?? '').slice(-26)],
      [null, '-20990101T000000Z-000002.json'.slice(-26)],
      [null, '-20260504T083000Z-000001.json'.slice(-26)],
    ],
  );
  t.match(
    basename(await history.keep(run(NOW))),
    /-000010-/,
    'no number twice, also when another file has it',
  );
  await history.tidy(new Set(), { ...ROOMY, keepCount: 2 }, NOW + 3650 * DAY);
  t.ok(existsSync(join(folder, 'notes.txt')), 'what is foreign is never removed');
});

t.test('a name with the largest number leaves a number for the next report', async (t) => {
  const state = t.testdir({
    reports: { 'apim-probe-report-999999999999-20260504T083000Z-000001.json': '{}' },
  });
  const history = new History(state);
  await history.keep(run(NOW));
  t.equal((await history.list()).length, 2);
});

t.test('a folder that is not there holds nothing', async (t) => {
  t.strictSame(await new History(join(t.testdir({}), 'gone')).list(), []);
});

t.test('files that are not reports are listed, each with its reason', async (t) => {
  const state = t.testdir({});
  const reports = [run(NOW), run(NOW - 1000), run(NOW - 2000), run(NOW - 3000), run(NOW - 4000)];
  const [empty = '', cut = '', foreign = '', future = ''] = (
    await fill(state, reports.toReversed())
  ).reverse();
  truncateSync(empty, 0);
  truncateSync(cut, 900);
  writeFileSync(foreign, '{"a":1}');
  writeFileSync(future, JSON.stringify({ ...reports[3], schemaVersion: '99.0.0' }));
  const history = new History(state);
  const read = (await history.list()).map((file) => history.read(file));
  t.match(
    read.map((each) => (each.ok ? 'report' : each.problem)),
    [
      /^is empty/,
      /cut off/,
      /not a report/,
      /^was written by apim-probe with schema 99\.0; this version reads 2\.x/,
      'report',
    ],
  );
});

t.test('the index spares reading, and counts only while the file is what it was', async (t) => {
  const state = t.testdir({});
  const reports = [run(NOW), run(NOW - MINUTE, ['untested', 'unreachable']), run(NOW - DAY)];
  const first = (await fill(state, reports.toReversed())).at(-1) ?? '';
  const readAll = async (history: History) => {
    const files: StoredFile[] = await history.list();
    return files.map((file) => history.read(file)).map((each) => (each.ok ? each.digest : each.problem));
  };
  const fresh = new History(state);
  const digests = await readAll(fresh);
  await fresh.save();
  t.equal(fresh.opened, 3);
  const indexed = new History(state);
  t.strictSame(await readAll(indexed), digests, 'the same, by the index');
  t.equal(indexed.opened, 0);
  t.equal(statSync(join(state, 'index.json')).mode & 0o777, 0o600);

  const other = run(NOW, ['reachable', 'unreachable']);
  writeFileSync(first, JSON.stringify(other));
  const changed = new History(state);
  t.match((await readAll(changed))[0], { id: other.id });
  t.equal(changed.opened, 1);

  for (const damage of ['', '{"version":1,"targets":[', '{"version":99}', '[]', 'null']) {
    writeFileSync(join(state, 'index.json'), damage);
    const rebuilt = new History(state);
    t.strictSame((await readAll(rebuilt)).slice(1), digests.slice(1), `an index of ${damage || 'nothing'}`);
    t.equal(rebuilt.opened, 3);
  }
});

t.test('the index forgets what is gone, targets too', async (t) => {
  const state = t.testdir({});
  const history = new History(state);
  await history.prepare();
  for (const old of [run(NOW - 40 * HOUR, undefined, { targets: [] }), run(NOW - 30 * HOUR)]) {
    const began = new Date(old.startedAt);
    utimesSync(await history.keep(old), began, began);
  }
  const stored = run(NOW, undefined, {
    targets: run(NOW).targets.filter(({ id }) => id === SQL),
    findings: [finding({ cause: 'certificate-chain', severity: 'warning', evidence: [SQL] })],
    scope: { groups: ['sql'], narrowedBy: ['--only sql'], whole: false },
  });
  await history.keep(stored);
  await history.keep({ ...stored, startedAt: new Date(NOW - 1).toISOString() });
  t.strictSame(await history.tidy(new Set(), { ...ROOMY, keepDays: 1 }, NOW), []);
  const index = JSON.parse(readFileSync(join(state, 'index.json'), 'utf8'));
  t.equal(index.runs.length, 2);
  t.strictSame(index.targets, [SQL]);
  const again = new History(state);
  const [newest] = await again.list();
  t.match(newest === undefined ? null : again.read(newest), {
    digest: {
      groups: ['sql'],
      statuses: new Map([[SQL, 'reachable']]),
      findings: [{ cause: 'certificate-chain', evidence: [SQL] }],
    },
  });
  t.equal(again.opened, 0);
});

t.test('an index of an earlier version serves on, without findings', async (t) => {
  const state = t.testdir({});
  await fill(state, [run(NOW)]);
  const history = new History(state);
  const [file] = await history.list();
  if (file === undefined) throw new Error('nothing stored');
  const now = history.read(file);
  await history.save();
  const path = join(state, 'index.json');
  const index = JSON.parse(readFileSync(path, 'utf8'));
  for (const entry of index.runs) for (const key of ['groups', 'findings']) delete entry[key];
  writeFileSync(path, JSON.stringify(index));
  const again = new History(state);
  t.strictSame(again.read(file), { ...now, digest: { ...(now.ok && now.digest), findings: null } });
  t.equal(again.opened, 0);
});

t.test(
  'leftovers of killed runs go when they are older than an hour, also after a change of the clock',
  async (t) => {
    const state = t.testdir({ reports: {} });
    const leftover = (name: string, age: number): string => {
      const path = join(state, name);
      writeFileSync(path, 'half');
      const then = (Date.now() - age) / 1000;
      utimesSync(path, then, then);
      return path;
    };
    const old = leftover('reports/.apim-probe-1-ab.tmp', 2 * 3_600_000);
    const ahead = leftover('.apim-probe-2-ab.tmp', -2 * 3_600_000);
    const fresh = leftover('reports/.apim-probe-3-ab.tmp', 60_000);
    const foreign = leftover('reports/.other.tmp', 2 * 3_600_000);
    // Of a process that was killed while it took the lock of a dead run over.
    const second = leftover('lock.583b8c24ebd7aa3a', 2 * 3_600_000);
    t.strictSame(await new History(state).tidy(new Set(), ROOMY, NOW), []);
    t.strictSame([old, ahead, second, fresh, foreign].map(existsSync), [false, false, false, true, true]);
  },
);

t.test('failures to tidy up are returned, and nothing is thrown', async (t) => {
  const state = t.testdir({ reports: 'a file', 'index.json': {} });
  t.match(await new History(state).tidy(new Set(), ROOMY, NOW), [
    /old reports could not be removed: .*ENOTDIR/,
    /leftovers/,
    /index of the history could not be written/,
  ]);
});

t.test('reads when targets changed from a report; an old or damaged one gives nothing', async (t) => {
  const state = t.testdir({});
  const at = '2026-05-01T00:00:00.000Z';
  const targets = (one: string) => `{"schemaVersion":"${SCHEMA_VERSION}","targets":[${one}]}`;
  const report = run(NOW);
  const changed = { ...report, targets: report.targets.map((each) => ({ ...each, lastStatusChange: at })) };
  const [path = ''] = await fill(state, [changed]);
  const history = new History(state);
  const [file] = await history.list();
  if (file === undefined) throw new Error('nothing stored');
  t.equal(history.changesIn(file).get(SQL), at);
  for (const content of ['', targets('{"id":1}'), JSON.stringify(changed).slice(0, 900)]) {
    writeFileSync(path, content);
    t.equal(history.changesIn(file).size, 0);
  }
  writeFileSync(path, targets('{"id":"a"}'));
  t.strictSame([...history.changesIn(file)], [['a', null]]);
});
