/** The run by cron: silent unless something changed, or it ended without a verdict. */
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
import type { Status } from '../../src/model/vocabulary.ts';
import { KEEPS_COMPILED } from '../cli/program.ts';
import { run as reportOf } from '../delivery/history/samples.ts';
import { furnish, INSTALL, scratch } from './installer.ts';

const UP = ['reachable', 'reachable'] as const;
const DOWN = ['unreachable', 'reachable'] as const;

const AGENT = join(import.meta.dirname, 'agent.ts');
/** The agent starts often: its runtime keeps what it compiled. */
const keeping = Object.entries(KEEPS_COMPILED)
  .map(([name, value]) => `export ${name}='${value}'`)
  .join('\n');

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

interface How {
  readonly path?: string;
  readonly always?: boolean;
  /** Seconds after which a run is ended. */
  readonly limit?: number;
}

/**
 * A state folder and options.
 * @param place where the script lies, below the folder that is returned
 */
function schedule(t: Test, place = 'lib') {
  const folder = scratch(t, { 'etc/config.yaml': 'tier: premium\n' });
  mkdirSync(join(folder, 'state'));
  const start = (agent: string, { path, always, limit }: How = {}): Ended => {
    const script = readFileSync(join(INSTALL, 'scheduled-run.sh'), 'utf8')
      .replaceAll('/var/lib/apim-probe', join(folder, 'state'))
      .replaceAll('/etc/apim-probe', join(folder, 'etc'))
      .replaceAll('/usr/local/bin/apim-probe', join(folder, 'agent'));
    const limited = script.replace('limit=7800', `limit=${limit}`).replace('-k 20', '-k 1');
    furnish(folder, { agent, [`${place}/run`]: limit === undefined ? script : limited });
    chmodSync(join(folder, 'agent'), 0o755);
    const ended = spawnSync('sh', [join(folder, place, 'run'), ...(always === true ? ['always'] : [])], {
      encoding: 'utf8',
      cwd: folder,
      env: { PATH: path ?? '/usr/bin:/bin', HOME: folder, REPORT: join(folder, 'found.json') },
    });
    t.equal(ended.stderr, '', 'its own troubles never reach the mail');
    return { code: ended.status, out: ended.stdout };
  };
  return {
    folder,
    /** One run of the agent that finds this. */
    run: (found: readonly [Status, Status]) => {
      writeFileSync(join(folder, 'found.json'), JSON.stringify(reportOf(Date.now(), found)));
      return start(`#!/bin/sh\n${keeping}\nexec '${process.execPath}' '${AGENT}' "$@"\n`);
    },
    /** One run of a stand-in with this verdict: announces changes as the agent does. */
    pretend: (verdict: string, code: number, how: How = {}) =>
      start(
        `#!/bin/sh
if [ "$1" = config ]; then echo 'onChange          (not set) [default]'; exit; fi
echo "summary: $verdict" >&2
for command; do :; done
before=$(cat '${folder}/state/announced.json' 2>/dev/null)
[ "\${before:-${verdict}}" = ${verdict} ] ||
  PROBE_OLD_VERDICT=$before PROBE_NEW_VERDICT=${verdict} sh -c "$command" | sed 's/^/on-change: /' >&2
echo ${verdict} >'${folder}/state/announced.json'
exit ${code}
`.replace('$verdict', verdict),
        how,
      ),
    /** One run of a stand-in for the agent: lines of sh. */
    runScript: (lines: string, how: How = {}) =>
      start(`#!/bin/sh\n[ "$1" = run ] || exit 0\n${lines}\n`, how),
  };
}

t.test('prints the first verdict and every change, and nothing else', async (t) => {
  const { folder, run } = schedule(t);
  t.match(run(UP), { code: 0, out: /\bREADY\b/ });
  t.strictSame(run(UP), { code: 0, out: '' });
  const blocked = run(DOWN);
  t.match(blocked, { code: 1, out: /\bBLOCKED\b/ }, 'the exit code is the agent’s');
  t.match(blocked.out, /^on-change: apim-probe on \S+: blocked \(before: ready\)$/m);
  t.strictSame(run(DOWN), { code: 1, out: '' });
  t.strictSame(
    readdirSync(join(folder, 'state')).sort(),
    ['announced.json', 'index.json', 'report.json', 'reports'],
    'it stores nothing of its own',
  );
});

t.test('a command of the operator’s runs in the place of the mail', async (t) => {
  const { folder, run } = schedule(t);
  writeFileSync(join(folder, 'etc/config.yaml'), 'onChange: echo "$PROBE_NEW_VERDICT" >>changes\n');
  run(UP);
  t.strictSame(run(DOWN), { code: 1, out: '' });
  t.equal(readFileSync(join(folder, 'changes'), 'utf8'), 'blocked\n');
});

t.test('a run without a verdict is printed every time', async (t) => {
  const { pretend, runScript } = schedule(t);
  pretend('ready', 0);
  for (const code of [2, 2, 4, 70, 130])
    t.strictSame(runScript(`echo 'apim-probe: why' >&2; exit ${code}`), {
      code,
      out: `apim-probe: why\nexit code ${code}\n`,
    });
  t.strictSame(pretend('ready', 0), { code: 0, out: '' });
  t.strictSame(runScript('exit 3'), { code: 3, out: '' }, 'inconclusive is a verdict');
});

t.test('it may lie in a folder with spaces', async (t) => {
  const { folder, pretend } = schedule(t, "the operator's  own -x");
  t.match(pretend('ready', 0).out, 'summary: ready');
  t.strictSame(pretend('ready', 0), { code: 0, out: '' });
  t.strictSame(readdirSync(join(folder, "the operator's  own -x")), ['run'], 'and leaves nothing there');
});

t.test('another run under way is not a change, and hides none', async (t) => {
  const { pretend, runScript } = schedule(t);
  pretend('ready', 0);
  t.strictSame(runScript('echo busy >&2; exit 75'), { code: 75, out: '' });
  t.equal(pretend('ready', 0).out, '');
});

t.test('hands the agent what systemd would', async (t) => {
  const { folder, runScript } = schedule(t);
  const print = `echo "\${CREDENTIALS_DIRECTORY:-no credential}, $*"`;
  t.match(runScript(print).out, 'no credential');
  writeFileSync(join(folder, 'etc/upload-url'), 'https://example.org/');
  const { out } = runScript(print);
  t.match(out, `${folder}/etc, run --quiet --config ${folder}/etc/config.yaml --state ${folder}/state`);
  t.match(out, `--output ${folder}/state/report.json --on-change `);
});

t.test('prints everything when asked to', async (t) => {
  const { pretend } = schedule(t);
  pretend('ready', 0);
  t.match(pretend('ready', 0, { always: true }).out, 'summary: ready');
});

t.test('a run that hangs is ended and reported', async (t) => {
  const { pretend, runScript } = schedule(t);
  pretend('ready', 0);
  const deaf = `trap '' TERM\necho started >&2\nsleep 60`;
  for (let times = 0; times < 2; times += 1) {
    const { code, out } = runScript(deaf, { limit: 1 });
    t.equal(code, 137);
    t.match(out, /^started\n(?:.*Killed.*\n)?It took 0 minutes and was ended\.\nexit code 137\n$/);
  }
  t.match(runScript('sleep 60', { limit: 1 }), { code: 124, out: /was ended\.\nexit code 124\n$/ });
  t.match(runScript('kill -9 $$').out, /It was killed, perhaps because .*\nexit code 137\n/s);
  t.equal(pretend('ready', 0).out, '', 'and the next one compares with the report before them');
});

const noBusybox =
  !existsSync('/usr/bin/busybox') && process.env['CI'] === undefined && 'not installed: busybox of Debian';
t.test('where busybox is all there is, as well', { skip: noBusybox }, async (t) => {
  const { folder, runScript } = schedule(t);
  symlinkSync('/usr/bin/busybox', join(folder, 'timeout'));
  // It ends what it has started, and not what that has started.
  const { code, out } = runScript('exec sleep 60', { limit: 1, path: `${folder}:/usr/bin:/bin` });
  t.equal(code, 143);
  t.match(out, /It took 0 minutes and was ended\.\nexit code 143/);
});
