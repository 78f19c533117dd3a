import t from 'tap';
import { exitCode } from '../../src/cli/exit-code.ts';
import type { Finding, Report } from '../../src/model/report.ts';
import { finding } from '../report/samples.ts';

const NONE = { total: 0, reachable: 0, intermittent: 0, unreachable: 0, untested: 0 };

function code(
  verdict: Report['verdict'],
  failOn: 'required' | 'any' | 'never' = 'required',
  more: {
    interrupted?: Report['interrupted'];
    delivered?: boolean;
    optional?: Partial<typeof NONE>;
    severity?: Finding['severity'];
  } = {},
): number {
  const summary = { required: NONE, optional: { ...NONE, ...more.optional } };
  return exitCode({
    report: {
      ...{ verdict, summary, interrupted: more.interrupted ?? null },
      findings: more.severity === undefined ? [] : [finding({ severity: more.severity })],
    },
    failOn,
    delivered: more.delivered ?? true,
  });
}

t.test('the verdict', async (t) => {
  t.equal(code('ready'), 0);
  t.equal(code('degraded'), 0);
  t.equal(code('blocked'), 1);
  t.equal(code('inconclusive'), 3);
});

t.test('--fail-on', async (t) => {
  t.equal(code('degraded', 'any', { optional: { unreachable: 1 } }), 1);
  t.equal(code('degraded', 'required', { optional: { unreachable: 1 } }), 0);
  t.equal(code('inconclusive', 'any', { optional: { unreachable: 1 } }), 1);
  t.equal(code('ready', 'any', { optional: { untested: 3, intermittent: 1 } }), 0, 'untested is not failed');
  t.equal(code('ready', 'any', { optional: { unreachable: 1 } }), 0, 'one that does not count');
  t.equal(code('inconclusive', 'any'), 3);
  for (const severity of ['error', 'warning'] as const) {
    t.equal(code('degraded', 'any', { severity }), 1, severity);
    t.equal(code('degraded', 'required', { severity }), 0, severity);
  }
  t.equal(code('ready', 'any', { severity: 'info' }), 0, 'a remark asks for nothing');
  for (const verdict of ['ready', 'degraded', 'blocked', 'inconclusive'] as const)
    t.equal(code(verdict, 'never'), 0);
});

t.test('interruption, defect and delivery', async (t) => {
  t.equal(code('inconclusive', 'required', { interrupted: 'SIGINT' }), 130);
  t.equal(code('blocked', 'never', { interrupted: 'SIGTERM', delivered: false }), 143);
  t.equal(code('inconclusive', 'never', { interrupted: 'defect' }), 70);
  t.equal(
    code('inconclusive', 'required', { interrupted: 'deadline' }),
    3,
    'the deadline leaves it to the verdict',
  );
  t.equal(code('inconclusive', 'required', { interrupted: 'SIGHUP' }), 129);
  t.equal(code('inconclusive', 'required', { interrupted: 'SIGQUIT' }), 131);
});

t.test(
  'a failed delivery is 4 where the verdict alone would be 0, and takes nothing from another one',
  async (t) => {
    t.equal(code('ready', 'required', { delivered: false }), 4);
    t.equal(code('degraded', 'required', { delivered: false }), 4);
    t.equal(code('blocked', 'required', { delivered: false }), 1);
    t.equal(code('inconclusive', 'required', { delivered: false }), 3);
    t.equal(code('degraded', 'any', { delivered: false, optional: { unreachable: 1 } }), 1);
    t.equal(code('blocked', 'never', { delivered: false }), 4);
  },
);
