/** The line of a check, as the library of the Monitoring Plugins project reads it. */
import t from 'tap';
import type { Report } from '../../src/model/report.ts';
import { renderNagios, unknownLine } from '../../src/report/nagios.ts';
import { consume, unlessInstalled } from './consumers.ts';
import { HOSTILE, hostileReport } from './hostile-report.ts';
import { finding, report, withDropped } from './samples.ts';

const skip = unlessInstalled({
  '/usr/share/perl5/Monitoring/Plugin/Performance.pm': 'libmonitoring-plugin-perl',
});

const READER = `
use Monitoring::Plugin::Performance;
my ($data) = <STDIN> =~ /\\| (.*)/;
print join(' ', map { defined $_ ? $_ : '-' } $_->label, $_->value, $_->uom, $_->min, $_->max), "\\n"
  for Monitoring::Plugin::Performance->parse_perfstring($data);
`;

function dataOf(line: string): string[] {
  const { code, out, err } = consume('perl', ['-e', READER], line);
  if (code !== 0) throw new Error(err);
  return out.trimEnd().split('\n');
}

const BLOCKED: Report = report({
  verdict: 'blocked',
  targets: withDropped(['sql']),
  findings: [finding(), finding({ severity: 'warning' }), finding({ severity: 'info' })],
});

t.test('each verdict has the status of its exit code', async (t) => {
  t.match(renderNagios(report()), /^APIM PROBE OK - READY: every required endpoint was reached .* \| /);
  t.match(renderNagios(report({ verdict: 'degraded' })), /^APIM PROBE WARNING - DEGRADED: /);
  t.match(
    renderNagios(report({ verdict: 'inconclusive', targets: [] })),
    /^APIM PROBE UNKNOWN - INCONCLUSIVE: /,
  );
  t.match(
    renderNagios(BLOCKED),
    /^APIM PROBE CRITICAL - BLOCKED: .* Outbound TCP 1433 .* \(outbound-dropped, owner network\), and 1 more finding \| /,
  );
});

t.test('the performance data is that of the guidelines', { skip }, async (t) => {
  const { required, optional } = BLOCKED.summary;
  t.strictSame(dataOf(renderNagios(BLOCKED)), [
    `required_reached ${required.total - 1}  0 ${required.total}`,
    `optional_reached ${optional.total}  0 ${optional.total}`,
    'errors 1  0 -',
    'warnings 1  0 -',
    'duration 4.21 s 0 -',
  ]);
});

t.test('the text of a peer ends neither the line nor the text', { skip }, async (t) => {
  const one = report({
    verdict: 'blocked',
    targets: withDropped(['sql']),
    findings: [
      finding({ title: '| x=1;;;; \n$(reboot) `reboot` <b> \'x\'=2 "y" & z' }),
      finding({ title: HOSTILE }),
    ],
  });
  for (const given of [one, hostileReport()]) {
    const line = renderNagios(given);
    t.match(line, /^[^\n|]*\|[^\n|]*\n$/);
    t.notMatch(line, /[$`<>&"']/);
    t.ok(Buffer.byteLength(line) < 1024, 'NRPE cuts the rest');
    t.equal(dataOf(line).length, 5);
  }
  t.match(unknownLine(HOSTILE), /^APIM PROBE UNKNOWN - [^\n|]*\n$/);
});
