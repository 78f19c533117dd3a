/** What the build leaves out is missed by no command: help and errors are those of the sources. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { bundleInParts } from '../../build/chunks.ts';
import { oneFile } from '../../build/one-file.ts';

const SOURCE = join(import.meta.dirname, '../../bin/apim-probe.ts');

t.test('the one file helps and complains as the sources do, without what they do not use', async (t) => {
  const program = await bundleInParts();
  const { inputs } = program;
  const locales = inputs.filter((file) => /zod\/v4\/locales/.test(file) && !file.endsWith('index.js'));
  t.strictSame(locales, ['node_modules/zod/v4/locales/en.js']);
  t.notOk(inputs.some((file) => /node_modules\/cliui\//.test(file)));
  const file = join(t.testdir(), 'apim-probe.mjs');
  writeFileSync(file, await oneFile(program));
  for (const args of [
    ['run', '--help'],
    ['explain', 'clock-skew'],
    ['run', '--timeout'],
    ['run', '--nonsense', '--also-nonsense=1', 'word'],
    ['run', '--timeout', 'soon', '--cloud', 'none', '--target', 'x', '--quiet=maybe'],
    ['plan', '--no-config', '--cloud', 'public', '--region', 'westeurope', '--format', 'csv'],
  ]) {
    const [one, other] = [file, SOURCE].map((program) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    });
    t.strictSame(one, other, args.join(' '));
    t.notMatch(one?.stderr, /left out of this build/);
  }
});
