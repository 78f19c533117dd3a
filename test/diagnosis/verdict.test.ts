import t from 'tap';
import { summarise, verdict } from '../../src/diagnosis/verdict.ts';
import type { Finding, Target } from '../../src/model/report.ts';
import type { Status, Verdict } from '../../src/model/vocabulary.ts';
import { finding, target } from '../report/samples.ts';

const having = (required: boolean, status: Status, changes: Partial<Target> = {}) =>
  target('custom', `${required}-${status}`, 443, { required, status, ...changes });

const REQUIRED = having(true, 'reachable');
const GONE = { until: '2021-09-01' };
const PING = { protocol: 'icmp' } as const;
const SHORT = { failure: 'local_limit', reason: 'EMFILE', cause: 'vm-limit' } as const;
const TOO_SMALL = finding({ cause: 'subnet-too-small', severity: 'error', evidence: [] });
const ofCause = (cause: Finding['cause'], changes: Partial<Finding> = {}): Finding =>
  finding({ cause, evidence: [], ...changes });

interface Case {
  readonly targets: readonly Target[];
  readonly findings?: readonly Finding[];
}

const CASES: readonly (readonly [rule: number, expected: Verdict, why: string, given: Case])[] = [
  [1, 'blocked', 'subnet too small, whatever was reached', { targets: [REQUIRED], findings: [TOO_SMALL] }],
  [
    1,
    'blocked',
    'subnet too small, nothing tested',
    { targets: [having(true, 'untested')], findings: [TOO_SMALL] },
  ],
  [1, 'blocked', 'subnet too small, nothing planned', { targets: [], findings: [TOO_SMALL] }],
  [
    1,
    'blocked',
    'subnet too small, even where the VM explains the rest',
    { targets: [having(true, 'untested', SHORT)], findings: [TOO_SMALL] },
  ],
  [
    1,
    'blocked',
    'a prerequisite is missing',
    { targets: [REQUIRED], findings: [ofCause('prerequisite-missing')] },
  ],
  [1, 'blocked', 'a rule denies', { targets: [REQUIRED], findings: [ofCause('rule-denies')] }],
  [
    1,
    'degraded',
    'a rule denies an optional row',
    { targets: [REQUIRED], findings: [ofCause('rule-denies', { severity: 'warning' })] },
  ],
  [
    1,
    'ready',
    'the subnet fits once the VM is gone',
    { targets: [REQUIRED], findings: [finding({ cause: 'subnet-too-small', severity: 'info' })] },
  ],
  [
    2,
    'inconclusive',
    'the VM explains all that was missed',
    { targets: [REQUIRED, having(true, 'untested', SHORT)] },
  ],
  [
    2,
    'inconclusive',
    'the VM has no outbound path, and a name is missing',
    {
      targets: [having(true, 'unreachable', { cause: 'vm-without-outbound' }), having(true, 'untested')],
    },
  ],
  [
    2,
    'inconclusive',
    'as an error that names required endpoints',
    {
      targets: [REQUIRED, having(true, 'untested', SHORT)],
      findings: [ofCause('vm-limit', { evidence: ['custom/true-untested:443'] })],
    },
  ],
  [
    2,
    'blocked',
    'something required failed by the network as well',
    {
      targets: [having(true, 'untested', SHORT), having(true, 'unreachable', { cause: 'outbound-dropped' })],
    },
  ],
  [3, 'blocked', 'a required one is missing', { targets: [REQUIRED, having(true, 'unreachable')] }],
  [
    3,
    'blocked',
    'missing outweighs untested',
    { targets: [having(true, 'untested'), having(true, 'unreachable')] },
  ],
  [
    3,
    'blocked',
    'one that the user requires, dropped or not',
    { targets: [having(true, 'unreachable', GONE)] },
  ],
  [
    3,
    'blocked',
    'an error names a required one that was reached',
    { targets: [REQUIRED], findings: [finding({ severity: 'error', evidence: [REQUIRED.id] })] },
  ],
  [4, 'inconclusive', 'a required one was not tested', { targets: [REQUIRED, having(true, 'untested')] }],
  [
    4,
    'inconclusive',
    'untested outweighs flaky',
    { targets: [having(true, 'untested'), having(true, 'intermittent')] },
  ],
  [4, 'inconclusive', 'nothing was tested, required or not', { targets: [having(false, 'untested')] }],
  [4, 'inconclusive', 'there was nothing at all', { targets: [] }],
  [
    4,
    'inconclusive',
    'what was tested does not count, and was not reached',
    { targets: [having(false, 'unreachable', GONE), having(false, 'unreachable', PING)] },
  ],
  [5, 'degraded', 'an optional one is missing', { targets: [REQUIRED, having(false, 'unreachable')] }],
  [5, 'degraded', 'an optional one is flaky', { targets: [REQUIRED, having(false, 'intermittent')] }],
  [5, 'degraded', 'a required one is flaky', { targets: [REQUIRED, having(true, 'intermittent')] }],
  [
    5,
    'degraded',
    'a required one is flaky, dropped or not',
    { targets: [having(true, 'intermittent', GONE)] },
  ],
  [
    5,
    'degraded',
    'a finding is a warning',
    { targets: [REQUIRED], findings: [finding({ severity: 'warning', evidence: [REQUIRED.id] })] },
  ],
  [
    5,
    'degraded',
    'an error names nothing that is required',
    { targets: [REQUIRED], findings: [finding({ severity: 'error', evidence: [] })] },
  ],
  [5, 'degraded', 'nothing is required, and one is missing', { targets: [having(false, 'unreachable')] }],
  [6, 'ready', 'everything was reached', { targets: [REQUIRED, having(false, 'reachable')] }],
  [6, 'ready', 'optional ones that were not tested', { targets: [REQUIRED, having(false, 'untested')] }],
  [
    6,
    'ready',
    'optional ones that the documents dropped',
    { targets: [REQUIRED, having(false, 'unreachable', GONE), having(false, 'intermittent', GONE)] },
  ],
  [6, 'ready', 'a ping without an answer', { targets: [REQUIRED, having(false, 'unreachable', PING)] }],
  [
    6,
    'ready',
    'the same where pings are required',
    { targets: [REQUIRED, having(true, 'unreachable', PING)] },
  ],
  [6, 'ready', 'one that the documents dropped, reached', { targets: [having(false, 'reachable', GONE)] }],
  [6, 'ready', 'a remark', { targets: [REQUIRED], findings: [finding({ severity: 'info' })] }],
  [6, 'ready', 'nothing is required', { targets: [having(false, 'reachable')] }],
];

for (const [rule, expected, why, { targets, findings = [] }] of CASES) {
  t.test(`rule ${rule}, ${expected}: ${why}`, async (t) => {
    t.equal(verdict(targets, findings), expected);
    t.equal(verdict(targets.toReversed(), findings.toReversed()), expected, 'in any order');
    t.equal(verdict(targets, findings, { groups: ['custom'] }), expected, 'with its group as the scope');
  });
}

t.test('a scope leaves the other groups out', async (t) => {
  const sql = target('sql', 'a.net', 1433, { required: true });
  const vault = (status: Status) => target('key-vault', 'b.net', 443, { required: true, status });
  for (const status of ['untested', 'unreachable', 'intermittent'] as const) {
    t.equal(verdict([sql, vault(status)], [], { groups: ['sql'] }), 'ready', status);
  }
  t.equal(verdict([sql, vault('untested')], [], { groups: ['sql', 'key-vault'] }), 'inconclusive');
  const named = finding({ severity: 'error', evidence: [vault('reachable').id] });
  t.equal(verdict([sql, vault('reachable')], [named], { groups: ['key-vault'] }), 'blocked');
  t.equal(
    verdict([sql, vault('reachable')], [TOO_SMALL], { groups: ['sql'] }),
    'blocked',
    'but not the subnet',
  );
  const denied = ofCause('rule-denies', { evidence: [vault('reachable').id] });
  t.equal(verdict([sql, vault('untested')], [denied], { groups: ['sql'] }), 'ready', 'a rule for others');
  t.equal(verdict([sql, vault('untested')], [denied]), 'blocked', 'a rule for one of them');
  const warned = finding({ severity: 'warning', evidence: [vault('reachable').id] });
  t.equal(verdict([sql, vault('reachable')], [warned], { groups: ['sql'] }), 'ready', 'a warning on others');
  t.equal(verdict([sql, vault('reachable')], [warned]), 'degraded');
  t.equal(verdict([sql], [], { groups: ['redis'] }), 'inconclusive', 'a scope without anything is not ready');
});

t.test('counts of required and optional ones', async (t) => {
  const targets = [
    having(true, 'reachable'),
    having(true, 'unreachable'),
    having(true, 'untested'),
    having(false, 'reachable'),
    having(false, 'reachable'),
    having(false, 'intermittent'),
  ];
  t.same(summarise(targets), {
    required: { total: 3, reachable: 1, intermittent: 0, unreachable: 1, untested: 1 },
    optional: { total: 3, reachable: 2, intermittent: 1, unreachable: 0, untested: 0 },
  });
  t.same(summarise([]).required, { total: 0, reachable: 0, intermittent: 0, unreachable: 0, untested: 0 });
});
