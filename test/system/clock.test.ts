import { findingsOf } from './judge.ts';
import { QUICK, scene } from './scene.ts';

await scene("the VM's clock", ['faketime'], async (t, subnet) => {
  for (const [offset, name] of [
    ['+2h', 'is ahead of its services'],
    ['-20d', 'is behind its certificates'],
  ] as const) {
    await t.test(name, async (t) => {
      const within = ['faketime', '--exclude-monotonic', '-f', offset];
      const outcome = await subnet.vm.probe(QUICK, { within });
      t.equal(outcome.report.findings[0]?.cause, 'clock-skew', 'stated first', { stderr: outcome.stderr });
      t.equal(findingsOf(outcome, 'clock-skew').length, 1, 'and once');
      t.strictSame(findingsOf(outcome, 'wrong-certificate'), [], 'and no certificate is blamed');
      t.equal(outcome.report.controls.find((control) => control.name === 'clock')?.outcome, 'anomalous');
      const hours = (outcome.report.environment.clockOffsetMs ?? 0) / 3_600_000;
      t.equal(Math.round(hours), offset === '+2h' ? 2 : -480, 'the offset is measured');
    });
  }
});
