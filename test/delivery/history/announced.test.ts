import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { recallAnnounced, rememberAnnounced } from '../../../src/delivery/history/announced.ts';
import { History } from '../../../src/delivery/history/history.ts';
import { DAY, fill, NOW, run } from './samples.ts';

const ROOMY = { keepDays: 30, keepCount: 3000, keepBytes: 1e9 };
const recall = (state: string) => recallAnnounced(state, new History(state));

t.test(
  'a report is remembered by its name and id, for the owner alone, and beside the reports',
  async (t) => {
    const state = t.testdir({});
    t.strictSame(await recall(state), { kind: 'none' });
    const [older, newer] = [run(NOW - DAY), run(NOW)];
    const paths = await fill(state, [older, newer]);
    for (const [place, { id }] of [newer, older].entries()) {
      const path = paths.toReversed()[place] ?? '';
      await rememberAnnounced(state, basename(path), id);
      t.match(await recall(state), { kind: 'report', run: { file: { path }, digest: { id } } });
    }
    t.equal(statSync(join(state, 'announced.json')).mode & 0o777, 0o600);
    const history = new History(state);
    t.equal((await history.list()).length, 2, 'it is not a report');
    t.strictSame(await history.tidy(new Set(), ROOMY, NOW), []);
    t.strictSame(readdirSync(state).toSorted(), ['announced.json', 'reports'], 'nor a leftover');
  },
);

t.test('any other content counts as lost, with a reason, and opens no other file', async (t) => {
  const state = t.testdir({ 'outside.json': JSON.stringify(run(NOW)) });
  const report = run(NOW);
  const [path = ''] = await fill(state, [report]);
  const good = { version: 1, name: basename(path), id: report.id };
  const memory = join(state, 'announced.json');
  for (const [content, problem] of [
    ['', /damaged/],
    ['null', /damaged/],
    [JSON.stringify(good).slice(0, 40), /damaged/],
    [JSON.stringify({ ...good, version: 2 }), /damaged/],
    [JSON.stringify({ ...good, name: '../outside.json' }), /damaged/],
    [JSON.stringify({ ...good, name: path }), /damaged/],
    [JSON.stringify({ ...good, more: 'x'.repeat(5000) }), /damaged/],
    [JSON.stringify({ ...good, name: good.name.replace('2026', '2025') }), /2025\S+, .*, is gone$/],
    [JSON.stringify({ ...good, id: run(NOW).id }), /names another report/],
  ] as const) {
    writeFileSync(memory, content);
    t.match(await recall(state), { kind: 'lost', problem }, content.slice(0, 100));
  }
  writeFileSync(memory, JSON.stringify(good));
  t.match(await recall(state), { kind: 'report' });
  writeFileSync(path, JSON.stringify({ ...report, interrupted: 'SIGTERM' }));
  t.match(await recall(state), { kind: 'lost' }, 'a report that was cut short was never announced');
});

t.test(
  'what is not a regular file is not written to: a folder stays, a link or a pipe is replaced',
  async (t) => {
    const state = t.testdir({ 'mine.txt': 'mine' });
    const memory = join(state, 'announced.json');
    mkdirSync(memory);
    t.match(await recall(state), { kind: 'lost', problem: /damaged, or cannot be read/ });
    await t.rejects(rememberAnnounced(state, 'a', 'b'), { code: /EISDIR|EEXIST|ENOTEMPTY/ });
    rmdirSync(memory);
    symlinkSync(join(state, 'mine.txt'), memory);
    await rememberAnnounced(state, 'a', 'b');
    t.equal(readFileSync(join(state, 'mine.txt'), 'utf8'), 'mine');
    t.ok(lstatSync(memory).isFile());
    unlinkSync(memory);
    execFileSync('mkfifo', [memory]);
    await rememberAnnounced(state, 'a', 'b');
    t.ok(lstatSync(memory).isFile());
  },
);
