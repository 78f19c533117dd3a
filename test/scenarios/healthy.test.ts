import t from 'tap';
import { playsAsPromised } from './agent-in-lab.ts';

t.test('a healthy network leaves nothing unreached or untested', async (t) => {
  const report = await playsAsPromised(t, 'healthy');
  t.ok(report.targets.length > 80);
  t.same(
    report.targets.filter(({ status }) => status !== 'reachable').map(({ id }) => id),
    [],
  );
  t.match(report.environment, { cloud: 'public', region: 'westeurope', network: { subnet: '10.1.0.0/27' } });
  t.same([...new Set(report.controls.map(({ outcome }) => outcome))], ['expected']);
});
