/** The reader of reports: recognition, parsing, other minor versions, and refusals. */
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import t from 'tap';
import { fromWritten } from '../../src/model/certificates.ts';
import { parseReport, type ReportReading, readReportBytes } from '../../src/model/read-report.ts';
import { SCHEMA_VERSION } from '../../src/model/schema-version.ts';
import { attempt, finding, resolved, target, writtenReport } from '../report/samples.ts';

const MAJOR = Number.parseInt(SCHEMA_VERSION, 10);
/** A future minor version of the same major. */
const OTHER = `${MAJOR}.99.0`;

const ATTEMPT = attempt('10.0.0.4', null);
const FULL = writtenReport({
  targets: [
    target('sql', 'a.database.windows.net', 1433, {
      attempts: [ATTEMPT],
      resolutions: [resolved('10.0.0.4')],
    }),
  ],
  findings: [finding()],
});
const JSON_TEXT = JSON.stringify(FULL);
const restored = fromWritten(FULL);
if (!restored.ok) throw new Error(restored.problem);
/** What FULL is in memory. */
const READ = restored.report;

async function read(content: unknown): Promise<ReportReading> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const recognised = await readReportBytes(content instanceof Uint8Array ? content : Buffer.from(text));
  return recognised.ok ? parseReport(recognised.value) : recognised;
}

async function problemOf(content: unknown): Promise<string> {
  const reading = await read(content);
  return reading.ok ? `read ${reading.report.id}` : reading.problem;
}

function file(name: string, text: string) {
  return { header: { name, size: Buffer.byteLength(text), type: 'file' as const }, body: text };
}

function without(value: unknown, keys: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, keys));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (keys.includes(key) ? [] : [[key, without(item, keys)]])),
  );
}

/** Keys of these are data. */
const RECORDS = ['options', 'labels', 'certificates'];

function grown(value: unknown, within = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => grown(item));
  if (typeof value !== 'object' || value === null) return value;
  return {
    ...Object.fromEntries(Object.entries(value).map(([key, item]) => [key, grown(item, key)])),
    ...(RECORDS.includes(within) ? {} : { younger: 1 }),
  };
}

t.test('a report is read from every encoding and container', async (t) => {
  const utf16 = Buffer.from(JSON_TEXT, 'utf16le');
  const swapped = Buffer.from(utf16).swap16();
  const bundle = await packTar([
    file('b/manifest.json', '{}'),
    file('b/reports/newest.json', JSON_TEXT),
    file('b/reports/older.json', '{}'),
  ]);
  for (const [what, bytes] of [
    ['UTF-8', Buffer.from(JSON_TEXT)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${JSON_TEXT}`)],
    ['UTF-16 LE', utf16],
    ['UTF-16 LE with a byte order mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])],
    ['UTF-16 BE', swapped],
    ['UTF-16 BE with a byte order mark', Buffer.concat([Buffer.from([0xfe, 0xff]), swapped])],
    ['gzip', gzipSync(JSON_TEXT)],
    ['gzip of UTF-16', gzipSync(utf16)],
    ['a bundle', gzipSync(bundle)],
    ['an unpacked bundle', bundle],
  ] as const)
    t.strictSame(await read(bytes), { ok: true, report: READ, notes: [] }, what);
});

t.test('a newer version may have causes that this version does not know', async (t) => {
  const causes = ['new-one', 'new-two', 'new-three', 'new-four'];
  const younger = {
    ...FULL,
    schemaVersion: OTHER,
    findings: [...causes.map((cause) => ({ ...finding(), cause })), finding()],
    targets: FULL.targets.map((one) => ({ ...one, cause: 'new-one\u001b[2J' })),
  };
  const reading = await read(younger);
  if (!reading.ok) throw new Error(reading.problem);
  t.strictSame(
    reading.report.findings.map(({ cause }) => cause),
    [...causes.map(() => 'undetermined'), finding().cause],
  );
  t.strictSame(reading.report.findings[0]?.title, finding().title, 'its own text stays');
  t.equal(reading.report.targets[0]?.cause, 'undetermined');
  t.match(
    reading.notes.at(-1),
    /^it names causes that this version does not know: new-four, new-one, new-one\S+\[2J and 2 more$/,
  );
  t.notMatch(reading.notes.join(), '\u001b');
  const { notes } = (await read({ ...younger, findings: [], targets: [] })) as typeof reading;
  t.equal(notes.length, 1, 'and there is no note without one');
  t.notOk((await read({ ...younger, schemaVersion: SCHEMA_VERSION })).ok, 'of this version it is damaged');
});

t.test('a fact that another minor version does not have is not observed', async (t) => {
  const keys = ['addressesFrom', 'subnetCapacity', 'vip', 'system', 'proxies', 'via', 'lastStatusChange'];
  const earlier = without({ ...FULL, schemaVersion: OTHER, controls: [] }, keys);
  const reading = await read(earlier);
  if (!reading.ok) throw new Error(reading.problem);
  t.equal(reading.report.schemaVersion, SCHEMA_VERSION);
  t.match(reading.report.targets[0], {
    ...{ addressesFrom: null, lastStatusChange: null, failure: null },
    addresses: [{ via: [] }],
    attempts: [ATTEMPT],
  });
  t.equal(reading.report.environment.network.subnetCapacity, null);
  t.strictSame(reading.report.environment.proxies, []);
  t.match(reading.notes, [new RegExp(`written with schemaVersion ${MAJOR}\\.99\\.0 and is read as`)]);
  const [one] = FULL.targets;
  const failure = { ...one, failure: 'quantum_decay', attempts: [{ ...ATTEMPT, facts: {} }] };
  const novel = await read({ ...FULL, schemaVersion: OTHER, targets: [failure] });
  t.match(novel, { ok: true, report: { targets: [{ failure: null }] } }, 'a failure of another version');
  for (const key of ['targets', 'findings'])
    t.match(await problemOf(without({ ...FULL, schemaVersion: OTHER }, [key])), `damaged report (${key}: `);
});

t.test('fields that only a later minor version has are left out', async (t) => {
  const younger = Object(grown({ ...FULL, schemaVersion: OTHER }));
  const reading = await read({
    ...younger,
    controls: [...FULL.controls, { name: 'quantum', outcome: 'expected', detail: {} }],
  });
  if (!reading.ok) throw new Error(reading.problem);
  t.strictSame(reading.report, READ);
  t.match(reading.notes, [/\.99\.0/, /^1 of its controls are not of this version/]);
});

t.test('a refusal names what the file is, and the place of the error', async (t) => {
  // A gzip file may have many members (RFC 1952, section 2.2).
  const bomb = Buffer.concat(new Array(257).fill(gzipSync(Buffer.alloc(1024 * 1024, ' '))));
  const manifest = gzipSync(await packTar([file('b/manifest.json', '{}')]));
  const [first] = FULL.targets;
  for (const [content, problem] of [
    ['', /^is empty; name a JSON report of apim-probe$/],
    [JSON_TEXT.slice(0, 700), /^is cut off: the JSON ends in the middle, at line 1, column 701;/],
    ['{\n  "a": [1,\n  oops]\n}', /^is not valid JSON at line 3, column 3: Unexpected token 'o';/],
    [Buffer.from([0x89, 0x50, 0x4e, 0x47]), /^is a binary file, not text/],
    ['PK\u0003\u0004', /^is a binary file, not text/],
    [
      '<!doctype html><title>Sign in</title>',
      /^is an HTML page, probably the error page of a proxy or a login;/,
    ],
    ['# mine\nstorage: a\n', /^is YAML, not JSON: it begins with “# mine/],
    ['BLOCKED: not every', /^is text, not JSON: it begins with “BLOCKED/],
    [{ value: [{ networkStatus: {} }] }, /^is a NetworkStatus reply of Azure, not a report;/],
    [{ connectivityStatus: [] }, /^is a NetworkStatus reply of Azure/],
    [[{ category: 'a', endpoints: [] }], /^is an outbound network dependencies reply of Azure/],
    [{ error: { code: 'a' } }, /^is an error message of Azure/],
    [[], /^is JSON, but not a report: it has no schemaVersion;/],
    [null, /^is JSON, but not a report/],
    [{ schemaVersion: 1 }, /^is JSON with a schemaVersion that is not one of a report/],
    [{ schemaVersion: 'one\u001b[0m' }, /^is JSON with a schemaVersion that is not one of a report/],
    [
      { schemaVersion: `${MAJOR + 1}.0.0` },
      new RegExp(`^was written by apim-probe with schema ${MAJOR + 1}\\.0; this version reads ${MAJOR}\\.x;`),
    ],
    [
      `{"schemaVersion":"${SCHEMA_VERSION}","targets":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      /^is nested too deeply for a report/,
    ],
    [{ ...FULL, verdict: 'fine' }, /^is a damaged report \(verdict: .*\); probe again$/],
    [{ ...FULL, targets: [first, first, first, { ...first, host: 7 }] }, /\(targets\[3\]\.host: /],
    [{ ...FULL, targets: [1, 2, 3, 4] }, /targets\[2\]: .*; and more\)/],
    [{ ...FULL, schemaVersion: OTHER, targets: [{ ...first, port: 'x' }] }, /\(targets\[0\]\.port: /],
    [gzipSync(JSON_TEXT).subarray(0, 200), /^is cut off: the gzip data ends in the middle; name/],
    [Buffer.concat([gzipSync('{}').subarray(0, 12), Buffer.alloc(40, 'x')]), /^is a damaged gzip file/],
    [gzipSync(''), /^is empty/],
    [bomb, /^unpacks to more than 256 MiB; name/],
    [manifest, /^is an archive without a report/],
  ] as const) {
    const found = await problemOf(content);
    t.match(found, problem);
    t.notMatch(found, /\p{Cc}/u);
  }
});

t.test('the version of a report of an earlier major is returned', async (t) => {
  t.match(await read({ ...FULL, schemaVersion: `${MAJOR - 1}.7.0` }), {
    ok: false,
    olderVersion: `${MAJOR - 1}.7.0`,
  });
  t.match(await read({ ...FULL, schemaVersion: `${MAJOR + 1}.7.0` }), { ok: false, olderVersion: null });
});
