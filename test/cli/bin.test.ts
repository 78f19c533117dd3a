/** The program in a process of its own, as a user or a service manager starts it. */

import t from 'tap';
import { parsedReport } from '../report/samples.ts';
import { FENCE } from './harness.ts';
import { PROGRAM, start } from './program.ts';

/** What /bin/sh and the starter need, and no node. */
const env = { PATH: '/usr/bin:/bin', ...FENCE };

t.test('--version, alone on stdout', async (t) => {
  const { code, out, err } = await start(PROGRAM, ['--version'], { env });
  t.match({ code, err }, { code: 0, err: '' });
  t.match(out, /^\d+\.\d+\.\d+\n$/);
});

t.test('a usage error is exit 2, on stderr, without a stack', async (t) => {
  const cwd = t.testdir({ 'apim-probe.yaml': 'timeout: nope\n' });
  const { code, out, err } = await start(PROGRAM, ['run', '--outptu', 'x'], { cwd, env });
  t.match({ code, out }, { code: 2, out: '' });
  t.match(err, /Did you mean --output\?/);
  const config = await start(PROGRAM, ['--config', 'apim-probe.yaml'], { cwd, env });
  t.equal(config.code, 2);
  t.match(config.err, /apim-probe\.yaml:1:10\) must be a whole number/);
});

t.test('SIGINT during the demo: exit 130 and a complete report', async (t) => {
  const { code, out, err } = await start(PROGRAM, ['demo', '--scenario', 'forced-tunnel', '--output', '-'], {
    cwd: t.testdir({}),
    env,
    onStderr: (kill) => kill('SIGINT'),
  });
  t.equal(code, 130, err);
  t.equal(parsedReport(out).interrupted, 'SIGINT');
});
