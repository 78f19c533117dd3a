/** What a built program needs: nothing. No network, no environment, no home, no right to write, no root. */

import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import t from 'tap';
import { BUILT, PROGRAM, start } from '../cli/program.ts';
import { parsedReport } from '../report/samples.ts';

if (BUILT === null) throw new Error('PROGRAM_UNDER_TEST names no file: run "npm run test:built"');

/** The kernel's overflow user, nobody, who owns no files. */
const NOBODY = '65534';
const AS_NOBODY = [
  '/usr/bin/setpriv',
  `--reuid=${NOBODY}`,
  `--regid=${NOBODY}`,
  '--clear-groups',
  '--no-new-privs',
];

/** Copies that every user may read and no user may write, in a folder with the same rights. */
const folder = mkdtempSync(join(tmpdir(), 'apim-probe-built-'));
const command = PROGRAM.map((file) => {
  const copy = join(folder, basename(file));
  cpSync(file, copy);
  chmodSync(copy, 0o555);
  return copy;
});
chmodSync(folder, 0o555);
t.teardown(() => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true });
});

/** Runs it with loopback alone, without variables, in that folder, as the user nobody. */
function alone(...args: readonly string[]) {
  const root = process.getuid?.() === 0;
  const enter = root ? ['unshare', '--net'] : ['unshare', '--user', '--map-root-user', '--net'];
  const argv = [...(root ? AS_NOBODY : []), ...command, ...args];
  const script = 'ip link set lo up && exec env -i PATH= "$@"';
  return start(['/usr/bin/env', ...enter, '--', 'sh', '-c', script, 'sh', ...argv], [], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
  });
}

t.test('--version, --help, explain and schema', async (t) => {
  t.match(await alone('--version'), { code: 0, out: /^\d+\.\d+\.\d+\n$/, err: '' });
  t.match(await alone('--help'), { code: 0, out: /--key-vault NAME/, err: '' });
  t.match(await alone('explain', 'sni-filtered'), { code: 0, out: /^sni-filtered: /, err: '' });
  t.match(await alone('schema'), { code: 0, out: /"schemaVersion"[\s\S]*"verdict"/, err: '' });
});

t.test('plan and records', async (t) => {
  const place = ['--cloud', 'public', '--region', 'westeurope'];
  const plan = await alone('plan', ...place, '--format', 'json');
  t.equal(plan.code, 0, plan.err);
  t.ok(JSON.parse(plan.out).targets.length > 50);
  const records = await alone('records', '--apim', 'contoso', '--vip', '10.0.1.5', ...place);
  t.match(records, { code: 0, out: /10\.0\.1\.5 contoso\.azure-api\.net/ });
});

t.test('the whole demo', async (t) => {
  const { code, out, err } = await alone('demo', '--output', '-');
  t.equal(code, 0, err);
  t.equal(parsedReport(out).verdict, 'ready');
  t.same(
    readdirSync(folder).sort(),
    command.map((file) => basename(file)).sort(),
    'and nothing was left behind',
  );
});
