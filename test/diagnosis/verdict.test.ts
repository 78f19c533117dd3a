import t from 'tap';
import { summarise, verdict } from '../../src/diagnosis/verdict.ts';
import type { Target } from '../../src/model/report.ts';
import type { Status } from '../../src/model/vocabulary.ts';
import { finding, target } from '../report/samples.ts';

const having = (required: boolean, status: Status, changes: Partial<Target> = {}) =>
  target('custom', `${required}-${status}`, 443, { required, status, ...changes });

const REQUIRED = having(true, 'reachable');
const GONE = { until: '2021-09-01' };
const PING = { protocol: 'icmp' } as const;

for (const [expected, why, targets] of [
  ['ready', 'everything was reached', [REQUIRED, having(false, 'reachable')]],
  ['ready', 'optional ones that were not tested', [REQUIRED, having(false, 'untested')]],
  ['ready', 'optional ones that the documents dropped', [REQUIRED, having(false, 'unreachable', GONE)]],
  ['ready', 'flaky ones that the documents dropped', [REQUIRED, having(false, 'intermittent', GONE)]],
  ['ready', 'a ping that nobody answered', [REQUIRED, having(false, 'unreachable', PING)]],
  ['degraded', 'an optional one is missing', [REQUIRED, having(false, 'unreachable')]],
  ['degraded', 'an optional one is flaky', [REQUIRED, having(false, 'intermittent')]],
  ['degraded', 'a required one is flaky', [REQUIRED, having(true, 'intermittent')]],
  ['degraded', 'a required one is flaky that the documents dropped', [having(true, 'intermittent', GONE)]],
  ['blocked', 'a required one is missing', [REQUIRED, having(true, 'unreachable')]],
  ['blocked', 'one that the user requires is missing, dropped or not', [having(true, 'unreachable', GONE)]],
  ['blocked', 'missing outweighs untested', [having(true, 'untested'), having(true, 'unreachable')]],
  ['inconclusive', 'a required one was not tested', [REQUIRED, having(true, 'untested')]],
  ['inconclusive', 'untested outweighs flaky', [having(true, 'untested'), having(true, 'intermittent')]],
  ['inconclusive', 'nothing was required', [having(false, 'reachable')]],
  ['inconclusive', 'there was nothing at all', []],
] as const) {
  t.test(`${expected}: ${why}`, async (t) => t.equal(verdict(targets, []), expected));
}

t.test('a subnet without room blocks, whatever was reached', async (t) => {
  const noRoom = finding({ cause: 'subnet-too-small', severity: 'error', evidence: [] });
  for (const targets of [[REQUIRED], [having(true, 'untested')], [having(true, 'unreachable')], []]) {
    t.equal(verdict(targets, [noRoom]), 'blocked');
  }
});

t.test('no other finding changes the verdict', async (t) => {
  for (const severity of ['warning', 'info'] as const) {
    t.equal(verdict([REQUIRED], [finding({ cause: 'subnet-too-small', severity })]), 'ready');
  }
  t.equal(verdict([REQUIRED], [finding({ severity: 'error' })]), 'ready');
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
