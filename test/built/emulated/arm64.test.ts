/** The executable for arm64, where another machine is emulated: it is what a VM of Azure's Arm series starts. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { start } from '../../cli/program.ts';
import { parsedReport } from '../../report/samples.ts';

const executable = join(import.meta.dirname, '../../../dist/apim-probe-linux-arm64');
const emulator = '/usr/bin/qemu-aarch64';
/** Its C library, as Debian's cross packages place it. */
const root = '/usr/aarch64-linux-gnu';

/** The reason to skip, or false. CI has the emulator; the build reports a missing runtime of another machine. */
function skip(): string | false {
  if (process.arch === 'arm64') return 'this machine is one: the other tests have started it';
  if (!existsSync(executable)) return 'not built: npm run build';
  if (process.env['CI'] !== undefined) return false;
  const missing = [emulator, join(root, 'lib/libstdc++.so.6')].filter((path) => !existsSync(path));
  return missing.length > 0 && 'not installed: qemu-user, libstdc++6-arm64-cross of Debian';
}

const emulated = (...args: readonly string[]) => start([emulator, '-L', root, executable], args);

t.test('prints its version, and plans', { skip: skip() }, async (t) => {
  t.match(await emulated('--version'), { code: 0, out: /^\d+\.\d+\.\d+\n$/ });
  const plan = await emulated('plan', '--cloud', 'public', '--region', 'westeurope', '--format', 'json');
  t.equal(plan.code, 0, plan.err);
  t.ok(JSON.parse(plan.out).targets.length > 50);
});

t.test('probes the lab, which is in it too', { skip: skip() }, async (t) => {
  const { code, out, err } = await emulated('demo', '--output', '-', '--quiet');
  t.equal(code, 0, err);
  const { agent, verdict, summary } = parsedReport(out);
  t.match(agent, { os: /^Linux/, arch: 'arm64' });
  // Emulated, it may find its own DNS server slow.
  t.ok(['ready', 'degraded'].includes(verdict), verdict);
  t.equal(summary.required.reachable, summary.required.total);
});
