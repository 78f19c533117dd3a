/** `--legend FILE`: the names behind the pseudonyms of a strict document, for the customer only. */
import { randomUUIDv7 } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { probeAndReport } from '../../src/cli/probe-and-report.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import { toWritten } from '../../src/model/certificates.ts';
import { blobStore, contentOf, openService } from '../delivery/upload/service.ts';
import { finding, report, withDropped } from '../report/samples.ts';
import { capture, invoke } from './harness.ts';

interface LegendFile {
  readonly about: string;
  readonly key: { readonly fingerprint: string; readonly file: string | null };
  readonly reports: readonly string[];
  readonly pseudonyms: Readonly<Record<string, { readonly kind: string; readonly name: string }>>;
}

const PSEUDONYM =
  /(?:host|user|id|address|label|path)-[0-9a-f]{4,}|(?:10|172|100|192\.168|169\.254)(?:\.x[0-9a-f]{2}){2,3}|x[0-9a-f]{4}(?::x[0-9a-f]{4}){7}/g;

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'apim-probe-legend-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const { environment: usual } = report();
const sample = () =>
  report({
    id: randomUUIDv7(),
    verdict: 'blocked',
    environment: {
      ...usual,
      dns: { ...usual.dns, servers: ['10.20.0.4', 'fd00::4'], searchDomains: ['corp.contoso.example'] },
      notes: ['seen at /home/alice/x, in /subscriptions/11111111-2222-4333-8444-555555555555'],
    },
    targets: withDropped(['sql']),
    findings: [finding()],
  });

function legendIn(cwd: string, name: string): LegendFile {
  return JSON.parse(readFileSync(join(cwd, name), 'utf8')) as LegendFile;
}

/** The text with each pseudonym replaced by its name. */
function explained(text: string, { pseudonyms }: LegendFile): string {
  return text.replace(PSEUDONYM, (pseudonym) => pseudonyms[pseudonym]?.name ?? `UNEXPLAINED ${pseudonym}`);
}

const WITHOUT_FENCE = { APIM_PROBE_CONNECT_TO: '', APIM_PROBE_DNS_SERVER: '' };

async function run(cwd: string, variables: NodeJS.ProcessEnv) {
  const env = { ...WITHOUT_FENCE, APIM_PROBE_REDACT: 'strict', ...variables };
  const io = capture({ cwd, env });
  const loaded = load({ flags: {}, env, cwd, systemConfig: join(cwd, 'none') }, readers);
  await probeAndReport(loaded, io, async () => sample(), 'always');
  return { out: io.out(), err: io.err() };
}

t.test('render explains what a strict run has uploaded, by the key of the state folder', async (t) => {
  const cwd = folderOf(t);
  const state = join(cwd, 'state');
  const { blobs, handle } = blobStore();
  const { url } = await openService(t, handle);
  await run(cwd, { APIM_PROBE_STATE: state, APIM_PROBE_UPLOAD: `${url}/c?sv=2022-11-02&sr=c&sp=cw&sig=x` });
  const [sent = ''] = [...blobs.values()].map(contentOf);
  const [stored = ''] = readdirSync(join(state, 'reports'));
  const file = join(state, 'reports', stored);
  const argv = [
    'render',
    file,
    '--redact',
    'strict',
    '--state',
    state,
    '--format',
    'json',
    '--legend',
    'l.json',
  ];
  const { code, out, err } = await invoke(argv, { cwd });
  t.equal(code, 0, err);
  t.equal(out, sent, 'the same key gives the same report');
  t.equal(statSync(join(cwd, 'l.json')).mode & 0o777, 0o600);

  const legend = legendIn(cwd, 'l.json');
  t.ok((sent.match(PSEUDONYM) ?? []).length > 20, 'the upload is full of pseudonyms');
  const plain = explained(sent, legend);
  t.notMatch(plain, 'UNEXPLAINED');
  for (const name of [
    'contoso-probe.database.windows.net',
    '10.20.0.4',
    'fd00::4',
    '/home/alice/',
    '11111111-2222',
  ])
    t.match(plain, name);
  t.strictSame(
    new Set(Object.values(legend.pseudonyms).map(({ kind }) => kind)),
    new Set(['host', 'address', 'id', 'user', 'label']),
  );
  const keys = Object.keys(legend.pseudonyms);
  t.strictSame(keys, keys.toSorted(), 'in stable order');
  const { id } = JSON.parse(sent) as { id: string };
  t.match(legend, {
    reports: [id],
    key: { file: join(state, 'pseudonyms.key'), fingerprint: /^[0-9a-f]{16}$/ },
  });
  const key = readFileSync(join(state, 'pseudonyms.key')).toString('hex');
  t.notOk(key.includes(legend.key.fingerprint), 'the fingerprint is not a part of the key');

  await invoke([...argv.slice(0, -1), 'again.json'], { cwd });
  t.equal(readFileSync(join(cwd, 'again.json'), 'utf8'), readFileSync(join(cwd, 'l.json'), 'utf8'));
});

t.test('bundle: the legend explains every file of it, and uploads too', async (t) => {
  const cwd = folderOf(t);
  const state = join(cwd, 'state');
  const { out } = await run(cwd, { APIM_PROBE_STATE: state, APIM_PROBE_FORMAT: 'json=-' });
  writeFileSync(join(cwd, 'log'), 'sent to sql7.corp.contoso.example, 10.9.8.7\n');
  const argv = ['bundle', '--redact', 'strict', '--state', state, '--log-file', 'log', '--output', 'b.tgz'];
  const { code, err } = await invoke([...argv, '--legend', 'l.json'], { cwd });
  t.equal(code, 0, err);
  t.equal(statSync(join(cwd, 'l.json')).mode & 0o777, 0o600);
  const legend = legendIn(cwd, 'l.json');
  const bundle = gunzipSync(readFileSync(join(cwd, 'b.tgz'))).toString('latin1');
  t.notMatch(bundle, /contoso|10\.20\./);
  t.match(bundle, 'pseudonyms are those of this VM');
  const plain = explained(bundle, legend);
  t.notMatch(plain, 'UNEXPLAINED');
  t.match(plain, 'sql7.corp.contoso.example');
  t.match(plain, '10.9.8.7');
  t.notMatch(explained(out, legend), 'UNEXPLAINED', 'the strict report of the run');
});

t.test('without a state folder it explains only its own document, with a note', async (t) => {
  const cwd = folderOf(t);
  writeFileSync(join(cwd, 'r.json'), JSON.stringify(toWritten(sample())));
  const { out } = await invoke(
    ['render', 'r.json', '--redact', 'strict', '--legend', 'l.json', '--format', 'json'],
    {
      cwd,
    },
  );
  const legend = legendIn(cwd, 'l.json');
  t.match(legend, { key: { file: null }, about: /this one document/ });
  t.notMatch(explained(out, legend), 'UNEXPLAINED');
});

t.test('usage errors: exit 2, nothing is written, and why', async (t) => {
  const cwd = folderOf(t);
  writeFileSync(join(cwd, 'r.json'), JSON.stringify(toWritten(sample())));
  const strict = await invoke(['render', 'r.json', '--redact', 'strict', '--format', 'json'], { cwd });
  writeFileSync(join(cwd, 'strict.json'), strict.out);
  writeFileSync(join(cwd, 'there.json'), 'precious');
  symlinkSync('elsewhere.json', join(cwd, 'link.json'));
  const before = readdirSync(cwd);
  for (const command of ['render', 'bundle']) {
    for (const [argv, expected] of [
      [['r.json', '--legend', 'l.json'], /--legend needs --redact strict/],
      [['r.json', '--redact', 'strict', '--legend', '-'], /--legend - is not possible/],
      [['strict.json', '--redact', 'strict', '--legend', 'l.json'], /strict\.json" holds pseudonyms already/],
      [['r.json', '--redact', 'strict', '--legend', 'there.json'], /there\.json" exists already/],
      [['r.json', '--redact', 'strict', '--legend', 'link.json'], /link\.json" exists already/],
      [['r.json', '--redact', 'strict', '--legend', 'no/l.json'], /no\/l\.json" cannot be written/],
    ] as const) {
      const ended = await invoke([command, ...argv], { cwd });
      t.match(ended, { code: 2, out: '', err: expected }, `${command} ${argv.join(' ')}`);
    }
  }
  const listed = await invoke(['bundle', 'r.json', '--list', '--redact', 'strict', '--legend', 'l.json'], {
    cwd,
  });
  t.match(listed, { code: 2, out: '', err: /--list writes nothing/ });
  t.strictSame(readdirSync(cwd), before);
  t.equal(readFileSync(join(cwd, 'there.json'), 'utf8'), 'precious');
});

t.test('a key that cannot be stored: a note, and the legend is for this document only', async (t) => {
  const cwd = folderOf(t);
  writeFileSync(join(cwd, 'r.json'), JSON.stringify(toWritten(sample())));
  writeFileSync(join(cwd, 'state'), 'not a folder');
  const { code, err } = await invoke(
    ['render', 'r.json', '--redact', 'strict', '--state', 'state', '--legend', 'l.json'],
    { cwd },
  );
  t.equal(code, 0, err);
  t.match(err, /no other report has the same pseudonyms: their key cannot be stored/);
  t.equal(legendIn(cwd, 'l.json').key.file, null);
});
