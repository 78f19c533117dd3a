/** The program as it is installed: through its starter, in a process of its own. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Report } from '../../src/report/schema.ts';
import { FENCE } from './harness.ts';

const BIN = join(import.meta.dirname, '../../bin/apim-probe');
/** What /bin/sh and the starter need, and no node. */
const PATH = '/usr/bin:/bin';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(
  bin: string,
  args: readonly string[],
  options: {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    onStderr?: (kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<Ended> {
  const child = spawn(bin, args, {
    cwd: options.cwd,
    env: { PATH, ...FENCE, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  if (options.onStderr !== undefined) {
    const { onStderr } = options;
    child.stderr.once('data', () => onStderr((signal) => child.kill(signal)));
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

t.test('runs from another folder, through links, with a useless node on the PATH', async (t) => {
  const folder = t.testdir({
    'with space': {},
    path: { node: '#!/bin/sh\necho the wrong node >&2\nexit 99\n' },
  });
  const { chmodSync } = await import('node:fs');
  chmodSync(join(folder, 'path/node'), 0o755);
  symlinkSync(BIN, join(folder, 'with space/first'));
  symlinkSync('first', join(folder, 'with space/second'));
  const env = { PATH: `${join(folder, 'path')}:${PATH}` };
  for (const bin of [BIN, join(folder, 'with space/first'), join(folder, 'with space/second')]) {
    const { code, out, err } = await start(bin, ['--version'], { cwd: folder, env });
    t.match(out, /^\d+\.\d+\.\d+\n$/, bin);
    t.equal(code, 0);
    t.equal(err, '');
  }
  const relative = await start('./with space/second', ['--version'], { cwd: folder });
  t.equal(relative.code, 0);
});

t.test('without its runtime it says what to do', async (t) => {
  const folder = t.testdir({});
  mkdirSync(join(folder, 'bin'));
  cpSync(BIN, join(folder, 'bin/apim-probe'));
  const { code, out, err } = await start(join(folder, 'bin/apim-probe'), ['--version']);
  t.equal(code, 2);
  t.equal(out, '');
  t.match(err, /runtime is not installed[\s\S]*npm ci/);
});

t.test('a usage error is exit 2, on stderr, without a stack', async (t) => {
  const cwd = t.testdir({ 'apim-probe.yaml': 'timeout: nope\n' });
  const { code, out, err } = await start(BIN, ['run', '--outptu', 'x'], { cwd });
  t.match({ code, out }, { code: 2, out: '' });
  t.match(err, /Did you mean --output\?/);
  const config = await start(BIN, [], { cwd });
  t.equal(config.code, 2);
  t.match(config.err, /apim-probe\.yaml:1:10\) must be a whole number/);
});

t.test('--version loads neither yargs nor zod', async (t) => {
  const { main } = await import('../../src/cli/main.ts');
  t.type(main, 'function');
  const probe = `
    import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });
    process.argv.push('apim-probe', '--version');
    await import(${JSON.stringify(`file://${BIN}.ts`)});
  `;
  const { out, err } = await start(process.execPath, ['--input-type=module', '-e', probe]);
  t.match(out, /^\d+\.\d+\.\d+\n$/);
  t.match(err, /src\/cli\/main\.ts/);
  t.notMatch(err, /node_modules/);
});

t.test('SIGINT during the demo: exit 130 and a complete report', async (t) => {
  const { code, out, err } = await start(BIN, ['demo', '--scenario', 'forced-tunnel', '--output', '-'], {
    cwd: t.testdir({}),
    onStderr: (kill) => kill('SIGINT'),
  });
  t.equal(code, 130, err);
  t.equal(Report.parse(JSON.parse(out)).interrupted, 'SIGINT');
});
