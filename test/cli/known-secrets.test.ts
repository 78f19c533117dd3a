/** Secrets that no rule finds by name or shape: a peer repeats them, and no output has them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { probeAndReport } from '../../src/cli/probe-and-report.ts';
import { loadOptions } from '../../src/cli/sources.ts';
import { VERDICTS } from '../../src/model/vocabulary.ts';
import { finding, report, withDropped, writtenReport } from '../report/samples.ts';
import { capture, invoke } from './harness.ts';

const [SAS, HEADER, PROXY, COMMAND] = [
  's4sValue9xQ7',
  'h3aderValue9xQ7',
  'pr0xyValue9xQ7',
  ': c0mmandValue9xQ7 x',
];
const SECRETS = [SAS, HEADER, PROXY, COMMAND];
const TEXT = `it has ${SECRETS.join(' and ')} then`;

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'apim-probe-known-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const variables = (cwd: string) => ({
  APIM_PROBE_CONNECT_TO: '',
  APIM_PROBE_DNS_SERVER: '',
  APIM_PROBE_UPLOAD: `http://127.0.0.1:9/in?place=${SAS}`,
  APIM_PROBE_UPLOAD_HEADER_FILE: join(cwd, 'headers'),
  APIM_PROBE_UPLOAD_TIMEOUT: '1000',
  APIM_PROBE_STATE: join(cwd, 'state'),
  APIM_PROBE_OUTPUT: 'r.json',
  APIM_PROBE_FORMAT:
    'text=r.txt,markdown=r.md,junit=r.xml,nagios=r.line,csv=r.csv,network-status=n.json,json=-',
  APIM_PROBE_LOG_LEVEL: 'trace',
  APIM_PROBE_LOG_FILE: join(cwd, 'log'),
  APIM_PROBE_ON_CHANGE: COMMAND,
  all_proxy: `me:${PROXY}@proxy.example:3128`,
});

t.test('no output has a secret that the run knows, even when a peer repeats it', async (t) => {
  const cwd = folderOf(t);
  writeFileSync(join(cwd, 'headers'), `X-Thing: ${HEADER}\n`, { mode: 0o600 });
  const io = capture({ cwd, env: variables(cwd) });
  const loaded = await loadOptions({}, io);
  const probed = report({
    verdict: VERDICTS[0],
    targets: withDropped(['sql']),
    findings: [finding({ title: TEXT, remedy: [TEXT] })],
  });
  await probeAndReport(
    { ...loaded, notes: [TEXT] },
    io,
    async (_, { progress }) => {
      progress?.({ kind: 'begin', id: TEXT } as Parameters<NonNullable<typeof progress>>[0]);
      return probed;
    },
    'always',
  );
  const state = join(cwd, 'state');
  const [stored = ''] = readdirSync(join(state, 'reports'));
  const [spooled = ''] = readdirSync(join(state, 'spool')).filter((name) => name.endsWith('.gz'));
  const outputs = {
    stdout: io.out(),
    stderr: io.err(),
    ...Object.fromEntries(
      ['r.json', 'r.txt', 'r.md', 'r.xml', 'log'].map((name) => [
        name,
        readFileSync(join(cwd, name), 'utf8'),
      ]),
    ),
    stored: readFileSync(join(state, 'reports', stored), 'utf8'),
    spooled: gunzipSync(readFileSync(join(state, 'spool', spooled))).toString(),
  };
  for (const [where, text] of Object.entries(outputs)) {
    // A ticket has the asterisks as code.
    t.match(text.replaceAll('`', ''), 'it has *** and *** and *** and *** then', `${where} has the rest`);
    for (const secret of SECRETS) t.notOk(text.includes(secret), where);
  }
});

t.test('they are removed from a report of another run as well', async (t) => {
  const cwd = folderOf(t);
  writeFileSync(join(cwd, 'headers'), `X-Thing: ${HEADER}\n`, { mode: 0o600 });
  writeFileSync(
    join(cwd, 'other.json'),
    JSON.stringify(writtenReport({ findings: [finding({ title: TEXT })] })),
  );
  const env = { ...variables(cwd), APIM_PROBE_LOG_FILE: '', APIM_PROBE_OUTPUT: '', APIM_PROBE_FORMAT: '' };
  for (const key of ['APIM_PROBE_LOG_FILE', 'APIM_PROBE_OUTPUT', 'APIM_PROBE_FORMAT'] as const)
    Reflect.deleteProperty(env, key);
  for (const argv of [
    ['render', 'other.json', '--format', 'json'],
    ['render', 'other.json', '--redact', 'strict'],
    ['bundle', 'other.json', '--output', 'b.tgz'],
  ]) {
    const { out, err } = await invoke(argv, { cwd, env });
    for (const secret of [SAS, PROXY, COMMAND]) t.notOk(`${out}${err}`.includes(secret), argv.join(' '));
  }
  const bundle = gunzipSync(readFileSync(join(cwd, 'b.tgz'))).toString('latin1');
  for (const secret of [SAS, PROXY, COMMAND]) t.notOk(bundle.includes(secret), 'bundle');
});
