import { targetsOf } from './judge.ts';
import { ARGUMENTS, scene } from './scene.ts';
import { PLACES } from './services.ts';

await scene('a run that is ended early', [], async (t, subnet) => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    await t.test(`by ${signal}`, async (t) => {
      await using _ = await subnet.fault('tcp dport 1433 drop');
      await using witness = await subnet.witness();
      const underWay = async () => (await witness.seen()).some((flow) => flow.endsWith(' tcp 1433'));
      const stop = async (over: AbortSignal) => {
        while (!over.aborted && !(await underWay()));
        return signal;
      };
      const outcome = await subnet.vm.probe(ARGUMENTS, { stop });
      t.equal(outcome.code, code, `exit code ${code}`, { stderr: outcome.stderr });
      t.equal(outcome.report.interrupted, signal, 'which the report states');
      t.not(targetsOf(outcome, 'sql')[0]?.status, 'reachable', 'what was under way is not called reached');
      const plan = await subnet.vm.plan(ARGUMENTS, PLACES.public);
      const testable = plan.filter(({ kind }) => kind === 'endpoint').map(({ id }) => id);
      const reported = new Set(outcome.report.targets.map(({ id }) => id));
      t.strictSame(
        testable.filter((id) => !reported.has(id)),
        [],
        'every planned endpoint is in the report',
      );
    });
  }

  await t.test('by its deadline', async (t) => {
    await using _ = await subnet.fault('ip daddr 20.33.0.0/16 drop');
    const outcome = await subnet.vm.probe([...ARGUMENTS, '--deadline', '3000']);
    t.ok(outcome.report.durationMs < 6000, 'at once', { ms: outcome.report.durationMs });
    t.equal(outcome.report.interrupted, 'deadline', 'which the report states');
    t.not(outcome.report.verdict, 'ready');
    t.ok([1, 3].includes(outcome.code ?? -1), 'exit code 1 or 3', {
      code: outcome.code,
      stderr: outcome.stderr,
    });
    const reached = outcome.report.targets.filter(
      ({ status, group }) => status === 'reachable' && group !== 'dns',
    );
    t.strictSame(reached, [], 'nothing is called reached');
  });
});
