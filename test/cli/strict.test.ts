/** `--redact strict` where reports leave: a run's outputs and summary, its uploads, and `upload REPORT`. */
import { createHash, randomUUIDv7 } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { probeAndReport } from '../../src/cli/probe-and-report.ts';
import { harmlessJson } from '../../src/common/escaped-json.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import { storedKey } from '../../src/delivery/redaction/pseudonym-key.ts';
import { uploadName } from '../../src/delivery/report-names.ts';
import { toWritten } from '../../src/model/certificates.ts';
import { Report } from '../../src/model/report.ts';
import { SCHEMA_VERSION } from '../../src/model/schema-version.ts';
import { answer, blobStore, contentOf, openService } from '../delivery/upload/service.ts';
import { attempt, finding, parsedReport, report, withDropped } from '../report/samples.ts';
import { capture, invoke } from './harness.ts';

/** Names of the samples' own network. */
const OWN = /contoso|10\.20\./;
const KEY = 'pseudonyms.key';
const FENCELESS = { APIM_PROBE_CONNECT_TO: '', APIM_PROBE_DNS_SERVER: '' };

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'apim-probe-strict-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const { environment: usual } = report();
const environment = { ...usual, dns: { ...usual.dns, servers: ['168.63.129.16', '10.20.0.4'] } };

const sample = (startedAt = '2026-05-04T08:30:00.123Z') =>
  report({
    environment,
    id: randomUUIDv7(),
    startedAt,
    verdict: 'blocked',
    targets: withDropped(['sql']),
    findings: [finding()],
  });

async function run(cwd: string, variables: NodeJS.ProcessEnv, probed = sample()) {
  const env = { ...FENCELESS, APIM_PROBE_REDACT: 'strict', ...variables };
  const io = capture({ cwd, env });
  const loaded = load({ flags: {}, env, cwd, systemConfig: join(cwd, 'none') }, readers);
  const code = await probeAndReport(loaded, io, async () => probed, 'always');
  return { code, out: io.out(), err: io.err() };
}

const idsOf = (json: string) => parsedReport(json).targets.map(({ id }) => id);

t.test('the sample identifies its network', async (t) => {
  t.match(harmlessJson(toWritten(sample())), OWN, 'or these tests would prove nothing');
});

t.test('all outputs of a run are strict; the reports on the VM are not', async (t) => {
  const cwd = folderOf(t);
  const state = join(cwd, 'state');
  const { blobs, handle } = blobStore();
  const { url } = await openService(t, handle);
  const env = {
    APIM_PROBE_STATE: state,
    APIM_PROBE_UPLOAD: `${url}/c?sv=2022-11-02&sr=c&sp=cw&sig=x`,
    APIM_PROBE_OUTPUT: 'r.json',
    APIM_PROBE_FORMAT: 'text=r.txt,markdown=r.md,junit=r.xml,csv=r.csv,network-status=n.json,json=-',
  };
  const first = await run(cwd, env);
  t.equal(first.code, 1, first.err);
  const given = [
    first.out,
    first.err,
    ...['r.json', 'r.txt', 'r.md', 'r.xml', 'r.csv', 'n.json'].map((name) => read(cwd, name)),
  ];
  const [sent = ''] = [...blobs.values()].map(contentOf);
  for (const text of [...given, sent]) t.notMatch(text, OWN);
  const [{ networkStatus }] = JSON.parse(read(cwd, 'n.json'));
  t.match(
    networkStatus.dnsServers,
    ['168.63.129.16', /^10\.x..\.x..\.x..$/],
    'a pseudonym is an answer, too',
  );
  t.equal(sent, read(cwd, 'r.json'), 'what is sent is what is written');
  t.match(parsedReport(sent).environment.notes.at(-1), /are pseudonyms \(--redact strict\)/);
  const [stored = ''] = readdirSync(join(state, 'reports'));
  t.match(read(state, join('reports', stored)), OWN, 'the history is compared by names');

  t.strictSame([statSync(join(state, KEY)).mode & 0o777, statSync(join(state, KEY)).size], [0o600, 32]);
  const second = await run(cwd, env, sample('2026-05-04T08:45:00.000Z'));
  t.strictSame(idsOf(second.out), idsOf(first.out), 'the next report calls everything the same');
  t.notMatch(second.err, /Only in|new endpoint/);
  const files = ['one.json', 'two.json'];
  for (const [at, text] of [first.out, second.out].entries()) writeFileSync(join(cwd, files[at] ?? ''), text);
  t.match((await invoke(['compare', ...files], { cwd })).out, /57 unchanged,\s+0\s+new, 0 gone/);
});

t.test('a report that stands alone shares its pseudonyms with none', async (t) => {
  const cwd = folderOf(t);
  const [one, other] = [await run(cwd, {}), await run(cwd, {})];
  for (const { out, err } of [one, other]) t.notMatch(out + err, OWN);
  t.strictNotSame(idsOf(one.out), idsOf(other.out));
  t.strictSame(readdirSync(cwd), []);
});

t.test('text of a peer does not reveal a name, and own names are hidden', async (t) => {
  const cwd = folderOf(t);
  const [first, ...others] = sample().targets;
  if (first === undefined) throw never();
  const host = 'contosostore.blob.core.windows.net';
  const store = { id: `storage-blob/${host}:443`, host };
  const http = { status: 302, headers: { location: 'contosostore' }, bodyBytes: 0, bodyStart: '' };
  const answered = attempt('20.1.1.1', null, { http: { ...http, blockPage: null } });
  const probed = Report.parse({
    ...sample(),
    targets: [{ ...first, ...store, attempts: [answered] }, ...others],
  });
  const { network } = probed.environment;
  const environment = {
    ...probed.environment,
    network: { ...network, vip: '20.50.1.1' },
    proxies: [{ variable: 'NO_PROXY', value: 'intranet7, buildbox' }],
  };
  const { out, err } = await run(cwd, {}, Report.parse({ ...probed, environment }));
  t.notMatch(out + err, OWN);
  t.notMatch(out + err, /20\.50\.1\.1|intranet7|buildbox/);
});

t.test('the suggested upload command repeats the options of its run', async (t) => {
  const cwd = folderOf(t);
  const env = {
    APIM_PROBE_STATE: join(cwd, 'state'),
    APIM_PROBE_UPLOAD: 'http://127.0.0.1:9/in',
    APIM_PROBE_UPLOAD_METHOD: 'post',
    APIM_PROBE_UPLOAD_TIMEOUT: '1000',
  };
  t.match(
    (await run(cwd, env)).err,
    `or:\n    apim-probe upload --state ${join(cwd, 'state')} --upload http://127.0.0.1:9/in --upload-method post --redact strict\n`,
  );
});

t.test('a run and an upload of the stored report write the same bytes', async (t) => {
  const cwd = folderOf(t);
  const state = join(cwd, 'state');
  const { blobs, handle } = blobStore();
  const { url } = await openService(t, handle);
  const { out } = await run(cwd, { APIM_PROBE_STATE: state, APIM_PROBE_FORMAT: 'json=-' });
  const [stored = ''] = readdirSync(join(state, 'reports'));
  const named = ['upload', join(state, 'reports', stored), '--redact', 'strict', '--state', state];
  const env = { ...FENCELESS, APIM_PROBE_UPLOAD: `${url}/c?sv=2022-11-02&sr=c&sp=cw&sig=x` };
  t.match(await invoke(named, { cwd, env }), { code: 0 });
  t.equal(contentOf([...blobs.values()][0] ?? never()), out);
});

t.test('a report that cannot be rewritten is reported and does not block others', async (t) => {
  const cwd = folderOf(t);
  const { blobs, handle } = blobStore();
  const { url } = await openService(t, handle);
  const spool = join(cwd, 'spool');
  const env = {
    ...FENCELESS,
    APIM_PROBE_UPLOAD: `${url}/c?sv=2022-11-02&sr=c&sp=cw&sig=x`,
    APIM_PROBE_SPOOL: spool,
  };
  const { schemaVersion, id, startedAt } = sample();
  const head = JSON.stringify({ schemaVersion, id, startedAt }).slice(0, -1);
  const deep = `${head},"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  mkdirSync(spool);
  const name = uploadName({ id, startedAt: '2020-01-01T00:00:00.000Z' });
  writeFileSync(join(spool, name), gzipSync(deep));
  const { code, err } = await run(cwd, env);
  t.equal(code, 1, err);
  t.match(err, /1 report in .* cannot be sent: the file is damaged, its content is not a report: delete it/);
  t.equal(blobs.size, 1);
  t.notMatch(contentOf([...blobs.values()][0] ?? never()), OWN);
});

t.test('what is rewritten stays so: a repeat after a lost key has the same bytes', async (t) => {
  const cwd = folderOf(t);
  const seen: string[] = [];
  const { url } = await openService(t, (one, response, number) => {
    seen.push(contentOf(one));
    return answer(503)(one, response, number);
  });
  const spool = join(cwd, 'spool');
  const env = { APIM_PROBE_UPLOAD: `${url}/in`, APIM_PROBE_SPOOL: spool, APIM_PROBE_UPLOAD_TIMEOUT: '500' };
  await run(cwd, { ...env, APIM_PROBE_REDACT: 'standard' });
  const strict = { cwd, env: { ...FENCELESS, ...env, APIM_PROBE_REDACT: 'strict' } };
  await invoke(['upload'], strict);
  rmSync(join(spool, KEY));
  await invoke(['upload'], strict);
  const [open, ...hidden] = [...new Set(seen)];
  t.match(open, OWN);
  t.equal(hidden.length, 1, 'one form, however often it was sent');
  t.notMatch(hidden[0], OWN);
});

t.test('processes that make a key at the same time get the same key', async (t) => {
  for (let round = 0; round < 10; round += 1) {
    const folder = folderOf(t);
    const keys = await Promise.all(Array.from({ length: 6 }, () => storedKey(folder, async () => {})));
    t.equal(new Set(keys.map(({ key }) => Buffer.from(key).toString('hex'))).size, 1);
    t.strictSame(new Set(keys.map(({ problem }) => problem)), new Set([null]));
  }
});

t.test('a key that cannot be stored is reported, and a damaged key is replaced', async (t) => {
  const cwd = folderOf(t);
  mkdirSync(join(cwd, KEY));
  const result = await run(cwd, { APIM_PROBE_STATE: cwd, APIM_PROBE_OUTPUT: '-' });
  t.equal(result.code, 1);
  t.match(result.err, /note: no other report has the same pseudonyms: their key cannot be stored as/);
  t.notMatch(result.out + result.err, OWN);
  rmSync(join(cwd, KEY), { recursive: true });
  for (const wrong of ['short', 'long'.repeat(20)]) {
    writeFileSync(join(cwd, KEY), wrong);
    t.notMatch((await run(cwd, { APIM_PROBE_STATE: cwd })).err, /pseudonyms of this report/);
    t.equal(statSync(join(cwd, KEY)).size, 32);
  }
});

t.test('a disk that refuses the report gives away no more', async (t) => {
  const cwd = folderOf(t);
  const { code, out, err } = await run(cwd, { APIM_PROBE_OUTPUT: '/dev/full' });
  t.equal(code, 1, 'its verdict goes before what the disk refused');
  t.match(err, /went to stdout instead/);
  t.notMatch(out + err, OWN);
  t.equal(idsOf(out).length, sample().targets.length, 'and no less');
});

t.test('upload REPORT: the same pseudonyms as the runs of that spool', async (t) => {
  const cwd = folderOf(t);
  const { blobs, handle } = blobStore();
  const { url } = await openService(t, handle);
  const spool = join(cwd, 'spool');
  const env = {
    ...FENCELESS,
    APIM_PROBE_UPLOAD: `${url}/c?sv=2022-11-02&sr=c&sp=cw&sig=x`,
    APIM_PROBE_SPOOL: spool,
  };
  const { out } = await run(cwd, env);
  const younger = {
    ...toWritten(sample()),
    schemaVersion: SCHEMA_VERSION.replace(/\.\d+\./, '.99.'),
    more: { region: 'westeurope' },
  };
  writeFileSync(join(cwd, 'mine.json'), harmlessJson(younger));
  t.match(await invoke(['upload', 'mine.json', '--redact', 'strict'], { cwd, env }), { code: 0 });
  const sent = [...blobs.values()].map(contentOf);
  t.equal(sent.length, 2);
  for (const text of sent) t.notMatch(text, OWN);
  const mine = JSON.parse(sent.find((text) => text.includes('2.99.0')) ?? '{}');
  t.strictSame(
    mine.targets.map(({ id }: { id: string }) => id),
    idsOf(out),
  );
  t.match(mine.more, { region: 'westeurope' });
  writeFileSync(join(cwd, 'plain.json'), harmlessJson(toWritten(sample())));
  await invoke(['upload', 'plain.json'], { cwd, env });
  t.match(
    contentOf([...blobs.values()].at(-1) ?? never()),
    OWN,
    'without being asked it hides secrets alone',
  );
});

t.test('reports that waited before --redact strict leave redacted as well', async (t) => {
  const cwd = folderOf(t);
  const { blobs, handle } = blobStore();
  let down = true;
  const { url } = await openService(t, (seen, response, number) =>
    down
      ? answer(403, { 'x-ms-error-code': 'AuthorizationFailure' })(seen, response, number)
      : handle(seen, response, number),
  );
  const spool = join(cwd, 'spool');
  const env = {
    ...FENCELESS,
    APIM_PROBE_UPLOAD: `${url}/c?sv=2022-11-02&sr=c&sp=cw&sig=x`,
    APIM_PROBE_SPOOL: spool,
  };
  const open = { APIM_PROBE_REDACT: 'standard' };
  for (const variables of [open, open, {}]) t.equal((await run(cwd, { ...env, ...variables })).code, 1);
  down = false;
  t.equal((await run(cwd, env)).code, 1, 'delivered, and blocked');
  t.equal(blobs.size, 4);
  const sent = [...blobs.values()];
  for (const one of sent) {
    t.notMatch(contentOf(one), OWN);
    const digest = createHash('sha256').update(contentOf(one)).digest('hex');
    t.equal(one.headers['x-ms-meta-sha256'], digest, 'and its hash is of what was sent');
  }
  t.strictSame(idsOf(contentOf(sent[0] ?? never())), idsOf(contentOf(sent.at(-1) ?? never())));
});

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

function never(): never {
  throw new Error('nothing was sent');
}

t.test('a report of schema 1.x leaves as it is, and not at all where names are to be hidden', async (t) => {
  const cwd = folderOf(t);
  const { blobs, handle } = blobStore();
  const { url } = await openService(t, handle);
  const spool = join(cwd, 'spool');
  const env = {
    ...FENCELESS,
    APIM_PROBE_UPLOAD: `${url}/c?sv=2022-11-02&sr=c&sp=cw&sig=x`,
    APIM_PROBE_SPOOL: spool,
  };
  const older = { ...sample(), schemaVersion: '1.3.0' };
  // Today's redaction would change it: the bytes of the older version must stay.
  const json = harmlessJson({ ...older, note: 'the password=of-another' });
  const name = uploadName(older);
  mkdirSync(spool);
  writeFileSync(join(spool, name), gzipSync(json));

  const hidden = await run(cwd, { ...env, APIM_PROBE_REDACT: 'strict' });
  t.match(
    hidden.err,
    /cannot be sent: it was written by apim-probe with schema 1\.3; this version reads 2\.x.*: send it with\s+--redact standard, or delete it\. Stored in \S+rejected/s,
  );
  t.equal(blobs.size, 1, 'the report of the run alone');
  for (const one of blobs.values()) t.notMatch(contentOf(one), OWN);
  t.match(
    read(join(spool, 'rejected'), `${name}.reason.txt`),
    /^it was written by apim-probe with schema 1\.3/,
  );

  const open = { cwd, env: { ...env, APIM_PROBE_REDACT: 'standard' } };
  t.match(await invoke(['upload', '--retry-rejected'], open), { code: 0 });
  t.ok([...blobs.values()].map(contentOf).includes(json), 'byte for byte');

  writeFileSync(join(cwd, 'older.json'), json);
  t.match(await invoke(['upload', 'older.json', '--redact', 'strict'], { cwd, env }), {
    code: 2,
    err: /"older\.json" was written by apim-probe with schema 1\.3; this version reads 2\.x/,
  });
  t.equal(blobs.size, 2);
});

t.test('labels, paths, and where the VM is, are hidden; keys of labels stay', async (t) => {
  const cwd = folderOf(t);
  const labels = {
    env: 'Trey Research',
    region: 'humongous',
    'cost.center_1': 'lamna-7',
    token: 'fourthcoffee',
  };
  const vm = {
    ...environment.vm,
    hostName: 'wingtip01',
    resourceGroup: 'Relecloud (West).1',
    subscriptionId: 'abcdef01-2345-4678-8abc-def012345678',
  };
  const probed = Report.parse({
    ...sample(),
    labels,
    environment: { ...environment, vm, notes: ['wingtip01 in humongous.blob.core.windows.net'] },
    options: {
      label: { value: Object.entries(labels).map(([key, value]) => `${key}=${value}`), from: 'flag' },
      state: { value: '/srv/adatum', from: 'file' },
      format: { value: ['text=/srv/adatum/r.txt', 'json=-'], from: 'flag' },
      target: { value: ['https://h.example:443/proseware?x=1', 'tcp://h.example:1'], from: 'flag' },
      connectTo: { value: ['southridge:443:10.0.0.4:443'], from: 'flag' },
      sql: { value: ['blueyonder'], from: 'flag' },
      expectPrivate: { value: ['key-vault', 'vanarsdel'], from: 'flag' },
      timeout: { value: 5000, from: 'default' },
    },
  });
  const own =
    /trey|humongous|lamna|fourthcoffee|wingtip|relecloud|abcdef01|adatum|proseware|southridge|blueyonder|vanarsdel/i;
  t.match(JSON.stringify(probed), own);
  const state = { APIM_PROBE_STATE: join(cwd, 's'), APIM_PROBE_OUTPUT: '-' };
  const { out, err } = await run(cwd, state, probed);
  t.notMatch(out + err, own);
  const report = parsedReport(out);
  t.match(report.labels, {
    env: /^label-[0-9a-f]{8}$/,
    region: /^label-[0-9a-f]{8}$/,
    'cost.center_1': /^label-[0-9a-f]{8}$/,
    token: '***',
  });
  t.match(report.options, {
    label: {
      value: [`env=${report.labels['env']}`, `region=${report.labels['region']}`, /^cost\.center_1=label-/],
    },
    state: { value: /^path-[0-9a-f]{8}$/, from: 'file' },
    format: { value: [/^text=path-[0-9a-f]{8}$/, 'json=-'] },
    target: { value: [/^https:\/\/host-\S+:443\/\*\*\*$/, /^tcp:\/\/host-\S+:1$/] },
    timeout: { value: 5000, from: 'default' },
    expectPrivate: { value: ['key-vault', /^host-/] },
  });
  t.match(report.environment.vm, { hostName: /^host-/, resourceGroup: /^host-/, size: 'Standard_B2s' });
  t.match(report.environment.vm?.subscriptionId, /^id-/);

  writeFileSync(join(cwd, 'r.json'), out);
  const again = await invoke(['render', 'r.json', '--format', 'json', '--redact', 'strict'], { cwd });
  t.strictSame(JSON.parse(again.out), JSON.parse(out), 'doing it twice changes nothing');
  const plain = await run(cwd, { ...state, APIM_PROBE_REDACT: 'standard' }, probed);
  t.match(parsedReport(plain.out), { labels: { env: 'Trey Research', token: '***' }, environment: { vm } });
});
