/** The starter of the sources: from any folder, on its own runtime, loading only what a command needs. */
import { chmodSync, cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FENCE } from './harness.ts';
import { type Ended, STARTER, start } from './program.ts';

/** What /bin/sh and the starter need, and no node. */
const PATH = '/usr/bin:/bin';

function startFrom(
  bin: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  return start([bin], args, { cwd, env: { PATH, ...FENCE, ...env } });
}

t.test('runs from another folder, through links, with a useless node on the PATH', async (t) => {
  const folder = t.testdir({
    'with space': {},
    path: { node: '#!/bin/sh\necho the wrong node >&2\nexit 99\n' },
  });
  chmodSync(join(folder, 'path/node'), 0o755);
  symlinkSync(STARTER, join(folder, 'with space/first'));
  symlinkSync('first', join(folder, 'with space/second'));
  const env = { PATH: `${join(folder, 'path')}:${PATH}` };
  for (const bin of [STARTER, join(folder, 'with space/first'), join(folder, 'with space/second')]) {
    const { code, out, err } = await startFrom(bin, ['--version'], { cwd: folder, env });
    t.match(out, /^\d+\.\d+\.\d+\n$/, bin);
    t.equal(code, 0);
    t.equal(err, '');
  }
  const relative = await startFrom('./with space/second', ['--version'], { cwd: folder });
  t.equal(relative.code, 0);
});

t.test('without its runtime it prints what to do', async (t) => {
  const folder = t.testdir({});
  mkdirSync(join(folder, 'bin'));
  cpSync(STARTER, join(folder, 'bin/apim-probe'));
  const { code, out, err } = await startFrom(join(folder, 'bin/apim-probe'), ['--version']);
  t.equal(code, 2);
  t.equal(out, '');
  t.match(err, /runtime is not installed[\s\S]*npm ci/);
});

t.test('--version loads neither yargs nor zod', async (t) => {
  const { main } = await import('../../src/cli/main.ts');
  t.type(main, 'function');
  const probe = `
    import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });
    process.argv.push('apim-probe', '--version');
    await import(${JSON.stringify(`file://${STARTER}.ts`)});
  `;
  const { out, err } = await startFrom(process.execPath, ['--input-type=module', '-e', probe]);
  t.match(out, /^\d+\.\d+\.\d+\n$/);
  t.match(err, /src\/cli\/main\.ts/);
  t.notMatch(err, /node_modules/);
});
