/** Comparisons as text: 80 columns, no terminal control characters, the conclusion last. */
import t, { type Test } from 'tap';
import { compareReports } from '../../src/compare/reports.ts';
import { compareWithService } from '../../src/compare/service.ts';
import { reportsText } from '../../src/compare/text/reports.ts';
import { serviceText } from '../../src/compare/text/service.ts';
import type { Report } from '../../src/model/report.ts';
import { entry } from '../azure/replies.ts';
import { DROPPED, finding, report as reportOf, target } from '../report/samples.ts';
import { inWestEurope, vault } from './samples.ts';

/** Names and commands stay whole; everything else keeps to 80 columns. */
function keepsTo80(t: Test, text: string): void {
  const long = text
    .split('\n')
    .filter((line) => [...line].length > 80 && /\S\s+\S/.test(line.trim().slice(2)));
  t.same(long, [], 'fits 80 columns');
}

t.test('a report compared with NetworkStatus', async (t) => {
  const { entry: reported, target: seen } = vault('failure');
  const dropped = target('kms', 'azkms.core.windows.net', 1688, DROPPED);
  const comparison = compareWithService(
    reportOf({ targets: [seen, dropped] }),
    inWestEurope(
      [{ ...reported, error: 'no route' }, entry('InternalCache', 'LocalGatewayRedis')],
      ['10.0.0.4'],
    ),
  );
  const text = serviceText(comparison);
  keepsTo80(t, text);
  t.match(
    text,
    /^API Management’s NetworkStatus compared with the run on vm-probe-01 of\n2026-05-04T08:30Z\n/,
  );
  t.match(
    text,
    /\nWest Europe: newest check 2026-05-04T08:25Z\n {2}DNS servers: the instance 10\.0\.0\.4; this VM/,
  );
  t.match(
    text,
    /\ni 1 endpoint of the report that the service does not check; 1 of them not\n {2}reached, or only in some attempts\n/,
  );
  t.match(text, /\n✗ kms\/azkms\.core\.windows\.net:1688 +- +unreachable\n/);
  t.match(
    text,
    /\n {2}service-fails +the service +this VM\n✗ https:\/\/kv\.vault\.azure\.net \(required\) +failure +reachable\n/,
  );
  t.match(text, /the service: no route; failure since 2026-04-20T03:53Z/);
  t.match(text, /\n1 disagreement, 1 on required endpoints; 1 endpoint compared\.\n$/);
});

t.test('the last line reports that nothing differs or nothing was compared', async (t) => {
  const { entry: reported, target: seen } = vault('success');
  const agreed = compareWithService(reportOf({ targets: [seen] }), inWestEurope([reported]));
  t.match(serviceText(agreed), /\nNo disagreement; 1 endpoint compared\.\n$/);
  const more = target('kms', 'azkms.core.windows.net', 1688);
  const wider = compareWithService(reportOf({ targets: [seen, more] }), inWestEurope([reported]));
  t.match(serviceText(wider), /\ni 1 endpoint of the report that the service does not check\n/);
  const uncompared = compareWithService(reportOf({ targets: [] }), inWestEurope([reported]));
  t.match(serviceText(uncompared), /\nNothing to compare: the two have no endpoint in common\.\n$/);
});

t.test('of many only some are listed, failures first, and the rest is counted', async (t) => {
  const entries = Array.from({ length: 100 }, (_, at) =>
    entry('Queue', `a${at}.queue.core.windows.net`, { status: at === 99 ? 'failure' : 'success' }),
  );
  const text = serviceText(compareWithService(reportOf({ targets: [] }), inWestEurope(entries)));
  t.match(text, /this VM\n\? a99\.queue\.core\.windows\.net +failure/);
  t.match(text, /\n {2}and 60 more; --format json lists them all\n/);
});

t.test('two reports', async (t) => {
  const name = (letter: string) => `${letter}.database.windows.net`;
  const sql = (letter: string, changes = {}) => target('sql', name(letter), 1433, changes);
  const before = reportOf({
    verdict: 'ready',
    targets: [sql('a', { required: true }), sql('b', DROPPED), sql('c'), sql('d'), sql('e')],
    findings: [finding({ evidence: ['x'], title: 'The old one' })],
  });
  const after = reportOf({
    id: '019b76da-a800-7000-8000-000000000002',
    startedAt: '2026-05-05T08:30:00.000Z',
    verdict: 'blocked',
    targets: [
      sql('a', { required: true, ...DROPPED }),
      sql('b'),
      sql('c', { required: true }),
      sql('d'),
      sql('f'),
    ],
    findings: [
      finding(),
      finding({ title: 'A weaker one', severity: 'warning', evidence: ['y'], cause: 'clock-skew' }),
    ],
  });
  const text = reportsText(compareReports(before, after));
  keepsTo80(t, text);
  const order = [
    /the run on vm-probe-01 of 2026-05-05T08:30Z, since the run on vm-probe-01 of\n2026-05-04T08:30Z\n/,
    /No longer in the report: 1 endpoint\n {2}sql\/e\./,
    /New in the report: 1 endpoint\n {2}sql\/f\./,
    /Changed, neither better nor worse: 1 endpoint\ni sql\/c\.\S+ \(required\)\n {4}was reachable, optional\n {4}is reachable, required\n/,
    /Better: 1 endpoint\n✓ sql\/b\./,
    /Findings that are gone:\n✓ The old one \(outbound-dropped; 1 endpoint\)\n/,
    /New findings:\n✗ Outbound TCP 1433.*\n(?: {2}.*\n)*! A weaker one \(clock-skew; 1 endpoint\)\n/,
    /Worse: 1 endpoint\n✗ sql\/a\.\S+ \(required\)\n {4}was reachable\n {4}is unreachable, tcp_timeout, outbound-dropped\n/,
    /\nBLOCKED, was READY: 1 endpoint worse \(1 required\), 1 better, 1 unchanged, 1\snew,\s1\sgone\.\n$/,
  ];
  const places = order.map((part) => text.search(part));
  t.notOk(places.includes(-1), String(places));
  t.same(
    places,
    places.toSorted((one, other) => one - other),
    'in this order',
  );
  t.match(reportsText(compareReports(before, before)), /\nREADY, as before: 0 endpoints worse/);
});

t.test('a finding that changed names the endpoints', async (t) => {
  const targets = ['a', 'b'].map((name) => target('sql', name, 1433));
  const denied = (evidence: string[], severity: 'error' | 'warning') =>
    reportOf({ targets, findings: [finding({ cause: 'service-firewall-denied', severity, evidence })] });
  const [a = '', b = ''] = targets.map(({ id }) => id);
  t.match(
    reportsText(compareReports(denied([a], 'warning'), denied([a, b], 'error'))),
    /\nFindings that changed:\n✗ Outbound[^(]+\(service-firewall-denied\)\n {4}was warning, is error\n {4}now also sql\/b:1433\n/,
  );
  t.match(
    reportsText(compareReports(denied([a, b], 'error'), denied([b], 'error'))),
    '\n    no longer sql/a:1433\n',
  );
});

t.test('no control character of a file reaches the terminal', async (t) => {
  const evil = '\u001b[2J\u202e';
  const { entry: reported } = vault('failure');
  const hostile = reportOf({ targets: [target('custom', 'kv.vault.azure.net', 443, { ...DROPPED })] });
  const spoilt = {
    ...hostile,
    verdict: evil,
    environment: { ...hostile.environment, vm: { name: evil } },
    targets: hostile.targets.map((each) => ({ ...each, failure: evil, cause: evil })),
    findings: [{ cause: evil, severity: evil, title: evil, evidence: [evil], remedy: [evil] }],
  } as unknown as Report;
  const reply = inWestEurope(
    [{ ...reported, error: evil, resourceType: evil }, entry(evil, `${evil}x`, { status: evil })],
    [evil],
  );
  const texts = [
    serviceText(compareWithService(spoilt, reply)),
    reportsText(compareReports(reportOf(), spoilt)),
  ];
  for (const text of texts) t.notMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
});
