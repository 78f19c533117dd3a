/** The check for Nagios: its line, its exit codes, and its limit. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { FENCE } from '../cli/harness.ts';
import { KEEPS_COMPILED } from '../cli/program.ts';
import { finding, withDropped, writtenReport } from '../report/samples.ts';
import { INSTALL, scratch } from './installer.ts';

const CHECK = join(INSTALL, 'monitoring/check_apim_probe');
const PROGRAM = join(import.meta.dirname, '../../bin/apim-probe.ts');
const AGENT = join(import.meta.dirname, 'agent.ts');

/** A folder with a stand-in for the program, and the environment of a check. */
function place(t: Test, script: string) {
  const folder = scratch(t, { 'bin/apim-probe': `#!/bin/sh\n${script}\n` });
  const program = join(folder, 'bin/apim-probe');
  chmodSync(program, 0o755);
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    TMPDIR: folder,
    REPORT: join(folder, 'found.json'),
    ...FENCE,
    ...KEEPS_COMPILED,
  };
  const check = (...args: string[]) => {
    const begun = performance.now();
    const { status, stdout, stderr } = spawnSync('sh', [CHECK, '-p', program, ...args], {
      encoding: 'utf8',
      env,
      cwd: folder,
    });
    t.equal(stderr, '', 'a monitor reads stdout alone');
    t.strictSame(
      readdirSync(folder).filter((name) => name.startsWith('tmp.')),
      [],
      'nothing is left',
    );
    return { code: status, out: stdout, ms: performance.now() - begun };
  };
  return { folder, program, env, check };
}

const RUN = `exec '${process.execPath}' '${AGENT}' "$@"`;

t.test('each verdict, by the program itself', async (t) => {
  const { folder, check } = place(t, RUN);
  const codes = { ready: 0, degraded: 1, blocked: 2, inconclusive: 3 } as const;
  for (const [verdict, code] of Object.entries(codes)) {
    const found = { ...writtenReport({ targets: withDropped(['sql']), findings: [finding()] }), verdict };
    writeFileSync(join(folder, 'found.json'), JSON.stringify({ ...found, targets: [] }));
    const ended = check('--no-config', '--sql', 'contoso', '--deadline', '1000');
    t.equal(ended.code, code, ended.out);
    t.match(ended.out, /^APIM PROBE [A-Z]+ - [^\n|]*\| required_reached=[^\n]*\n$/);
  }
});

t.test('a usage error is UNKNOWN, and never CRITICAL', async (t) => {
  const { check } = place(t, `exec '${process.execPath}' '${PROGRAM}' "$@"`);
  t.match(check('--no-such-option', '--cloud', 'mars'), {
    code: 3,
    out: /^APIM PROBE UNKNOWN - apim-probe ended with exit code 2 and no result: .*unknown option --no-such-option[^\n|]*\n$/,
  });
  t.match(check('--output', '-'), { code: 3, out: /both write to stdout/ });
  t.match(check('-t'), { code: 3, out: /-t needs a value/ });
  t.match(check('-t', '1m'), { code: 3, out: /from 1 to 9999/ });
  t.match(check('-h'), { code: 3, out: /^Usage: check_apim_probe/ });
  t.match(check('-p', '/nowhere/no-such-program'), { code: 3, out: /not installed/ });
});

t.test('the options are passed on, with a deadline below the limit of the check', async (t) => {
  const { check } = place(t, `echo "apim-probe: $*" >&2; exit 2`);
  const passed = (...args: string[]) =>
    /no result: run --format nagios=- (.*)\n/.exec(check(...args).out)?.[1];
  t.equal(passed('--sql', 'a b'), '--sql a b --deadline 45000 ');
  t.equal(passed('-t', '30', '--deadline=9'), '--deadline=9 ');
  t.equal(passed('-t', '5'), '--deadline 3000 ');
});

t.test('a run that hangs is ended, with what it left behind', async (t) => {
  const hanging = place(t, `trap '' TERM; sleep 300 & while :; do sleep 1; done`);
  const { code, out, ms } = hanging.check('-t', '1');
  t.match({ code, out }, { code: 3, out: 'APIM PROBE UNKNOWN - apim-probe did not end within 1 s\n' });
  t.ok(ms < 20_000, `${ms} ms`);
  // As an upload that takes too long.
  const late = place(t, `echo 'APIM PROBE CRITICAL - BLOCKED: x | y=1'; exec sleep 300`);
  t.match(late.check('-t', '1'), { code: 2, out: 'APIM PROBE CRITICAL - BLOCKED: x | y=1\n' });
});

t.test('a signal of the monitor ends the run as well', async (t) => {
  const { folder, program, env } = place(t, `echo $$ >pid; exec sleep 300`);
  const check = spawn('sh', [CHECK, '-p', program], {
    env,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  check.stdout.on('data', (data) => {
    out += data;
  });
  while (!readdirSync(folder).includes('pid')) await new Promise((resolve) => setTimeout(resolve, 20));
  check.kill('SIGTERM');
  const code = await new Promise((resolve) => check.once('close', resolve));
  t.match({ code, out }, { code: 3, out: 'APIM PROBE UNKNOWN - the check was stopped by a signal\n' });
});
