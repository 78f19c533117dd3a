/** A single executable is not Node.js to its user: what steers Node.js neither breaks it nor turns it. */

import { join } from 'node:path';
import t from 'tap';
import { SCENARIOS } from '../../src/lab/index.ts';
import { PROGRAM, start } from '../cli/program.ts';
import { parsedReport } from '../report/samples.ts';

const folder = t.testdir({ 'evil.cjs': 'process.stdout.write("evil"); process.exit(99);' });
const evil = join(folder, 'evil.cjs');

t.test('variables that make Node.js load code, fail or listen', async (t) => {
  for (const env of [
    { NODE_OPTIONS: `--require=${evil}` },
    { NODE_OPTIONS: `--import=${evil}` },
    { NODE_OPTIONS: '--no-such-flag' },
    { NODE_OPTIONS: '--inspect-brk=127.0.0.1:0' },
    { NODE_PATH: folder },
  ]) {
    const { code, out, err } = await start(PROGRAM, ['--version'], { env, cwd: folder });
    const [name = ''] = Object.keys(env);
    t.equal(code, 0, JSON.stringify(env));
    t.equal(err, `note: ignores ${name}, which would change how Node.js behaves\n`);
    t.match(out, /^\d+\.\d+\.\d+\n$/);
  }
});

t.test('it wants no library but those that every system with glibc and a C++ program has', async (t) => {
  const { code, err } = await start(PROGRAM, ['--version'], { env: { LD_DEBUG: 'libs' }, cwd: folder });
  t.equal(code, 0);
  const wanted = new Set([...err.matchAll(/find library=(\S+)/g)].map(([, name = '']) => name));
  const usual = [
    'libdl.so.2',
    'libm.so.6',
    'libstdc++.so.6',
    'libgcc_s.so.1',
    'libpthread.so.0',
    'libc.so.6',
  ];
  t.strictSame([...wanted].sort(), usual.sort());
});

t.test('a variable that a runtime without NODE_OPTIONS does not take is refused by name', async (t) => {
  const env = { NODE_REPL_EXTERNAL_MODULE: evil };
  const { code, out, err } = await start(PROGRAM, ['--version'], { env, cwd: folder });
  t.match({ code, out }, { code: 9, out: '' });
  t.match(err, /NODE_REPL_EXTERNAL_MODULE can't be used/);
});

t.test('flags of Node.js are unknown options', async (t) => {
  for (const flag of ['--inspect', `--import=${evil}`, '--eval=0', `--node-options=--import=${evil}`]) {
    const { code, out, err } = await start(PROGRAM, [flag], { cwd: folder });
    t.match({ code, out }, { code: 2, out: '' }, flag);
    t.match(err, /unknown option --/);
  }
});

t.test('variables that change how Node.js trusts and dials change no verdict', async (t) => {
  const name = 'tls-inspection';
  const expected = SCENARIOS.find((scenario) => scenario.name === name)?.expected;
  const { code, out, err } = await start(PROGRAM, ['demo', '--scenario', name, '--output', '-', '--quiet'], {
    env: {
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
      NODE_USE_SYSTEM_CA: '1',
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: 'http://127.0.0.1:9',
      HTTPS_PROXY: 'http://127.0.0.1:9',
      SSL_CERT_FILE: '/dev/null',
      SSL_CERT_DIR: folder,
    },
  });
  t.equal(code, expected?.exitCode, err);
  const { verdict, findings } = parsedReport(out);
  t.equal(verdict, expected?.verdict);
  const causes = findings.map(({ cause }) => cause);
  for (const cause of expected?.causes ?? []) t.ok(causes.includes(cause), cause);
});
