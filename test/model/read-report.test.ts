/** Reports from files: of this version, of other minor versions, and what is none. */
import t from 'tap';
import { fromWritten } from '../../src/model/certificates.ts';
import { readReport, readReportBytes } from '../../src/model/read-report.ts';
import type { Target } from '../../src/model/report.ts';
import { SCHEMA_VERSION } from '../../src/model/schema-version.ts';
import { finding, target, writtenReport } from '../report/samples.ts';

const ATTEMPT: Target['attempts'][number] = {
  ...{ address: '10.0.0.4', addressFrom: 'name', startedAt: '2026-05-04T08:30:00.000Z' },
  ...{ ok: true, failure: null, steps: [], facts: {} },
};
const RESOLUTION = {
  ...{ server: '10.0.0.1', rcode: 'NOERROR', failure: null, addresses: [], cname: [], authority: [] },
  ...{ truncated: false, ignored: { wrongId: 0, wrongSource: 0 }, ms: 1 },
};
const FULL = writtenReport({
  targets: [
    target('sql', 'a.database.windows.net', 1433, { attempts: [ATTEMPT], resolutions: [RESOLUTION] }),
  ],
  findings: [finding()],
});

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

t.test('a report of this version is read as it is', async (t) => {
  const expected = { ...fromWritten(FULL), notes: [] };
  t.strictSame(readReport(FULL), expected);
  t.strictSame(readReportBytes(Buffer.from(JSON.stringify(FULL))), expected);
});

t.test('a younger version may name causes that are not known here', async (t) => {
  const words = ['new-one', 'new-two', 'new-three', 'new-four'];
  const younger = {
    ...FULL,
    schemaVersion: '2.9.0',
    findings: [...words.map((cause) => ({ ...finding(), cause })), finding()],
    targets: FULL.targets.map((one) => ({ ...one, cause: 'new-one\u001b[2J' })),
  };
  const reading = readReport(younger);
  if (!reading.ok) throw new Error(reading.problem);
  t.strictSame(
    reading.report.findings.map(({ cause }) => cause),
    [...words.map(() => 'undetermined'), finding().cause],
  );
  t.strictSame(reading.report.findings[0]?.title, finding().title, 'its own words stay');
  t.equal(reading.report.targets[0]?.cause, 'undetermined');
  t.match(
    reading.notes.at(-1),
    /^it names causes that this version does not know: new-four, new-one, new-one\S+\[2J and 2 more$/,
  );
  t.notMatch(reading.notes.join(), '\u001b');
  const { notes } = readReport({ ...younger, findings: [], targets: [] }) as typeof reading;
  t.equal(notes.length, 1, 'and says nothing where there is none');
  t.notOk(readReport({ ...younger, schemaVersion: SCHEMA_VERSION }).ok, 'of this version it is damaged');
});

t.test('of another minor version what it did not know is null', async (t) => {
  const earlier = without({ ...FULL, schemaVersion: '2.1.0' }, [
    'addressesFrom',
    'subnetCapacity',
    'vip',
    'system',
    'name',
  ]);
  const reading = readReport({
    ...Object(earlier),
    agent: FULL.agent,
    controls: FULL.controls,
    environment: { ...Object(Object(earlier).environment), vm: null },
  });
  if (!reading.ok) throw new Error(reading.problem);
  t.equal(reading.report.schemaVersion, SCHEMA_VERSION);
  t.match(reading.report.targets[0], {
    addressesFrom: null,
    source: { name: null },
    attempts: [ATTEMPT],
    resolutions: [RESOLUTION],
  });
  t.equal(reading.report.environment.network.subnetCapacity, null);
  t.match(reading.notes, [/written with schemaVersion 2\.1\.0 and is read as/]);
});

t.test('of a later minor version what this one does not know is left out', async (t) => {
  const younger = Object(grown({ ...FULL, schemaVersion: '2.9.0' }));
  const reading = readReport({
    ...younger,
    controls: [...FULL.controls, { name: 'quantum', outcome: 'expected', detail: {} }],
  });
  if (!reading.ok) throw new Error(reading.problem);
  t.strictSame({ ok: true, report: reading.report }, fromWritten(FULL));
  t.match(reading.notes, [/2\.9\.0/, /^1 of its controls are not of this version/]);
});

t.test('what cannot be read is named', async (t) => {
  for (const [value, problem] of [
    [[], /is no report of apim-probe: it has no schemaVersion/],
    [
      { schemaVersion: '1.3.0', targets: [] },
      /^was written by apim-probe with schema 1\.3; this version reads 2\.x$/,
    ],
    [{ schemaVersion: '3.0.0', targets: [] }, /with schema 3\.0; this version reads 2\.x/],
    [{ schemaVersion: 'one\u001b[0m', targets: [] }, /with schema one\\u\{1b\}\[0m; this/],
    [{ ...FULL, verdict: 'fine' }, /is a damaged report \(verdict: /],
    [
      { schemaVersion: FULL.schemaVersion, id: FULL.id },
      /is a damaged report \(.*; and \d+ more\); probe again/,
    ],
    [{ ...FULL, schemaVersion: '2.1.0', verdict: 'fine' }, /is a damaged report \(verdict: /],
    [
      { ...FULL, schemaVersion: '2.7.0', targets: [{ ...FULL.targets[0], port: 'x' }] },
      /damaged report \(targets\[0\]\.port: /,
    ],
    [{ ...FULL, targets: [1, 2, 3, 4] }, /; and 1 more\)/],
  ] as const) {
    const reading = readReport(value);
    t.notOk(reading.ok);
    t.match(reading.ok ? '' : reading.problem, problem);
  }
  t.match(readReportBytes(Buffer.from('<html>')), {
    ok: false,
    problem: /HTML.*name a JSON report of apim-probe/,
  });
});
