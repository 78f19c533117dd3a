/** Variables and signals of the JavaScript runtime must neither print a secret, nor open an upload, nor open an inspector. */
import { spawn } from 'node:child_process';
import { randomUUIDv7 } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { RUNTIME_VARIABLES } from '../../src/config/runtime-variables.ts';
import { BUILT, PROGRAM, STARTER, start } from '../cli/program.ts';
import { certificates } from '../delivery/upload/certificates.ts';
import { answer, openService } from '../delivery/upload/service.ts';
import { writtenReport } from '../report/samples.ts';

const CANARY = 'canary7f3a91';
const HOST = 'contosostore.blob.core.windows.net';
/** Started with the user's Node.js, which applies the variables before the program begins. */
const isBundle = BUILT?.endsWith('.mjs') === true;

async function scene(t: Test) {
  const cwd = mkdtempSync(join(tmpdir(), 'apim-probe-runtime-'));
  t.teardown(() => rmSync(cwd, { recursive: true, force: true }));
  const { tls, files } = await certificates(t, [HOST]);
  const storage = await openService(t, answer(201), tls);
  writeFileSync(join(cwd, 'r.json'), JSON.stringify(writtenReport({ id: randomUUIDv7() })));
  const env = {
    PATH: process.env['PATH'],
    HOME: cwd,
    APIM_PROBE_UPLOAD: `https://${HOST}/c?sv=2022-11-02&sr=c&sp=cw&sig=${CANARY}`,
    APIM_PROBE_UPLOAD_TIMEOUT: '3000',
    APIM_PROBE_SPOOL: join(cwd, 'spool'),
    APIM_PROBE_CONNECT_TO: `${HOST}:443:127.0.0.1:${storage.port}`,
  };
  return { cwd, env, storage, root: files.root };
}

t.test('NODE_DEBUG prints no signature, and the upload goes on where it can be trusted', async (t) => {
  const { cwd, env, storage, root } = await scene(t);
  const { code, out, err } = await start(PROGRAM, ['upload', 'r.json'], {
    cwd,
    env: {
      ...env,
      APIM_PROBE_CA_FILE: root,
      NODE_DEBUG: 'fetch,undici,http,net,tls,child_process',
      NODE_DEBUG_NATIVE: 'crypto',
    },
  });
  t.notMatch(`${out}${err}`, CANARY);
  if (isBundle) {
    t.equal(code, 2);
    t.match(err, /NODE_DEBUG is set, which prints what is sent.*nothing is uploaded/);
    t.equal(storage.requests.length, 0);
  } else {
    t.equal(code, 0, err);
    t.match(err, /^note: ignores NODE_DEBUG, NODE_DEBUG_NATIVE, which would/);
    t.equal(storage.requests.length, 1);
  }
});

t.test('an upload to an unknown certificate stays closed', async (t) => {
  const { cwd, env, storage, root } = await scene(t);
  const hook = join(cwd, 'hook.mjs');
  writeFileSync(
    hook,
    `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(join(cwd, 'hooked'))}, '');`,
  );
  const cases = [
    { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    { NODE_EXTRA_CA_CERTS: root },
    ...(isBundle
      ? []
      : [{ NODE_OPTIONS: `--import=${hook}` }, { NODE_USE_SYSTEM_CA: '1', SSL_CERT_FILE: root }]),
  ];
  // Each tries until its limit.
  const upload = (variables: NodeJS.ProcessEnv, index: number) => {
    const own = { APIM_PROBE_SPOOL: join(cwd, `spool ${index}`), ...variables };
    return start(PROGRAM, ['upload', 'r.json'], { cwd, env: { ...env, ...own } });
  };
  for (const [index, { code, err }] of (await Promise.all(cases.map(upload))).entries()) {
    t.equal(code, isBundle ? 2 : 4, `${Object.keys(cases[index] ?? {})}: ${err}`);
    t.notMatch(err, CANARY);
  }
  t.equal(storage.requests.length, 0);
  if (!isBundle) t.throws(() => readFileSync(join(cwd, 'hooked')), { code: 'ENOENT' }, 'no foreign code ran');
});

t.test('arguments and the shell’s pipes survive the start without the variables', async (t) => {
  const script = `"$@" config --config <(echo 'deadline: 9123') --output 'a b' --format json`;
  const env = { PATH: process.env['PATH'], NODE_DEBUG: 'x' };
  const { code, out, err } = await start(['bash', '-c', script, 'bash'], PROGRAM, {
    cwd: t.testdir({}),
    env,
  });
  t.equal(code, 0, err);
  const { deadline, output } = JSON.parse(out);
  t.match({ deadline, output }, { deadline: { value: 9123 }, output: { value: /\/a b$/ } });
});

t.test('SIGUSR1 opens no inspector and ends nothing', async (t) => {
  const [file, ...first] = PROGRAM;
  const child = spawn(file, [...first, 'demo', '--scenario', 'sql-blocked', '--quiet'], {
    cwd: t.testdir({}),
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  await new Promise((done) => child.stderr?.once('data', done));
  const answers = [];
  for (let time = 0; time < 5; time += 1) {
    child.kill('SIGUSR1');
    await sleep(100);
    answers.push(await isOpen(9229));
  }
  t.strictSame(answers, [false, false, false, false, false]);
  t.equal(await ended, 1, 'blocked, as the scenario is');
  t.notMatch(err, /Debugger|inspector/i);
});

function isOpen(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('close', () => socket.destroy());
  });
}

t.test('the starter has the program’s list', (t) => {
  const script = readFileSync(STARTER, 'utf8');
  const listed = /for name in ([\s\S]*?); do/.exec(script)?.[1]?.split(/[\s\\]+/);
  t.strictSame(listed, Object.keys(RUNTIME_VARIABLES));
  t.end();
});
