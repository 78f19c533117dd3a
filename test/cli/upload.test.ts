import { spawn } from 'node:child_process';
import { randomUUIDv7 } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { main } from '../../src/cli/main.ts';
import { type Agent, probeAndReport } from '../../src/cli/probe-and-report.ts';
import { harmlessJson } from '../../src/common/escaped-json.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import { withoutRuntimeVariables } from '../../src/config/runtime-variables.ts';
import { toWritten } from '../../src/model/certificates.ts';
import { SCHEMA_VERSION } from '../../src/model/schema-version.ts';
import { answer, blobStore, contentOf, openService } from '../delivery/upload/service.ts';
import { parsedReport, report } from '../report/samples.ts';
import { capture, FENCE, invoke } from './harness.ts';

const CANARY = 'canary7f3a91';
const SAS = `?sv=2022-11-02&sr=c&sp=cw&sig=${CANARY}`;
/** The harness sends everything to a closed port of loopback; these tests run a server there. */
const OPEN = { APIM_PROBE_CONNECT_TO: '', APIM_PROBE_DNS_SERVER: '' };

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'apim-probe-cli-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const sample = () => report({ startedAt: '2026-05-04T08:30:00.123Z', id: randomUUIDv7() });

/** Every file under a folder, unpacked where it is packed. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const bytes = readFileSync(join(parentPath, name));
      return `${name} ${name.endsWith('.gz') ? gunzipSync(bytes) : bytes}`;
    })
    .join('\n');
}

async function run(cwd: string, env: NodeJS.ProcessEnv, agent?: (io: ReturnType<typeof capture>) => Agent) {
  const io = capture({ cwd, env: { ...OPEN, ...env } });
  const loaded = load({ flags: {}, env: { ...OPEN, ...env }, cwd, systemConfig: join(cwd, 'none') }, readers);
  const code = await probeAndReport(loaded, io, agent?.(io) ?? (async () => sample()), 'always');
  return { code, out: io.out(), err: io.err() };
}

t.test('run uploads its report, prints the destination, and shows no secret', async (t) => {
  const cwd = folderOf(t);
  const { blobs, handle } = blobStore();
  const { url } = await openService(t, handle);
  const env = { APIM_PROBE_UPLOAD: `${url}/c${SAS}`, APIM_PROBE_SPOOL: join(cwd, 'spool') };
  const { code, out, err } = await run(cwd, env);
  t.equal(code, 0);
  t.match(err, `Uploaded: 1 report to ${url}/c?…`);
  t.equal([...blobs.values()].map(contentOf)[0], out, 'what stdout got is what arrived');
  t.match((await run(cwd, { ...env, APIM_PROBE_QUIET: '1' })).err, /^(?!.*Uploaded)/s);
  t.notMatch(`${out}${err}${everything(cwd)}`, CANARY);
});

t.test(
  'a failed upload: exit 4, the verdict as it was, the report in the spool, and the next run sends both',
  async (t) => {
    const cwd = folderOf(t);
    let status = 403;
    const { blobs, handle } = blobStore();
    const { url } = await openService(t, (seen, response, number) =>
      status === 403
        ? answer(403, { 'x-ms-error-code': 'AuthorizationFailure' })(seen, response, number)
        : handle(seen, response, number),
    );
    const env = { APIM_PROBE_UPLOAD: `${url}/c${SAS}`, APIM_PROBE_STATE: cwd };
    const { code, out, err } = await run(cwd, env);
    t.equal(code, 4);
    t.equal(out, '', 'the history has the report');
    const [stored = ''] = readdirSync(join(cwd, 'reports'));
    t.equal(parsedReport(readFileSync(join(cwd, 'reports', stored), 'utf8')).verdict, 'ready');
    t.match(err, /not uploaded to .*network rules refuse this subnet/);
    t.match(
      err,
      `it waits in ${join(cwd, 'spool')}; the next run sends it, or:\n    apim-probe upload --state ${cwd}\n`,
    );
    t.notMatch(`${err}${everything(cwd)}`, CANARY);
    const status1 = await invoke(['upload', '--status'], { cwd, env });
    t.match(status1.out, /Waiting: 1 report, the oldest of 2026-05-04T08:30:00Z\n.*Rejected: 0/s);
    t.match(status1.out, /Last success: none\nLast problem: .*network rules/);
    t.notMatch(status1.out, CANARY);
    status = 201;
    t.match(await run(cwd, env), { code: 0, err: /Uploaded: 2 reports/ });
    t.equal(blobs.size, 2);
    t.match(
      (await invoke(['upload', '--status'], { cwd, env })).out,
      /Waiting: 0 reports\n.*Last success: 2/s,
    );
  },
);

t.test('a refused report: exit 4, the reason, and --retry-rejected', async (t) => {
  const cwd = folderOf(t);
  let code = 'ContainerNotFound';
  const { handle } = blobStore();
  const { url } = await openService(t, (seen, response, number) =>
    code === ''
      ? handle(seen, response, number)
      : answer(404, { 'x-ms-error-code': code })(seen, response, number),
  );
  const env = { ...OPEN, APIM_PROBE_UPLOAD: `${url}/c${SAS}`, APIM_PROBE_SPOOL: join(cwd, 'spool') };
  const first = await run(cwd, env);
  t.equal(first.code, 4);
  t.match(first.err, /does not accept 1 report: the container does not exist.*Stored in .*rejected/);
  t.match(
    (await invoke(['upload', '--status'], { cwd, env })).out,
    /Rejected: 1 report, in .*\n.*container does not exist/,
  );
  const terminal = capture({ cwd, env, terminal: true });
  t.equal(await main(['upload', '--status'], terminal), 0);
  const wide = terminal
    .out()
    .split('\n')
    .filter((line) => [...line].length > 80 && / \S+ /.test(line.trim()) && !line.startsWith('    '));
  t.strictSame(wide, [], 'wrapped on a terminal');
  code = '';
  t.match(await invoke(['upload'], { cwd, env }), { code: 0, err: /Nothing waits/ });
  t.match(await invoke(['upload', '--retry-rejected'], { cwd, env }), { code: 0, err: /Uploaded: 1 report/ });
});

t.test('a rejection is reported in full, with the command for this spool and destination', async (t) => {
  const cwd = folderOf(t);
  let status = 401;
  const { url } = await openService(t, (seen, response, number) => answer(status)(seen, response, number));
  const spool = join(cwd, 'my spool');
  const named = ['--spool', spool, '--upload', `${url}/in`, '--upload-timeout', '2000'];
  writeFileSync(join(cwd, 'r.json'), harmlessJson(toWritten(sample())));
  const { code, err } = await invoke(['upload', 'r.json', ...named], { cwd, env: OPEN });
  t.equal(code, 4);
  const command = `apim-probe upload --spool '${spool}' --upload ${url}/in`;
  t.match(
    err,
    `it wants a valid token or password, by --upload-header-file FILE (status 401). Stored in ${spool}/rejected; after you fix that:\n    ${command} --retry-rejected\n`,
  );
  const env = { APIM_PROBE_SPOOL: spool, APIM_PROBE_UPLOAD: `${url}/in`, APIM_PROBE_UPLOAD_TIMEOUT: '1000' };
  status = 503;
  t.match((await run(cwd, env)).err, `the next run sends it, or:\n    ${command}\n`);
  for (const hidden of [SAS, `?k=${CANARY}`, `?x=${CANARY}`]) {
    const log = join(cwd, 'log');
    const variables = { ...env, APIM_PROBE_UPLOAD: `${url}/c${hidden}`, APIM_PROBE_LOG_FILE: log };
    const { err: text } = await run(cwd, variables);
    t.match(text, `or:\n    apim-probe upload --spool '${spool}'\n`);
    t.notMatch(text + readFileSync(log, 'utf8'), CANARY, 'any parameter may be a secret');
  }
});

t.test('a damaged file in the spool is no fault of the destination', async (t) => {
  const cwd = folderOf(t);
  const { blobs, handle } = blobStore();
  const { url } = await openService(t, handle);
  const spool = join(cwd, 'spool');
  const env = { ...OPEN, APIM_PROBE_UPLOAD: `${url}/c${SAS}`, APIM_PROBE_SPOOL: spool };
  mkdirSync(spool);
  writeFileSync(join(spool, `apim-probe-report-20260504T083000Z-${randomUUIDv7()}.json.gz`), 'torn');
  const { code, err } = await invoke(['upload'], { cwd, env });
  t.equal(code, 4);
  t.match(
    err.replaceAll(/\s+/g, ' '),
    `apim-probe: 1 report in ${spool} cannot be sent: the file is damaged, its content is not a report in gzip: delete it. Stored in ${spool}/rejected`,
  );
  t.notMatch(err, /does not accept|retry-rejected/, 'sending it again would not help');
  const after = await run(cwd, env);
  t.match(after, { code: 0, err: /Uploaded: 1 report/ }, 'nor does it hold up the next one');
  t.equal(blobs.size, 1);
});

t.test('upload sends the reports that are named', async (t) => {
  const cwd = folderOf(t);
  const { blobs, handle } = blobStore();
  const { url } = await openService(t, handle);
  const env = { ...OPEN, APIM_PROBE_UPLOAD: `${url}/c${SAS}`, APIM_PROBE_SPOOL: join(cwd, 'spool') };
  for (const name of ['1', '2', '3'])
    writeFileSync(join(cwd, `${name}.json`), harmlessJson(toWritten(sample())));
  t.match(await invoke(['upload', '1.json', '2.json', '3.json'], { cwd, env }), {
    code: 0,
    err: /3 reports/,
  });
  t.equal(blobs.size, 3);
  writeFileSync(join(cwd, 'no.json'), '{"id":"../../x"}');
  writeFileSync(join(cwd, 'torn.json'), '{');
  const wrong = await invoke(['upload', '1.json', 'no.json', 'torn.json'], { cwd, env });
  t.equal(wrong.code, 2);
  t.match(wrong.err, /"no\.json" is JSON, but not a report.*"torn\.json" is cut off/s);
  t.match(await invoke(['upload', 'nowhere.json'], { cwd, env }), { code: 2, err: /does not exist/ });
  t.match(await invoke(['upload', '--status', '1.json'], { cwd, env }), { code: 2, err: /sends nothing/ });
  t.equal(blobs.size, 3, 'nothing was sent');
});

t.test('without a destination, or with a secret in a flag: exit 2', async (t) => {
  const cwd = folderOf(t);
  t.match(await invoke(['upload'], { cwd }), { code: 2, err: /no destination is given: --upload URL/ });
  const flag = await invoke(['upload', '--upload', `https://h.example/c${SAS}`], { cwd });
  t.equal(flag.code, 2);
  t.match(flag.err, /--upload-file FILE/);
  t.notMatch(flag.err, CANARY);
  const { out } = await invoke(['config'], { cwd, env: { APIM_PROBE_UPLOAD: `https://h.example/c${SAS}` } });
  t.match(out, 'https://h.example/c?…');
  t.notMatch(out, CANARY);
  t.match(await invoke(['upload', '--status'], { cwd, env: { APIM_PROBE_STATE: cwd } }), {
    code: 0,
    out: /Destination: none/,
  });
});

t.test('a spool that cannot be made: exit 4, and the report is saved elsewhere', async (t) => {
  const cwd = folderOf(t);
  writeFileSync(join(cwd, 'file'), '');
  const env = { APIM_PROBE_UPLOAD: 'http://127.0.0.1:9/c', APIM_PROBE_SPOOL: join(cwd, 'file', 'spool') };
  const { code, err } = await run(cwd, env);
  t.equal(code, 4);
  t.match(err, /was not uploaded: it could not be put into/);
  const path = /saved as (\S+\.json) instead/.exec(err)?.[1] ?? '';
  t.equal(parsedReport(readFileSync(path, 'utf8')).verdict, 'ready');
  rmSync(path);
  writeFileSync(join(cwd, 'r.json'), harmlessJson(toWritten(sample())));
  for (const argv of [['upload', 'r.json'], ['upload'], ['upload', '--status']]) {
    t.match(await invoke(argv, { cwd, env: { ...OPEN, ...env } }), {
      code: 2,
      err: /^apim-probe: spool: ".*spool" \(variable APIM_PROBE_SPOOL\) cannot be read: a part of its path is not a folder/,
    });
  }
});

t.test('the next report notes once what a full spool dropped', async (t) => {
  const cwd = folderOf(t);
  const spool = join(cwd, 'spool');
  const env = {
    ...{
      APIM_PROBE_UPLOAD: 'http://127.0.0.1:9/c',
      APIM_PROBE_SPOOL: spool,
      APIM_PROBE_UPLOAD_TIMEOUT: '50',
    },
    APIM_PROBE_SPOOL_BYTES: '65536',
  };
  mkdirSync(spool);
  const old = 'apim-probe-report-20260101T000000Z-00000000-0000-4000-8000-000000000001.json.gz';
  writeFileSync(join(spool, old), Buffer.alloc(80_000));
  const notes = async () => parsedReport((await run(cwd, env)).out).environment.notes.join('\n');
  t.notMatch(await notes(), /spool/, 'dropped by this very run');
  t.match(
    await notes(),
    /the spool was full: 1 earlier report of 2026-01-01T00:00:00Z went unsent; see spoolBytes/,
  );
  t.notMatch(await notes(), /spool/);
});

t.test('a stopped run stores its report and sends nothing', async (t) => {
  const cwd = folderOf(t);
  const { url, requests } = await openService(t, answer(201));
  const env = { APIM_PROBE_UPLOAD: `${url}/c${SAS}`, APIM_PROBE_SPOOL: join(cwd, 'spool') };
  const { code, err } = await run(cwd, env, (io) => async (_options, { signal }) => {
    queueMicrotask(() => io.process.emit('SIGTERM'));
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return { ...sample(), interrupted: 'SIGTERM' };
  });
  t.equal(code, 143);
  t.match(err, /stopped before the report could be uploaded\n.*it waits in/);
  t.equal(requests.length, 0);
  t.equal(readdirSync(join(cwd, 'spool')).length, 1);
});

t.test(
  'a service that never answers: SIGTERM ends it, and so does the time limit; the spool is complete',
  async (t) => {
    const cwd = folderOf(t);
    const { url, requests } = await openService(t, () => undefined);
    const spool = join(cwd, 'spool');
    const env = {
      // The runner's own variables would be refused, as they steer the runtime.
      ...withoutRuntimeVariables(process.env),
      ...FENCE,
      ...OPEN,
      APIM_PROBE_UPLOAD: `${url}/c${SAS}`,
      APIM_PROBE_SPOOL: spool,
    };
    writeFileSync(join(cwd, 'r.json'), harmlessJson(toWritten(sample())));
    const bin = join(import.meta.dirname, '..', '..', 'bin', 'apim-probe.ts');
    const start = (argv: readonly string[]) => {
      const program = spawn(process.execPath, [bin, 'upload', ...argv], { cwd, env });
      let err = '';
      program.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString();
      });
      return { program, err: () => err };
    };
    const stopped = start(['r.json']);
    while (requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    t.notMatch(readFileSync(`/proc/${stopped.program.pid}/cmdline`, 'utf8'), CANARY);
    stopped.program.kill('SIGTERM');
    t.strictSame(await once(stopped.program, 'close'), [143, null]);
    t.match(stopped.err(), /SIGTERM: stopping, and keeping what is not confirmed/);
    const timed = start(['--upload-timeout', '300']);
    t.strictSame(await once(timed.program, 'close'), [4, null]);
    t.match(timed.err(), /the time for the upload was over. 1 report left in/);
    t.match(readdirSync(spool).toSorted(), [/^apim-probe-report-.*\.gz$/, 'last-upload.json']);
    t.notMatch(`${stopped.err()}${timed.err()}${everything(spool)}`, CANARY);
  },
);

t.test('upload REPORT sends no secret that a foreign file holds', async (t) => {
  const cwd = folderOf(t);
  const { blobs, handle } = blobStore();
  const { url } = await openService(t, handle);
  const foreign = {
    ...toWritten(sample()),
    schemaVersion: SCHEMA_VERSION.replace(/\.\d+\./, '.99.'),
    proxy: `http://bob:${CANARY}@proxy/`,
    seen: `https://h/c?sp=w&sig=${CANARY}`,
  };
  writeFileSync(join(cwd, 'foreign.json'), JSON.stringify({ ...foreign, banner: '"password=' }));
  const env = { ...OPEN, APIM_PROBE_UPLOAD: `${url}/c${SAS}`, APIM_PROBE_SPOOL: join(cwd, 'spool') };
  t.equal((await invoke(['upload', 'foreign.json'], { cwd, env })).code, 0);
  const [arrived = ''] = [...blobs.values()].map(contentOf);
  t.match(JSON.parse(arrived), { banner: '"password=', seen: /sig=\*\*\*$/ });
  t.notMatch(arrived, CANARY);
});

t.test('a run that is stopped during the upload reports it, and does not block another run', async (t) => {
  const cwd = folderOf(t);
  const env = { APIM_PROBE_SPOOL: join(cwd, 'spool'), APIM_PROBE_STATE: join(cwd, 'state') };
  const other = await openService(t, blobStore().handle);
  let io: ReturnType<typeof capture> | undefined;
  let second: Awaited<ReturnType<typeof run>> | undefined;
  const { url } = await openService(t, async () => {
    second ??= await run(cwd, { ...env, APIM_PROBE_UPLOAD: `${other.url}/c${SAS}` });
    io?.process.emit('SIGTERM');
    return undefined;
  });
  const first = await run(cwd, { ...env, APIM_PROBE_UPLOAD: `${url}/c${SAS}` }, (own) => {
    io = own;
    return async () => sample();
  });
  t.equal(first.code, 143, first.err);
  t.equal(second?.code, 0, second?.err ?? 'it never began');
});

t.test('a report is in the spool before the command of --on-change runs', async (t) => {
  const cwd = folderOf(t);
  const { url } = await openService(t, blobStore().handle);
  const spool = join(cwd, 'spool');
  const env = {
    ...{ APIM_PROBE_SPOOL: spool, APIM_PROBE_STATE: join(cwd, 'state'), APIM_PROBE_UPLOAD: `${url}/c${SAS}` },
    APIM_PROBE_ON_CHANGE: `ls ${spool} >seen`,
  };
  t.equal((await run(cwd, env)).code, 0);
  const blocked = async () => ({ ...sample(), verdict: 'blocked' as const });
  t.equal((await run(cwd, env, () => blocked)).code, 1);
  t.match(readFileSync(join(cwd, 'seen'), 'utf8'), /^apim-probe-report-.*\.json\.gz$/m);
});

t.test('secrets in foreign files of the spool are removed before the upload', async (t) => {
  const cwd = folderOf(t);
  const spool = join(cwd, 'spool');
  mkdirSync(spool, { mode: 0o700 });
  const plant = (second: number, text: string) => {
    const name = `apim-probe-report-20260504T08300${second}Z-019b76da-a800-7000-8000-00000000000${second}.json.gz`;
    writeFileSync(join(spool, name), gzipSync(text), { mode: 0o600 });
  };
  plant(1, harmlessJson({ password: [CANARY], list: [`pwd=${CANARY}`] }));
  plant(2, `password=${CANARY}`);
  plant(3, `${'['.repeat(100_000)}"sig=${CANARY}"${']'.repeat(100_000)}`);
  const arrived: string[] = [];
  const { url } = await openService(t, (seen, response, number) => {
    arrived.push(gunzipSync(seen.body).toString());
    return answer(201)(seen, response, number);
  });
  const named = ['--spool', spool, '--upload', `${url}/in`];
  t.match(await invoke(['upload', ...named], { cwd, env: OPEN }), { code: 0, err: /Uploaded: 3 reports/ });
  t.equal(arrived.length, 3);
  t.notMatch(arrived.join(), CANARY);
  t.match(arrived[0], /"password": \[\n\s+"\*\*\*"/);
});
