/** Makes tap ready for .taprc, once, as the last step of `npm ci`. With `--omit=dev` there is no tap, and nothing to do. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (existsSync('node_modules/tap')) {
  process.exitCode = spawnSync('tap build', { shell: true, stdio: 'inherit' }).status ?? 1;
}
