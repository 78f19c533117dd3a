import { findingsOf } from './judge.ts';
import { scene } from './scene.ts';

await scene('mail relays', [], async (t, subnet) => {
  await t.test('are reached by SMTP up to their certificates', async (t) => {
    const { report, stderr } = await subnet.vm.probe(['--only', 'smtp']);
    const relays = report.targets.filter(({ protocol }) => protocol === 'smtp');
    t.same([...new Set(relays.map(({ port }) => port))].toSorted(), [25, 25_028, 587], 'on each port', {
      stderr,
    });
    for (const { id, status, attempts } of relays) {
      t.equal(status, 'reachable', id);
      t.match(attempts[0]?.facts, {
        proof: 'reply',
        smtp: { banner: /Postfix/, startTls: true },
        tls: { nameMatches: true },
      });
    }
  });

  await t.test('on a port 25 that Azure blocks', async (t) => {
    await using _ = await subnet.fault('tcp dport 25 drop');
    const outcome = await subnet.vm.probe(['--only', 'smtp', '--timeout', '1000']);
    const blocked = findingsOf(outcome, 'smtp-port-25-blocked');
    t.equal(blocked.length, 1, 'one finding', { stderr: outcome.stderr });
    t.match(blocked[0], { severity: 'info', owner: 'platform' });
    const silent = outcome.report.targets.filter(({ port, protocol }) => protocol === 'smtp' && port === 25);
    t.same(blocked[0]?.evidence.toSorted(), silent.map(({ id }) => id).toSorted());
    t.same(findingsOf(outcome, 'outbound-dropped'), []);
  });
});
