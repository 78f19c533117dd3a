/** What a start loads: each package takes the runtime milliseconds before the first line of a command. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';

const PROGRAM = join(import.meta.dirname, '../../bin/apim-probe.ts');

/** Prints the packages that were loaded as the last line on stderr. */
const HOOK = `
  import { registerHooks } from 'node:module';
  const packages = new Set();
  registerHooks({
    load(url, context, next) {
      const name = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
      if (name !== undefined) packages.add(name);
      return next(url, context);
    },
  });
  process.on('exit', () => process.stderr.write('\\n' + JSON.stringify([...packages].sort())));
`;

function packagesOf(...args: readonly string[]): readonly string[] {
  const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`;
  const { status, stderr } = spawnSync(process.execPath, ['--import', hook, PROGRAM, ...args], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
  });
  t.equal(status, 0, stderr);
  return JSON.parse(stderr.split('\n').at(-1) ?? '');
}

t.test('the version needs no package', async (t) => {
  t.strictSame(packagesOf('--version'), []);
});

t.test('a plan needs neither schemas, nor YAML, nor what probes', async (t) => {
  const loaded = packagesOf('plan', '--no-config', '--cloud', 'public', '--region', 'westeurope');
  t.ok(loaded.includes('yargs'));
  for (const name of ['zod', 'yaml', 'undici', 'pino', '@peculiar/x509', 'dns2', 'rhea'])
    t.notOk(loaded.includes(name), name);
});
