/** Outputs to pipes, sockets and devices: valid ones work, and none blocks for ever. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { parsedReport } from '../report/samples.ts';
import { enclosed, RUN, reportIn, small, workplace } from './enclosed.ts';

t.test('devices and descriptors work', async (t) => {
  const cwd = workplace(t);
  t.equal((await enclosed('probe demo --output /dev/null > /dev/null', { cwd })).code, 0);
  t.equal((await enclosed(`${RUN} --output - > /dev/null`, { cwd })).code, 0, 'thrown away by a shell');
  // The report of the demo is larger than what a pipe holds.
  for (const command of [
    'probe demo --output /dev/stdout',
    `${RUN} --output /dev/fd/1`,
    `${RUN} --output /proc/self/fd/1`,
  ]) {
    const piped = await enclosed(`${command} | cat`, { cwd });
    t.ok(parsedReport(piped.out).id, `${command}, a pipe`);
  }
  writeFileSync(join(cwd, 'all'), 'before\n');
  t.equal((await enclosed(`${RUN} --output /dev/stdout >> all`, { cwd })).code, 0);
  t.match(readFileSync(join(cwd, 'all'), 'utf8'), /^before\n\{[\s\S]*\}\n$/, 'appended to what was there');
  t.equal((await enclosed(`${RUN} --output /dev/fd/7 7>> all`, { cwd })).code, 0);
  t.match(readFileSync(join(cwd, 'all'), 'utf8'), /^before\n\{[\s\S]*\}\n\{[\s\S]*\}\n$/, 'and once more');
  const gz =
    'set -o pipefail; probe demo --output >(gzip > r.gz) --format text=>(cat > r.txt); code=$?; sleep 1; exit $code';
  t.equal((await enclosed(gz, { cwd })).code, 0);
  t.ok(parsedReport(gunzipSync(readFileSync(join(cwd, 'r.gz'))).toString()).id, '>(…)');
  t.match(readFileSync(join(cwd, 'r.txt'), 'utf8'), /READY/);
  const twice = await enclosed('probe demo --output - --format text=/dev/stdout', { cwd });
  t.equal(twice.code, 2);
  t.match(twice.err, /both write to stdout/);
  const unopened = await enclosed('probe demo --output /dev/fd/77', { cwd });
  t.equal(unopened.code, 2);
  t.match(unopened.err, /descriptor 77 is not open/);
});

t.test('an output that cannot take a report is refused before anything is sent', async (t) => {
  const cwd = workplace(t);
  const server = createServer().listen(join(cwd, 'socket'));
  t.teardown(() => void server.close());
  spawnSync('mknod', [join(cwd, 'disk'), 'b', '7', '99']);
  spawnSync('mkfifo', [join(cwd, 'pipe')]);
  const cases = [
    ['pipe', /it is a pipe that nothing reads \(ENXIO\); start its reader first/],
    ['socket', /it is a socket/],
    ['disk', /it is a disk/],
  ] as const;
  for (const [name, reason] of cases) {
    t.ok(existsSync(join(cwd, name)));
    for (const flag of [`--output ${name}`, `--format text=${name}`]) {
      const run = await enclosed(`${RUN} ${flag}`, { cwd, limit: 20_000 });
      t.equal(run.code, 2, `${flag}: exit code`, { err: run.err });
      t.match(run.err, reason);
      t.match(run.err, /No endpoint was contacted/);
    }
    const log = await enclosed(`${RUN} --log-file ${name}`, { cwd, limit: 20_000 });
    t.equal(log.code, 2, `--log-file ${name}`, { err: log.err });
    const bundle = await enclosed(`probe bundle --output ${name}`, { cwd, limit: 20_000 });
    t.equal(bundle.code, 2, `bundle --output ${name}`);
  }
  const log = await enclosed(`${RUN} --log-file pipe`, { cwd, limit: 20_000 });
  t.match(log.err, /--log-file .*nothing reads/);
  t.strictSame(readdirSync(join(cwd, 'tmp')), [], 'nothing was left behind');
});

t.test('a pipe with a reader', async (t) => {
  const cwd = workplace(t);
  const read = await enclosed(
    'mkfifo p; cat p > copy.json & probe demo --output p; code=$?; wait; exit $code',
    { cwd },
  );
  t.equal(read.code, 0, read.err);
  t.ok(reportIn(join(cwd, 'copy.json')).id, 'that reads gets all of it');
  const stalled = await enclosed('mkfifo q; sleep 100 < q & probe demo --output q', { cwd, limit: 50_000 });
  t.equal(stalled.code, 4, 'that takes nothing is given up', { err: stalled.err });
  t.match(stalled.err, /could not be written to .*q: its reader takes nothing/);
  const gone = await enclosed('mkfifo g; head -c 10 g > /dev/null & probe demo --output g', { cwd });
  t.equal(gone.code, 4, 'that goes away', { err: gone.err });
  t.match(gone.err, /its reader has gone/);
});

t.test('a log with a stalled reader does not block the run, and gives one message', async (t) => {
  const cwd = workplace(t);
  const fill = 'mkfifo l; sleep 100 < l & head -c 65536 /dev/zero > l;';
  const script = `${fill} ${RUN} --log-file l --log-level info --output r.json`;
  const run = await enclosed(script, { cwd, limit: 50_000 });
  t.ok([0, 1].includes(run.code ?? -1), 'ended by its verdict', { code: run.code, err: run.err });
  t.ok(reportIn(join(cwd, 'r.json')).id);
  t.equal(run.err.match(/the log .* takes no more lines: its reader takes nothing/g)?.length, 1, run.err);
});

t.test(
  'a log on a disk that fills up: complained of once, and no line of it is cut in silence',
  async (t) => {
    const cwd = workplace(t);
    const script = `${small('4k')} head -c 4000 /dev/zero > small/log; ${RUN} --log-file small/log --log-level trace --output r.json`;
    const run = await enclosed(script, { cwd });
    t.equal(run.err.match(/takes no more lines: no space left/g)?.length, 1, run.err);
    t.ok(reportIn(join(cwd, 'r.json')).id);
  },
);
