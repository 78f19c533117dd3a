/** The run by cron: silent unless the verdict changed. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { harmlessJson } from '../../src/common/escaped-json.ts';
import { furnish, INSTALL, scratch } from './installer.ts';

/**
 * A state folder, options, and an agent with a given end; returns one scheduled run of it.
 * @param place where the script lies, below the folder that is returned
 */
function scheduled(
  t: Test,
  place = 'lib',
): {
  folder: string;
  run: (
    code: number,
    verdict: string | null,
    state?: string,
    stdout?: 'full',
  ) => { code: number | null; out: string };
  /** As `run` of an agent that never ends, with a limit of a second. */
  hang: (agent: string, path?: string) => { code: number | null; out: string };
} {
  const folder = scratch(t);
  for (const name of ['state', 'etc']) mkdirSync(join(folder, name));
  const script = (state: string) =>
    readFileSync(join(INSTALL, 'scheduled-run.sh'), 'utf8')
      .replaceAll('/var/lib/apim-probe', state)
      .replaceAll('/etc/apim-probe', join(folder, 'etc'))
      .replaceAll('/usr/local/bin/apim-probe', join(folder, 'agent'));
  const run = (code: number, verdict: string | null, state = join(folder, 'state'), stdout?: 'full') => {
    const report = verdict === null ? '' : harmlessJson({ schemaVersion: '1', verdict, targets: [] });
    furnish(folder, {
      report,
      agent: `#!/bin/sh
echo "summary of $1, \${CREDENTIALS_DIRECTORY:-no credential}, $*" >&2
${verdict === null ? ':' : `cp '${folder}/report' '${state}/new' && mv '${state}/new' "$(readlink -f '${state}/report.json')"`}
exit ${code}
`,
      [`${place}/run`]: script(state),
    });
    return started(stdout === 'full' ? 'sh "$0" >/dev/full' : 'sh "$0"');
  };
  const hang = (agent: string, path?: string) => {
    const limited = script(join(folder, 'state')).replace('limit=7800', 'limit=1').replace('-k 20', '-k 1');
    furnish(folder, { agent, [`${place}/run`]: limited });
    return started('sh "$0"', path);
  };
  const started = (line: string, path = '/usr/bin:/bin') => {
    chmodSync(join(folder, 'agent'), 0o755);
    const ended = spawnSync('sh', ['-c', line, join(folder, place, 'run')], {
      encoding: 'utf8',
      env: { PATH: path },
    });
    t.equal(ended.stderr, '', 'its own troubles never reach the mail');
    return { code: ended.status, out: ended.stdout };
  };
  return { folder, run, hang };
}

t.test('prints the first verdict and every change, and nothing else', async (t) => {
  const { folder, run } = scheduled(t);
  const first = run(0, 'ready');
  t.match(first.out, 'summary of run');
  t.match(first.out, /ready, exit code 0 \(before: no run\)\n$/);
  t.equal(first.code, 0);
  t.equal(run(0, 'ready').out, '');
  t.match(run(0, 'degraded').out, 'degraded, exit code 0 (before: ready, exit code 0)', 'the same exit code');
  t.equal(run(0, 'degraded').out, '');
  const blocked = run(1, 'blocked');
  t.match(blocked.out, 'blocked, exit code 1 (before: degraded, exit code 0)');
  t.equal(blocked.code, 1, 'the exit code is the agent’s');
  t.equal(run(1, 'blocked').out, '');
  t.match(
    readFileSync(join(folder, 'state/last-run.txt'), 'utf8'),
    'summary of run',
    'a silent run is stored',
  );
  t.match(
    run(2, null).out,
    'no report, exit code 2 (before: blocked, exit code 1)',
    'a config that broke is a change',
  );
  t.equal(run(2, null).out, '');
});

t.test('it may lie in a folder with spaces', async (t) => {
  const { folder, run } = scheduled(t, "the operator's  own -x");
  t.match(run(0, 'ready').out, 'ready, exit code 0 (before: no run)');
  t.strictSame(run(0, 'ready'), { code: 0, out: '' });
  t.strictSame(readdirSync(join(folder, "the operator's  own -x")), ['run'], 'and leaves nothing there');
});

t.test('another run under way is not a change, and hides none', async (t) => {
  const { run } = scheduled(t);
  run(0, 'ready');
  t.strictSame(run(75, null), { code: 75, out: '' });
  t.equal(run(0, 'ready').out, '', 'the verdict before it is the one to compare with');
});

t.test('hands the agent what systemd would', async (t) => {
  const { folder, run } = scheduled(t);
  t.match(run(0, 'ready').out, 'no credential');
  writeFileSync(join(folder, 'etc/upload-url'), 'https://example.org/');
  const { out } = run(1, 'blocked');
  t.match(out, `${folder}/etc, run --quiet --config ${folder}/etc/config.yaml --state ${folder}/state`);
  t.match(out, `--output ${folder}/state/report.json`);
});

t.test('a run that hangs is ended and reported, once', async (t) => {
  const { run, hang } = scheduled(t);
  run(0, 'ready');
  const deaf = `#!/bin/sh\ntrap '' TERM\necho started >&2\nsleep 60\n`;
  const first = hang(deaf);
  t.equal(first.code, 137);
  t.match(
    first.out,
    /^started\n(?:Killed\n)?It took 0 minutes and was ended\.\n[\s\S]*no report, exit code 137 \(before: ready, exit code 0\)\n$/,
  );
  t.strictSame(hang(deaf), { code: 137, out: '' });
  const sleepy = '#!/bin/sh\nsleep 60\n';
  t.match(hang(sleepy).out, 'no report, exit code 124 (before: no report, exit code 137)');
  t.match(run(0, 'ready').out, 'ready, exit code 0 (before: no report, exit code 124)');
  t.match(run(137, null).out, /It was killed, perhaps because .*no report, exit code 137/s);
});

const noBusybox =
  !existsSync('/usr/bin/busybox') && process.env['CI'] === undefined && 'not installed: busybox of Debian';
t.test('where busybox is all there is, as well', { skip: noBusybox }, async (t) => {
  const { folder, hang } = scheduled(t);
  symlinkSync('/usr/bin/busybox', join(folder, 'timeout'));
  // It ends what it has started, and not what that has started.
  const { code, out } = hang('#!/bin/sh\nexec sleep 60\n', `${folder}:/usr/bin:/bin`);
  t.equal(code, 143);
  t.match(out, /It took 0 minutes and was ended\.[\s\S]*no report, exit code 143/);
});

t.test('the report may be a link to somewhere else', async (t) => {
  const { folder, run } = scheduled(t);
  symlinkSync(join(folder, 'elsewhere.json'), join(folder, 'state/report.json'));
  for (const verdict of ['ready', 'degraded'])
    t.match(run(0, verdict).out, `${verdict}, exit code 0`, 'the new one behind it is seen');
  t.match(run(2, null).out, 'no report, exit code 2', 'and the old one is none');
});

t.test('an unwritable state folder is reported every time, with the verdict', async (t) => {
  const { folder, run } = scheduled(t);
  for (let times = 0; times < 2; times += 1) {
    const { code, out } = run(1, null, join(folder, 'gone'));
    t.equal(code, 1);
    t.match(out, 'cannot be written: this mail comes after every run until it can');
    t.match(out, 'no report, exit code 1');
  }
  t.notOk(existsSync(join(folder, 'gone')));
});

t.test('a change whose announcement fails is announced by the next run', async (t) => {
  const { folder, run } = scheduled(t);
  run(0, 'ready');
  t.equal(run(1, 'blocked', undefined, 'full').code, 1, 'the exit code is the agent’s all the same');
  t.equal(readFileSync(join(folder, 'state/last-verdict'), 'utf8'), 'ready, exit code 0\n');
  t.match(run(1, 'blocked').out, 'blocked, exit code 1 (before: ready, exit code 0)');
  t.equal(run(1, 'blocked').out, '');
});

t.test('a damaged record of the last run is a change, once', async (t) => {
  const { folder, run } = scheduled(t);
  run(0, 'ready');
  writeFileSync(join(folder, 'state/last-verdict'), Buffer.from([0, 1, 2, 255, 10, 10]));
  t.match(run(0, 'ready').out, 'ready, exit code 0 (before: ');
  t.equal(run(0, 'ready').out, '');
});
