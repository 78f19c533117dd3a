import t from 'tap';
import { idsWith, playsAsPromised } from './agent-in-lab.ts';

t.test('with a default route to nowhere only what lies inside the network answers', async (t) => {
  const report = await playsAsPromised(t, 'forced-tunnel');
  const groups = report.targets.filter(({ status }) => status === 'reachable').map(({ group }) => group);
  t.same([...new Set(groups)].sort(), ['control-plane', 'dns', 'gateway', 'redis']);
  t.ok(idsWith(report, 'unreachable').length > 70);
  const blob = report.targets.find(({ group }) => group === 'storage-blob');
  t.match(blob, { failure: 'tcp_timeout', cause: 'no-outbound-path' });
});
