/** The files of a comparison: reports of this major, replies of Azure, and what is neither. */
import t from 'tap';
import { readComparable } from '../../src/compare/read.ts';
import { DEPENDENCIES_REPLY, STATUS_REPLY, utf8, utf16 } from '../azure/replies.ts';
import { report } from '../report/samples.ts';

function problemOf(content: unknown): string {
  const reading = readComparable(content instanceof Uint8Array ? content : utf8(content));
  return reading.ok ? `was read as ${reading.document.kind}` : reading.problem;
}

t.test('reports and replies are told apart by what they hold', async (t) => {
  for (const bytes of [utf8(report()), utf16(report()), utf8(report(), true)])
    t.match(readComparable(bytes), { ok: true, document: { kind: 'report' } });
  for (const bytes of [utf8(STATUS_REPLY), utf16({ value: STATUS_REPLY })])
    t.match(readComparable(bytes), { ok: true, document: { kind: 'network-status' } });
});

t.test('a report of any minor version is read, whatever it has more or less', async (t) => {
  const whole = JSON.parse(JSON.stringify(report()));
  const { until: _until, source: _source, addresses: _addresses, ...lean } = whole.targets[0];
  const early = {
    ...whole,
    schemaVersion: '2.1.0',
    targets: [lean],
    environment: { region: null, dns: { servers: ['10.0.0.4'] } },
  };
  t.match(readComparable(utf8(early)), {
    ok: true,
    document: {
      report: { targets: [{ id: lean.id, reason: null }], environment: { region: null, vm: undefined } },
    },
  });
  const late = {
    ...whole,
    schemaVersion: '2.99.3-beta',
    targets: [{ ...lean, status: 'novel' }],
    novelty: {},
  };
  t.match(readComparable(utf8(late)), { ok: true, document: { report: { targets: [{ status: 'novel' }] } } });
});

t.test('another major is refused in words', async (t) => {
  const whole = JSON.parse(JSON.stringify(report()));
  t.match(
    problemOf({ ...whole, schemaVersion: '1.3.0' }),
    /^was written by apim-probe with schema 1\.3; this version reads 2\.x$/,
  );
  t.match(problemOf({ ...whole, schemaVersion: '11.0.0' }), /with schema 11\.0; this version reads 2\.x/);
  for (const schemaVersion of [1, null, {}, '', 'one'])
    t.match(
      problemOf({ ...whole, schemaVersion }),
      /^is a report without a schemaVersion|^was written by apim-probe with schema one;/,
    );
});

t.test('a damaged report says where', async (t) => {
  const whole = JSON.parse(JSON.stringify(report()));
  const broken = { ...whole, startedAt: 'today', targets: [{ ...whole.targets[0], port: 'https' }, 7] };
  t.match(
    problemOf(broken),
    /^is a damaged report \(startedAt: .*; targets\.0\.port: .*; targets\.1: .*\); probe again$/,
  );
  t.match(problemOf({ ...whole, targets: Array.from({ length: 50 }, () => 7) }), /; and 47 more\)/);
});

t.test('what is neither says what it is', async (t) => {
  const advice = /name a JSON report of apim-probe, or a NetworkStatus reply of Azure/;
  for (const [content, expected] of [
    ['', /^is empty/],
    ['<html>', /^is an HTML page/],
    ['BLOCKED: not every', /^is no JSON: it begins with “BLOCKED/],
    [JSON.stringify(report()).slice(0, 5000), /^is cut off/],
  ] as const) {
    t.match(problemOf(content), expected);
    t.match(problemOf(content), advice);
  }
  t.match(problemOf({ a: 1 }), /^is JSON, but neither a NetworkStatus reply/);
  t.match(
    problemOf(DEPENDENCIES_REPLY),
    /^is an outbound network dependencies reply, which says nothing of how/,
  );
  t.match(problemOf({ error: { code: 'NotFound' } }), /^holds an error of Azure/);
  t.match(
    problemOf(Buffer.from(`{"a": "${'x'.repeat(17 * 1024 * 1024)}"}`)),
    /^is neither a report nor, with more than 16 MiB, a reply of Azure/,
  );
});
