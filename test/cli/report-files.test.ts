/** Every command that takes a REPORT, over one set of good and bad files: all accept it, or all refuse it in one sentence. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import t, { type Test } from 'tap';
import { SCHEMA_VERSION } from '../../src/model/schema-version.ts';
import { DEPENDENCIES_REPLY, STATUS_REPLY } from '../azure/replies.ts';
import { OLDER_VERSION } from '../delivery/history/samples.ts';
import { answer, contentOf, openService } from '../delivery/upload/service.ts';
import { finding, target, writtenReport } from '../report/samples.ts';
import { invoke } from './harness.ts';

const SECRET = 'canary7f3a91';
const MAJOR = Number.parseInt(SCHEMA_VERSION, 10);
const { environment } = writtenReport();
const GOOD = writtenReport({
  environment: { ...environment, network: { ...environment.network, vip: '10.0.1.5' } },
  targets: [target('gateway', 'contoso.azure-api.net', 443)],
  findings: [finding({ title: `https://contoso.example/?sig=${SECRET}` })],
});
const TEXT = JSON.stringify(GOOD);
const UTF16 = Buffer.from(TEXT, 'utf16le');
const OTHER_MINOR = JSON.stringify({
  ...GOOD,
  schemaVersion: `${MAJOR}.99.0`,
  novelty: 'in a later version',
});
const [TARGET] = GOOD.targets;
const BRACKETS = 100_000;

function file(name: string, text: string) {
  return { header: { name, size: Buffer.byteLength(text), type: 'file' as const }, body: text };
}

const BUNDLE = gzipSync(
  await packTar([
    file('b/reports/newest.json', TEXT),
    file('b/reports/older.json', 'not the newest'),
    file('b/manifest.json', '{}'),
  ]),
);

/** Files that every command accepts. */
const ACCEPTED: Readonly<Record<string, string | Buffer>> = {
  'utf8.json': TEXT,
  'bom.json': `\ufeff${TEXT}`,
  'utf16le.json': Buffer.concat([Buffer.from([0xff, 0xfe]), UTF16]),
  'utf16le-bare.json': UTF16,
  'utf16be.json': Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(UTF16).swap16()]),
  'upload.json.gz': gzipSync(TEXT),
  'bundle.tar.gz': BUNDLE,
  'other-minor.json': OTHER_MINOR,
};

const WANTED = 'name a JSON report of apim-probe';

/** Files that every command refuses, with the message. */
const REFUSED: Readonly<Record<string, readonly [string | Buffer, string]>> = {
  'empty.json': ['', `is empty; ${WANTED}`],
  'cut.json': [
    TEXT.slice(0, 900),
    `is cut off: the JSON ends in the middle, at line 1, column 901; ${WANTED}`,
  ],
  'cut.json.gz': [gzipSync(TEXT).subarray(0, 300), `is cut off: the gzip data ends in the middle; ${WANTED}`],
  'comma.json': [
    TEXT.replace(/^\{/, '{\n  ,'),
    `is not valid JSON at line 2, column 3: Expected property name or '}'; ${WANTED}`,
  ],
  'picture.png': [
    Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    `is a binary file, not text: some of its bytes are not UTF-8; ${WANTED}`,
  ],
  'page.html': [
    '<!doctype html><title>Sign in</title>',
    `is an HTML page, probably the error page of a proxy or a login; ${WANTED}`,
  ],
  'config.yaml': ['storage: contoso\n', `is YAML, not JSON: it begins with “storage: contoso”; ${WANTED}`],
  'summary.txt': ['BLOCKED: not all', `is text, not JSON: it begins with “BLOCKED: not all”; ${WANTED}`],
  'outbound.json': [
    JSON.stringify(DEPENDENCIES_REPLY),
    `is an outbound network dependencies reply of Azure, not a report; ${WANTED}`,
  ],
  'other.json': ['{"value":1}', `is JSON, but not a report: it has no schemaVersion; ${WANTED}`],
  'older.json': [
    JSON.stringify({ ...GOOD, schemaVersion: OLDER_VERSION }),
    `was written by apim-probe with schema ${MAJOR - 1}.4; this version reads ${MAJOR}.x; use the version that wrote it, or probe again`,
  ],
  'later.json': [
    JSON.stringify({ ...GOOD, schemaVersion: `${MAJOR + 1}.0.0` }),
    `was written by apim-probe with schema ${MAJOR + 1}.0; this version reads ${MAJOR}.x; use the version that wrote it, or probe again`,
  ],
  'deep.json': [
    `{"schemaVersion":"${SCHEMA_VERSION}","targets":${'['.repeat(BRACKETS)}${']'.repeat(BRACKETS)}}`,
    `is nested too deeply for a report; ${WANTED}`,
  ],
  'damaged.json': [
    JSON.stringify({ ...GOOD, targets: [TARGET, { ...TARGET, host: 7 }] }),
    'is a damaged report (targets[1].host: Invalid input: expected string, received number); probe again',
  ],
  'archive.tar.gz': [
    gzipSync(await packTar([file('b/manifest.json', '{}')])),
    `is an archive without a report; ${WANTED}`,
  ],
};
const STATUS = 'status.json';
const STATUS_REFUSAL = `is a NetworkStatus reply of Azure, not a report; ${WANTED}`;

interface Setting {
  readonly cwd: string;
  readonly url: string;
}

/** Each command, with the file under test as its report. */
const COMMANDS: Readonly<Record<string, (name: string) => readonly string[]>> = {
  render: (name) => ['render', name],
  compare: (name) => ['compare', name, 'utf8.json'],
  'compare as the second': (name) => ['compare', 'utf8.json', name],
  records: (name) => ['records', name],
  bundle: (name) => ['bundle', '--list', name],
  upload: (name) => ['upload', name],
};

function setting(t: Test, url: string): Setting {
  const cwd = t.testdir({});
  const bad = Object.entries(REFUSED).map(([name, [content]]) => [name, content] as const);
  const all = [...Object.entries(ACCEPTED), ...bad, [STATUS, JSON.stringify(STATUS_REPLY)] as const];
  for (const [name, content] of all) writeFileSync(join(cwd, name), content);
  return { cwd, url };
}

function call(argv: readonly string[], { cwd, url }: Setting, stdin?: readonly Uint8Array[]) {
  const env = {
    ...{ APIM_PROBE_CONNECT_TO: '', APIM_PROBE_DNS_SERVER: '', APIM_PROBE_SPOOL: join(cwd, 'spool') },
    ...(argv[0] === 'upload' ? { APIM_PROBE_UPLOAD: `${url}/c`, APIM_PROBE_UPLOAD_METHOD: 'post' } : {}),
  };
  return invoke(argv, { cwd, env, ...(stdin === undefined ? {} : { stdin }) });
}

t.test('every command takes the same files, by name and from stdin, without their secrets', async (t) => {
  const service = await openService(t, answer(200));
  const place = setting(t, service.url);
  for (const [name, content] of Object.entries(ACCEPTED)) {
    for (const [command, argv] of Object.entries(COMMANDS)) {
      const named = await call(argv(name), place);
      t.equal(named.code, 0, `${command} ${name}: ${named.err}`);
      const piped = await call(argv('-'), place, [Buffer.from(content)]);
      t.equal(piped.code, 0, `${command} - <${name}: ${piped.err}`);
      const notes =
        name === 'other-minor.json' ? /^note: .*: it was written with schemaVersion \d+\.99\.0/m : /^/;
      t.match(named.err, notes);
      t.notMatch(`${named.out}${named.err}${piped.out}${piped.err}`, SECRET);
    }
  }
  const sent = service.requests.map(contentOf);
  t.equal(sent.length, 2 * Object.keys(ACCEPTED).length);
  t.notMatch(sent.join(), SECRET);
  t.equal(sent.filter((text) => text.includes('in a later version')).length, 2, 'sent with all its fields');
});

t.test('every command refuses the same files in the same sentence', async (t) => {
  const place = setting(t, 'http://127.0.0.1:9');
  for (const [name, [content, sentence]] of Object.entries(REFUSED)) {
    for (const [command, argv] of Object.entries(COMMANDS)) {
      const named = await call(argv(name), place);
      t.strictSame(
        { code: named.code, out: named.out, err: named.err.split('\n')[0] },
        { code: 2, out: '', err: `apim-probe: "${name}" ${sentence}` },
        `${command} ${name}`,
      );
      const piped = await call(argv('-'), place, [Buffer.from(content)]);
      t.equal(piped.err.split('\n')[0], `apim-probe: stdin ${sentence}`, `${command} - <${name}`);
    }
  }
});

t.test('a NetworkStatus reply is refused by all but compare', async (t) => {
  const place = setting(t, 'http://127.0.0.1:9');
  for (const [command, argv] of Object.entries(COMMANDS)) {
    const { err } = await call(argv(STATUS), place);
    const refused = err.startsWith(`apim-probe: "${STATUS}" ${STATUS_REFUSAL}`);
    t.equal(refused, !command.startsWith('compare'), `${command}: ${err}`);
  }
});

t.test('files that cannot be read, and an empty stdin', async (t) => {
  const place = setting(t, 'http://127.0.0.1:9');
  mkdirSync(join(place.cwd, 'folder'));
  for (const [command, argv] of Object.entries(COMMANDS)) {
    for (const [name, sentence] of [
      ['gone.json', '"gone.json" cannot be read: it does not exist (ENOENT)'],
      ['folder', '"folder" is not a regular file; name a JSON report of apim-probe'],
      ['/dev/zero', '"/dev/zero" is not a regular file; name a JSON report of apim-probe'],
    ] as const)
      t.match((await call(argv(name), place)).err, `apim-probe: ${sentence}\n`, `${command} ${name}`);
    t.match((await call(argv('-'), place)).err, /^apim-probe: stdin is (?:a terminal: pipe|empty)/, command);
  }
  t.match((await call(['compare', '-', '-'], place, [Buffer.from(TEXT)])).err, '"-" is stdin: give it once');
  const mebibyte = Buffer.alloc(1024 * 1024, ' ');
  const endless = await call(['render', '-'], place, new Array(257).fill(mebibyte));
  t.match(endless.err, 'apim-probe: stdin is larger than 256 MiB');
});

t.test('the history uses the same sentences', async (t) => {
  const place = setting(t, 'http://127.0.0.1:9');
  const folder = join(place.cwd, 's/reports');
  mkdirSync(folder, { recursive: true });
  const cases = Object.entries(REFUSED).filter(
    ([name]) => !name.endsWith('.gz') && name !== 'older.json' && name !== 'damaged.json',
  );
  for (const [index, [name]] of cases.entries()) {
    const number = String(index + 1).padStart(6, '0');
    writeFileSync(
      join(folder, `apim-probe-report-${number}-20260504T083000Z-000001.json`),
      readFileSync(join(place.cwd, name)),
    );
  }
  const { out } = await call(['history', '--state', 's', '--format', 'json'], place);
  const { unreadable } = JSON.parse(out) as { unreadable: { problem: string }[] };
  t.strictSame(
    unreadable.map(({ problem }) => problem),
    cases.map(([, [, sentence]]) => sentence).reverse(),
  );
});
