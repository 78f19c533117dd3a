/** `apim-probe bundle`: from files to an archive. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unpackTar } from 'modern-tar';
import t from 'tap';
import { SCHEMA_VERSION } from '../../src/model/schema-version.ts';
import { fill, MINUTE, NOW, older, run } from '../delivery/history/samples.ts';
import { finding, parsedReport, withDropped, writtenReport } from '../report/samples.ts';
import { invoke } from './harness.ts';
import { KEEPS_COMPILED } from './program.ts';

const sample = (day: number) =>
  writtenReport({
    startedAt: `2026-05-0${day}T08:30:00.000Z`,
    id: `019b76da-a800-7000-8000-00000000000${day}`,
    verdict: 'blocked',
    targets: withDropped(['sql']),
    findings: [finding({ title: `Day ${day}: sig=CANARY` })],
  });
const nameOf = (day: number) => `apim-probe-report-2026050${day}T083000Z-00000${day}.json`;

const FILES = {
  'named.json': JSON.stringify(sample(9)),
  'no.json': '{"a":1}',
  log: '{"level":"info","msg":"sent to sql01.corp.contoso.com, Authorization: Bearer CANARY"}\n',
  'apim-probe.yaml': 'storage: contosoprobe01 # sig=CANARY\nstate: state\nlogFile: log\n',
  state: {
    reports: {
      ...Object.fromEntries([1, 2, 3].map((day) => [nameOf(day), JSON.stringify(sample(day))])),
      'apim-probe-report-20260504T083000Z-000004.json': JSON.stringify(sample(4)).slice(0, 900),
      'foreign.txt': 'CANARY',
    },
  },
};

t.test('when stdout cannot be written, stderr names the archive', async (t) => {
  const cwd = t.testdir(FILES);
  const { code, err } = await invoke(['bundle', '--config', 'apim-probe.yaml', 'named.json'], {
    cwd,
    stdoutFails: 'ENOSPC',
  });
  t.equal(code, 4);
  const [name = ''] = readdirSync(cwd).filter((file) => file.endsWith('.tar.gz'));
  t.match(err, `the bundle is ${join(cwd, name)}; its name could not be written to stdout: no space left`);
});

/** The files of an archive, by their names within its one folder. */
async function unpacked(bytes: Uint8Array): Promise<Map<string, string>> {
  const entries = await unpackTar(new Uint8Array(gunzipSync(bytes)));
  return new Map(
    entries.map(({ header, data }) => [
      header.name.replace(/^apim-probe-bundle-\d{8}T\d{6}Z\//, ''),
      Buffer.from(data ?? []).toString(),
    ]),
  );
}

interface Manifest {
  readonly redaction: { readonly level: string };
  readonly files: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly redactions: Record<string, number>;
  }[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

function manifestOf(files: ReadonlyMap<string, string>): Manifest {
  return JSON.parse(files.get('manifest.json') ?? '') as Manifest;
}

t.test('one archive: reports, text, log, options, environment and a manifest that proves them', async (t) => {
  const cwd = t.testdir(FILES);
  const { code, out, err } = await invoke(['bundle', '--config', 'apim-probe.yaml', 'named.json'], { cwd });
  t.equal(code, 0);
  t.equal(err, `Options from ${cwd}/apim-probe.yaml\n`);
  t.match(out, /apim-probe-bundle-\d{8}T\d{6}Z\.tar\.gz\n$/);
  const path = out.trim();
  t.equal(statSync(path).mode & 0o777, 0o600);
  const files = await unpacked(readFileSync(path));
  t.strictSame(
    [...files.keys()],
    [
      ...[9, 3, 2, 1].map((day) => `reports/${nameOf(day)}`),
      ...['report.txt', 'apim-probe.log', 'config.json', 'environment.json', 'manifest.json'],
    ],
  );
  t.equal(parsedReport(files.get(`reports/${nameOf(1)}`) ?? '').findings[0]?.title, 'Day 1: sig=***');
  t.match(files.get('report.txt'), 'Day 9', 'the newest as text');
  t.equal(
    files.get('apim-probe.log'),
    '{"level":"info","msg":"sent to sql01.corp.contoso.com, Authorization: Bearer ***"}\n',
  );
  t.match(JSON.parse(files.get('config.json') ?? ''), {
    storage: { value: ['contosoprobe01'], origin: /apim-probe\.yaml:1/ },
  });
  t.match(JSON.parse(files.get('environment.json') ?? ''), {
    agent: { version: String },
    environment: { cloud: 'public' },
  });
  const manifest = manifestOf(files);
  t.equal(manifest.redaction.level, 'standard');
  t.match(manifest.leftOut, [{ name: 'report 2 of 5', reason: /is cut off/ }]);
  for (const { name, bytes, sha256 } of manifest.files) {
    const content = Buffer.from(files.get(name) ?? '');
    t.equal(content.length, bytes);
    t.equal(createHash('sha256').update(content).digest('hex'), sha256, name);
  }
  t.strictSame(manifest.files.find(({ name }) => name === 'apim-probe.log')?.redactions, { header: 1 });
  t.notMatch([...files.values()].join(), 'CANARY');
});

t.test('--list prints the same and writes nothing', async (t) => {
  const cwd = t.testdir(FILES);
  const before = readdirSync(cwd);
  const { code, out } = await invoke(['bundle', '--config', 'apim-probe.yaml', '--list', '--reports', '2'], {
    cwd,
  });
  t.equal(code, 0);
  t.strictSame(readdirSync(cwd), before);
  const names = out
    .split('\n')
    .flatMap((line) => /^(\S+) .*bytes|^(\S+)$/.exec(line)?.slice(1).find(Boolean) ?? []);
  t.strictSame(names.slice(0, 2), [`reports/${nameOf(3)}`, 'report.txt'], 'two newest, one of them damaged');
  t.match(out, /apim-probe\.log\s+\d+ bytes; redacted:\s+header 1/);
});

t.test('strict: nothing of this network is in it, and two bundles have nothing in common', async (t) => {
  const cwd = t.testdir(FILES);
  const seen: string[] = [];
  for (const name of ['one.tgz', 'two.tgz']) {
    const { code, out } = await invoke(
      ['bundle', '--config', 'apim-probe.yaml', '--redact', 'strict', '--output', name],
      { cwd },
    );
    t.equal(code, 0);
    t.equal(out, `${join(cwd, name)}\n`);
    const files = await unpacked(readFileSync(join(cwd, name)));
    const all = [...files.values()].join('\n');
    t.notMatch(all, /CANARY|contoso|vm-probe-01|10\.20\.|corp/i);
    const inReport = /sql\/(host-[0-9a-f]+)\.database\.windows\.net/.exec(all)?.[1] ?? '';
    t.ok((files.get('report.txt') ?? '').includes(inReport), 'one name all over the bundle');
    seen.push(inReport);
    // Its pseudonyms may be the names of strangers.
    t.match(await invoke(['verify', name], { cwd }), { code: 2, err: /names and addresses are pseudonyms/ });
    t.match(await invoke(['render', name, '--judge-again'], { cwd }), { code: 2, err: /pseudonyms/ });
  }
  t.not(seen[0], seen[1]);
});

t.test('the archive on stdout', async (t) => {
  const cwd = t.testdir(FILES);
  const script = join(import.meta.dirname, '../../bin/apim-probe.ts');
  const { spawnSync } = await import('node:child_process');
  const { status, stdout } = spawnSync(
    process.execPath,
    [script, 'bundle', '--config', 'apim-probe.yaml', '--output', '-'],
    {
      cwd,
      env: KEEPS_COMPILED,
      maxBuffer: 1e8,
    },
  );
  t.equal(status, 0);
  t.ok((await unpacked(stdout)).has('manifest.json'));
  t.match(await invoke(['bundle', '--output', '-'], { cwd, terminal: true }), {
    code: 2,
    err: /an archive cannot go to a terminal/,
  });
});

t.test('the problems of a wrong config file go in', async (t) => {
  const cwd = t.testdir({ 'apim-probe.yaml': 'timeuot: 5 # pw\nstorage: "https://u:CANARY@h"\n' });
  const { code, err } = await invoke(['bundle', '--config', 'apim-probe.yaml', '--output', 'b.tgz'], { cwd });
  t.equal(code, 0);
  t.match(err, /the options of a run cannot be read[\s\S]*the bundle has no report/);
  const files = await unpacked(readFileSync(join(cwd, 'b.tgz')));
  t.match(JSON.parse(files.get('config.json') ?? ''), { problems: [/unknown key "timeuot"/] });
  t.notMatch([...files.values()].join(), 'CANARY');
  t.match(manifestOf(files).notes, [/the options of a run/, /no report/]);
});

t.test('a missing state folder is noted, and the bundle has the rest', async (t) => {
  const cwd = t.testdir({ 'apim-probe.yaml': 'state: never\n' });
  const { code, err } = await invoke(['bundle', '--config', 'apim-probe.yaml', '--output', 'b.tgz'], { cwd });
  t.equal(code, 0);
  t.match(err, /note: state: ".*never" \(.*\) holds no folder "reports"/);
  const files = await unpacked(readFileSync(join(cwd, 'b.tgz')));
  t.match(manifestOf(files).notes, [/holds no folder "reports"/, /no report/]);
});

t.test('variables: the relevant ones, without secrets', async (t) => {
  const cwd = t.testdir({});
  const env = {
    HTTPS_PROXY: 'user:CANARY@proxy:3128',
    APIM_PROBE_UPLOAD_TOKEN: 'CANARY',
    APIM_PROBE_KEY_VAULT: 'kv1',
    AZURE_CLIENT_SECRET: 'CANARY',
    SOMETHING: 'CANARY',
    TZ: 'UTC',
  };
  await invoke(['bundle', '--output', 'b.tgz'], { cwd, env });
  const files = await unpacked(readFileSync(join(cwd, 'b.tgz')));
  t.notMatch([...files.values()].join(), 'CANARY');
  t.match(JSON.parse(files.get('environment.json') ?? '').variables, {
    HTTPS_PROXY: '***@proxy:3128',
    APIM_PROBE_UPLOAD_TOKEN: '***',
    APIM_PROBE_KEY_VAULT: 'kv1',
    TZ: 'UTC',
    SOMETHING: undefined,
  });
});

t.test('a malicious report', async (t) => {
  const odd = '"__proto__":{"a":1},"__defineGetter__":1,"constructor":{"x":"sig=CANARY"}';
  const later = JSON.stringify({ ...sample(1), schemaVersion: SCHEMA_VERSION.replace(/\.\d+\./, '.99.') });
  const cwd = t.testdir({ 'keys.json': later.replace('{', `{${odd},`) });
  for (const level of ['standard', 'strict']) {
    const { code } = await invoke(['bundle', 'keys.json', '--redact', level, '--output', level], { cwd });
    t.equal(code, 0);
    const files = await unpacked(readFileSync(join(cwd, level)));
    const [name = ''] = [...files.keys()].filter((one) => one.startsWith('reports/'));
    t.match(files.get(name), '"__defineGetter__": 1');
    t.notMatch([...files.values()].join(), 'CANARY');
    t.ok(files.has('report.txt'));
  }
});

t.test('stored reports go in as the history lists them: by the order of writing', async (t) => {
  const cwd = t.testdir({});
  const [past, future, last] = [run(NOW), run(Date.UTC(2099, 0)), run(NOW + MINUTE)];
  await fill(join(cwd, 's'), [past, future, last]);
  const folder = join(cwd, 's/reports');
  writeFileSync(join(folder, 'apim-probe-report-20990504T083000Z-handmade.json'), JSON.stringify(future));
  writeFileSync(join(folder, 'apim-probe-report-20260504T083000Z-000001.json'), older(NOW));
  const { out } = await invoke(['history', '--state', 's', '--format', 'json'], { cwd });
  t.strictSame(
    JSON.parse(out).runs.map(({ id }: { id: string }) => id),
    [last, future, past].map(({ id }) => id),
  );
  await invoke(['bundle', '--state', 's', '--output', 'b.tgz'], { cwd });
  const files = await unpacked(readFileSync(join(cwd, 'b.tgz')));
  const packed = [...files].filter(([name]) => name.startsWith('reports/'));
  t.strictSame(
    packed.map(([, text]) => JSON.parse(text).id),
    [last, future, past].map(({ id }) => id),
  );
  t.match(manifestOf(files).leftOut, [
    { name: 'report 4 of 4', reason: /^was written by apim-probe with schema 1\.4/ },
  ]);
  const rendered = await invoke(['render', 'b.tgz', '--format', 'json'], { cwd });
  t.equal(JSON.parse(rendered.out).id, last.id, 'a bundle is read as its newest report');
});

t.test('no file is replaced, and problems are reported before anything is written', async (t) => {
  const cwd = t.testdir({ ...FILES, 'taken.tgz': 'mine' });
  for (const [argv, expected] of [
    [['--output', 'taken.tgz'], /taken\.tgz" exists already, and a bundle never replaces a file/],
    [['--output', 'gone/b.tgz'], /the folder .*gone does not exist/],
    [['--reports', 'many'], /--reports "many" must be a whole number from 0 to 1000/],
    [['gone.json'], /"gone\.json" cannot be read: it does not exist/],
    [['no.json'], /"no\.json" is JSON, but not a report/],
    [['--state', 'nowhere'], /state: ".*nowhere" \(flag --state\) holds no folder "reports"/],
    [['--redact', 'some'], /redact: "some"/],
    [['--timeout', '5'], /"apim-probe bundle" has no option --timeout/],
  ] as const) {
    const { code, out, err } = await invoke(['bundle', ...argv], { cwd });
    t.equal(code, 2, argv.join(' '));
    t.equal(out, '');
    t.match(err, expected);
  }
  t.equal(readFileSync(join(cwd, 'taken.tgz'), 'utf8'), 'mine');
});

t.test('the name of a second is taken: the next one is used', async (t) => {
  const cwd = t.testdir({});
  const paths = [];
  for (let time = 0; time < 3; time += 1) paths.push((await invoke(['bundle'], { cwd })).out.trim());
  t.equal(new Set(paths).size, 3);
  t.strictSame(readdirSync(cwd).length, 3, 'and no temporary file stays');
});

t.test('a log file that is not a regular file is named in the manifest', async (t) => {
  const cwd = t.testdir(FILES);
  mkdirSync(join(cwd, 'logs'));
  await invoke(['bundle', '--log-file', 'logs', '--output', 'b.tgz'], { cwd });
  const manifest = manifestOf(await unpacked(readFileSync(join(cwd, 'b.tgz'))));
  t.match(manifest.leftOut.at(-1), { name: 'apim-probe.log', reason: 'is not a regular file' });
});

t.test('a long log goes in with its end, from a whole line on', async (t) => {
  const cwd = t.testdir({});
  const line = `${'a line '.repeat(14)}.\n`;
  writeFileSync(join(cwd, 'log'), `sig=CANARY\n${line.repeat(60_000)}the end\n`);
  chmodSync(join(cwd, 'log'), 0o600);
  await invoke(['bundle', '--log-file', 'log', '--output', 'b.tgz'], { cwd });
  const log = (await unpacked(readFileSync(join(cwd, 'b.tgz')))).get('apim-probe.log') ?? '';
  t.ok(log.length <= 5 * 1024 * 1024 && log.length > 5 * 1024 * 1024 - 200);
  t.ok(log.startsWith(line));
  t.ok(log.endsWith('the end\n'));
});

t.test('after rotation the previous log goes in as well', async (t) => {
  const cwd = t.testdir({});
  const line = `{"level":"info","msg":"${'a line '.repeat(14)}"}\n`;
  writeFileSync(join(cwd, 'log'), 'now\n', { mode: 0o600 });
  writeFileSync(join(cwd, 'log.1'), `${line.repeat(60_000)}before, sig=CANARY\n`, { mode: 0o600 });
  await invoke(['bundle', '--log-file', 'log', '--output', 'b.tgz'], { cwd });
  const log = (await unpacked(readFileSync(join(cwd, 'b.tgz')))).get('apim-probe.log') ?? '';
  t.ok(log.length <= 5 * 1024 * 1024 && log.length > 5 * 1024 * 1024 - 200);
  t.ok(log.endsWith('before, sig=***\nnow\n'));
  writeFileSync(join(cwd, 'log.1'), 'cut off', { mode: 0o600 });
  const read = async (name: string) => {
    await invoke(['bundle', '--log-file', 'log', '--output', name], { cwd });
    return (await unpacked(readFileSync(join(cwd, name)))).get('apim-probe.log');
  };
  t.equal(await read('c.tgz'), 'cut off\nnow\n', 'a line each');
  rmSync(join(cwd, 'log'));
  t.equal(await read('d.tgz'), 'cut off\n', 'before the next one begins');
});
