/** Which findings of a report a later one shows to be fixed. */
import t from 'tap';
import type { Finding, Report, Target } from '../../src/model/report.ts';
import { renderVerification } from '../../src/report/text/verification.ts';
import { findingsToVerify, selectTargets, verifyFindings } from '../../src/report/verification.ts';
import { attempt, DROPPED, finding, report, resolved, target } from './samples.ts';

const SQL = 'sql/a.database.windows.net:1433';
const sql = (changes: Partial<Target> = {}) => target('sql', 'a.database.windows.net', 1433, changes);
const dropped = (changes: Partial<Finding> = {}) => finding({ evidence: [SQL], ...changes });
const reached = { status: 'reachable', failure: null, cause: null } as const;

function outcomes(before: Partial<Report>, after: Partial<Report>) {
  const [old, later] = [report(before), report(after)];
  return verifyFindings(old, findingsToVerify(old), later).map(({ outcome, seen }) => [outcome, seen]);
}

t.test('a finding is fixed when its endpoints are reached and it is not there again', async (t) => {
  const before = { targets: [sql(DROPPED)], findings: [dropped()] };
  t.strictSame(outcomes(before, { targets: [sql(reached)], findings: [] }), [
    ['fixed', 'Reached a.database.windows.net:1433.'],
  ]);
  t.match(outcomes(before, { targets: [sql(DROPPED)], findings: [dropped({ title: 'Still dropped' })] }), [
    ['not fixed', 'Now: Still dropped. Not reached: a.database.windows.net:1433 (tcp_timeout).'],
  ]);
  const other = finding({ cause: 'sni-filtered', evidence: [SQL], title: 'Cut by name' });
  t.match(
    outcomes(before, { targets: [sql({ ...DROPPED, failure: 'tls_reset' })], findings: [other] }),
    [['not fixed', 'Now: Cut by name. Not reached: a.database.windows.net:1433 (tls_reset).']],
    'another cause has taken its place',
  );
  t.match(outcomes(before, { targets: [sql({ ...reached, status: 'intermittent' })], findings: [] }), [
    ['not fixed', 'Not reached: a.database.windows.net:1433 (intermittent).'],
  ]);
});

t.test('what was reached all the same is not fixed while the finding is there', async (t) => {
  const denied = dropped({ cause: 'service-firewall-denied', severity: 'warning' });
  const before = { targets: [sql(reached)], findings: [denied] };
  t.match(outcomes(before, before), [['not fixed', /^Now: /]]);
  t.match(outcomes(before, { targets: [sql(reached)], findings: [] }), [['fixed', /^Reached/]]);
  const remark = { ...denied, severity: 'info' as const };
  t.match(outcomes(before, { targets: [sql(reached)], findings: [remark] }), [['fixed', /^Reached/]]);
});

t.test('without a result it is neither', async (t) => {
  const before = { targets: [sql(DROPPED)], findings: [dropped()] };
  t.match(outcomes(before, { targets: [], findings: [] }), [
    ['untestable', `Not in the plan of this machine: ${SQL}.`],
  ]);
  const untested = sql({ ...DROPPED, status: 'untested', reason: 'out of time', failure: null, cause: null });
  t.match(outcomes(before, { targets: [untested], findings: [] }), [
    ['untestable', 'Not tested: a.database.windows.net:1433 (out of time).'],
  ]);
});

t.test('a finding without endpoints needs the control or the survey that shows it', async (t) => {
  const of = (cause: Finding['cause']) => finding({ cause, evidence: [] });
  const proxy = { targets: [sql(reached)], findings: [of('transparent-proxy')] };
  const reserved = (outcome: 'expected' | 'anomalous' | 'unknown') => ({
    name: 'tcp-reserved-address' as const,
    outcome,
    detail: { text: 'as it is', address: '192.0.2.1:443', connected: false, failure: 'tcp_timeout' as const },
  });
  t.match(outcomes(proxy, { controls: [reserved('expected')], findings: [] }), [['fixed', /not seen again/]]);
  t.match(outcomes(proxy, { controls: [reserved('unknown')], findings: [] }), [
    ['untestable', 'The control tcp-reserved-address gave no result: as it is.'],
  ]);
  t.match(outcomes(proxy, { controls: [], findings: [] }), [['untestable', /gave no result/]]);
  t.match(outcomes(proxy, { controls: [reserved('anomalous')], findings: proxy.findings }), [['not fixed']]);

  const slow = { targets: [sql(reached)], findings: [of('dns-server-slow')] };
  t.match(outcomes(slow, { targets: [sql({ resolutions: [] })], findings: [] }), [
    ['untestable', 'No DNS server gave an answer.'],
  ]);
  const answered = sql({
    ...reached,
    resolutions: [resolved('20.1.1.1')],
    attempts: [attempt('20.1.1.1', null)],
  });
  t.match(outcomes(slow, { targets: [answered], findings: [] }), [['fixed']]);

  const small = { findings: [of('subnet-too-small')] };
  const { environment } = report();
  const network = { ...environment.network, subnetCapacity: null };
  t.match(outcomes(small, { environment: { ...environment, network }, findings: [] }), [
    ['untestable', 'The subnet is not known here.'],
  ]);
});

t.test(
  'a DNS server that is no longer configured is no fault; one that comes and goes may hide',
  async (t) => {
    const down = finding({ cause: 'dns-server-down', evidence: ['dns/10.0.0.5:53'] });
    const dns = target('dns', '10.0.0.4', 53, { ...reached, protocol: 'dns' });
    t.match(outcomes({ findings: [down] }, { targets: [dns], findings: [] }), [['fixed']]);
    const loss = dropped({ cause: 'intermittent-loss' });
    t.match(
      outcomes({ targets: [sql(DROPPED)], findings: [loss] }, { targets: [sql(reached)], findings: [] }),
      [['fixed', /verify again/]],
    );
  },
);

t.test('the endpoints of the findings are probed, and a few that worked', async (t) => {
  const [blob, vault, kms, smtp] = [
    target('storage-blob', 's.blob.core.windows.net', 443, reached),
    target('key-vault', 'v.vault.azure.net', 443, reached),
    target('kms', 'kms.core.windows.net', 1688, reached),
    target('smtp', 'm.net', 25, reached),
  ];
  const other = target('redis', 'r.net', 6380, DROPPED);
  const all = [sql(DROPPED), blob, vault, kms, smtp, other];
  const select = (...findings: Finding[]) => {
    const { targets, compared } = selectTargets(report({ targets: all }), findings);
    return [targets.map(({ id }) => id), compared.map(({ group }) => group)];
  };
  t.strictSame(select(dropped()), [[SQL], ['storage-blob', 'key-vault', 'kms']]);
  t.strictSame(
    select(dropped({ evidence: ['sql/not-in-the-plan.net:1433'] }))[0],
    [],
    'nothing outside the plan',
  );
  const everything = all.map(({ id }) => id);
  t.strictSame(select(finding({ cause: 'dns-server-slow', evidence: [] })), [everything, []]);
  t.strictSame(select(finding({ cause: 'undetermined', evidence: [] })), [everything, []]);
  t.strictSame(select(finding({ cause: 'transparent-proxy', evidence: [] }))[0], []);
});

t.test('remarks are left out, and the text is printable', async (t) => {
  const remark = dropped({ severity: 'info' });
  t.same(findingsToVerify(report({ findings: [remark] })), []);
  const options = { color: false, width: 60, quiet: false };
  t.equal(
    renderVerification([], options),
    'Nothing to verify: the report has no finding that asks for\naction.\n',
  );
  const hostile = dropped({ title: 'a\u001b[2Jb' });
  const all = [
    { finding: hostile, outcome: 'fixed', seen: 'Reached x.' },
    { finding: dropped(), outcome: 'not fixed', seen: 'Now: \u001b[31m.' },
    { finding: dropped(), outcome: 'untestable', seen: 'Not tested.' },
  ] as const;
  const text = renderVerification(all, options);
  t.notMatch(text, '\u001b');
  t.match(text, /^FIXED a.*\(outbound-dropped\)\n {2}Reached x\.\nNOT FIXED /);
  t.match(text, /\n1 of 3 findings fixed, 1 not fixed, 1 cannot be tested here\n$/);
  t.notMatch(renderVerification(all, { ...options, quiet: true }), 'Not tested');
});
