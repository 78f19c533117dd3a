/** JUnit XML, as a schema and a parser of others read it. */
import { join } from 'node:path';
import t from 'tap';
import type { Report } from '../../src/model/report.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { consume, unlessInstalled, whole } from './consumers.ts';
import { hostileReport } from './hostile-report.ts';
import { DROPPED, finding, NAMELESS, report, target, withDropped } from './samples.ts';

const skip = unlessInstalled({
  '/usr/bin/xmllint': 'libxml2-utils',
  '/usr/lib/python3/dist-packages/junitparser': 'python3-junitparser',
});

const SCHEMA = join(import.meta.dirname, 'xsd/junit-4.xsd');

/** The results of every test by junitparser, of Python, which many CI systems use to add reports up. */
const READER = `
import json, sys
from junitparser import JUnitXml
document = JUnitXml.fromstring(sys.stdin.buffer.read())
print(json.dumps([
  {"suite": s.name, "counts": [s.tests, s.failures, s.errors, s.skipped], "name": c.name, "time": c.time,
   "results": [[type(r).__name__, r.type, r.message, r.text] for r in c.result]}
  for s in document for c in s]))
`;

interface Read {
  readonly suite: string;
  readonly counts: readonly number[];
  readonly name: string;
  readonly time: number;
  readonly results: readonly (readonly (string | null)[])[];
}

/** @throws Error when the document is not valid */
function readBack(given: Report): Read[] {
  const xml = whole(renderJunit(given));
  const valid = consume('xmllint', ['--noout', '--nonet', '--huge', '--schema', SCHEMA, '-'], xml);
  if (valid.code !== 0) throw new Error(valid.err.slice(0, 2000));
  const { code, out, err } = consume('/usr/bin/python3', ['-c', READER], xml);
  if (code !== 0) throw new Error(err);
  return JSON.parse(out);
}

t.test('an invalid document is found', { skip }, async (t) => {
  const valid = consume('xmllint', ['--noout', '--schema', SCHEMA, '-'], '<testsuites><test/></testsuites>');
  t.not(valid.code, 0);
});

t.test('required failures fail, optional ones are skipped with their reason', { skip }, async (t) => {
  const host = 'a.contoso.example';
  const id = `sql/${host}:1433`;
  const read = readBack(
    report({
      verdict: 'blocked',
      findings: [finding({ evidence: [id] })],
      targets: [
        target('sql', host, 1433, { ...DROPPED, required: true }),
        target('sql', host, 2, DROPPED),
        target('sql', host, 3, { ...NAMELESS, required: true }),
        target('sql', host, 4, NAMELESS),
        target('sql', host, 5, { status: 'intermittent', failure: 'tcp_timeout' }),
        target('sql', host, 6),
      ],
    }),
  );
  t.strictSame(
    read.map(({ name, results }) => [name, ...results.map((result) => result.slice(0, 3))]),
    [
      ['verdict', ['Failure', 'blocked', read[0]?.results[0]?.[2]]],
      [`https ${host}:1433`, ['Failure', 'outbound-dropped', 'not reached: tcp_timeout, outbound-dropped']],
      [`https ${host}:2`, ['Skipped', null, 'optional, not reached: tcp_timeout, outbound-dropped']],
      [`https ${host}:3`, ['Error', 'untested', 'not tested: give --storage NAME']],
      [`https ${host}:4`, ['Skipped', null, 'optional, not tested: give --storage NAME']],
      [`https ${host}:5`],
      [`https ${host}:6`],
    ],
  );
  t.match(read[0]?.results[0]?.[2], /^BLOCKED: .*not every required endpoint was reached/);
  t.match(read[0]?.results[0]?.[3], '1. Allow outbound TCP 1433');
  t.match(read[1]?.results[0]?.[3], 'Confirm with: apim-probe run --sql contoso-probe --only sql');
  t.strictSame(read[1]?.counts, [6, 1, 1, 2]);
  t.equal(read[6]?.time, 0.011);
});

t.test('a document fails exactly when the verdict is blocked or inconclusive', { skip }, async (t) => {
  const failing = (given: Report) =>
    readBack(given).some(({ results }) => results.some(([kind]) => kind !== 'Skipped'));
  t.equal(failing(report()), false);
  t.equal(failing(report({ verdict: 'degraded', targets: withDropped(['smtp']) })), false);
  t.equal(failing(report({ verdict: 'blocked', findings: [finding({ cause: 'subnet-too-small' })] })), true);
  t.equal(failing(report({ verdict: 'inconclusive', targets: [] })), true);
  // As after --only key-vault.
  const scope = { groups: ['key-vault' as const], narrowedBy: ['--only key-vault'], whole: false };
  const narrowed = report({ verdict: 'ready', targets: withDropped(['sql']), scope });
  t.equal(failing(narrowed), false);
  const reasons = readBack(narrowed).flatMap(({ results }) => results.map(([, , message]) => message));
  t.strictSame(reasons, ['outside of the scope, not reached: tcp_timeout, outbound-dropped']);
});

t.test('the text of a peer is text', { skip }, async (t) => {
  const read = readBack(hostileReport());
  t.equal(read.length, 7);
  t.match(read[1]?.name, '</testcase></failure><script>alert(1)</script>]]>');
  t.match(read[1]?.results[0]?.[3], /&amp; &lt; --> \\u\{a\}# heading/);
});

t.test('2,000 targets come in pieces', { skip }, async (t) => {
  const targets = Array.from({ length: 2000 }, (_, number) =>
    target('custom', `host${number}.contoso.example`, 443, DROPPED),
  );
  const given = report({
    verdict: 'degraded',
    targets,
    findings: [finding({ evidence: targets.map(({ id }) => id) })],
  });
  t.ok(Math.max(...[...renderJunit(given)].map(({ length }) => length)) < 10_000);
  t.equal(readBack(given).length, 2001);
});
