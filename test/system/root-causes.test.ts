import type { Finding } from '../../src/model/report.ts';
import { targetsOf } from './judge.ts';
import { ONE_ATTEMPT, QUICK, scene } from './scene.ts';
import { NAMES } from './services.ts';
import type { Outcome } from './vm.ts';

const VAULT = `${NAMES.keyVault}.vault.azure.net`;

/** Findings that someone must act upon. */
function causesOf({ report }: Outcome): Finding['cause'][] {
  return report.findings.filter(({ severity }) => severity !== 'info').map(({ cause }) => cause);
}

await scene('one root cause is one finding', [], async (t, subnet) => {
  const { machine } = subnet.vm;
  const route = async (...argv: readonly string[]) => void (await machine.run('ip', 'route', ...argv));

  await t.test('no default route', async (t) => {
    await route('delete', 'default');
    await using stack = new AsyncDisposableStack();
    stack.defer(() => route('add', 'default', 'via', '10.1.0.1'));
    const outcome = await subnet.vm.probe(QUICK);
    t.strictSame(causesOf(outcome), ['no-route'], 'not even the DNS server is at fault', {
      stderr: outcome.stderr,
    });
    t.match(outcome.report.findings[0], { owner: 'vm', severity: 'error' });
    t.equal(outcome.report.verdict, 'blocked');
  });

  await t.test('no default route, and Azure’s own addresses have one each', async (t) => {
    const platform = ['168.63.129.16', '169.254.169.254'];
    for (const address of platform) await route('add', address, 'via', '10.1.0.1');
    await route('delete', 'default');
    await using stack = new AsyncDisposableStack();
    stack.defer(() => route('add', 'default', 'via', '10.1.0.1'));
    for (const address of platform) stack.defer(() => route('delete', address));
    const outcome = await subnet.vm.probe(QUICK);
    t.strictSame(causesOf(outcome), ['no-route'], 'once', { stderr: outcome.stderr });
    const failed = outcome.report.targets.filter(({ status }) => status === 'unreachable');
    t.ok(failed.length > 50 && failed.every(({ cause }) => cause === 'no-route'), 'for every endpoint');
  });

  for (const kind of ['unreachable', 'prohibit', 'blackhole']) {
    await t.test(`a route of the type ${kind} to one service`, async (t) => {
      const address = subnet.addressOf(VAULT);
      await route('add', kind, address);
      await using stack = new AsyncDisposableStack();
      stack.defer(() => route('delete', kind, address));
      const outcome = await subnet.vm.probe(ONE_ATTEMPT);
      t.strictSame(causesOf(outcome), ['no-route'], 'the cause', { stderr: outcome.stderr });
      t.strictSame(outcome.report.findings[0]?.evidence, [targetsOf(outcome, 'key-vault')[0]?.id]);
      t.match(outcome.report.findings[0]?.explanation, `${address}/32`);
    });
  }

  for (const how of ['icmpx admin-prohibited', 'tcp reset']) {
    await t.test(`everything public is rejected with ${how}`, async (t) => {
      const protocol = how === 'tcp reset' ? 'meta l4proto tcp ' : '';
      await using _ = await subnet.fault(`ip daddr 20.33.0.0/16 ${protocol}reject with ${how}`);
      const outcome = await subnet.vm.probe(QUICK);
      t.strictSame(causesOf(outcome), ['outbound-rejected'], 'once', { stderr: outcome.stderr });
      t.match(outcome.report.findings[0], { title: /^Everything public is refused/, owner: 'network' });
      const failed = outcome.report.targets.filter(({ status }) => status === 'unreachable');
      t.ok(
        failed.every(({ cause }) => cause === 'outbound-rejected'),
        'for every endpoint',
      );
    });
  }

  await t.test('connections open, and nothing comes back', async (t) => {
    await using _ = await subnet.fault('iifname "eth1" ip saddr 20.33.0.0/16 tcp flags & syn == 0 drop');
    const outcome = await subnet.vm.probe(QUICK);
    t.strictSame(causesOf(outcome), ['return-path-broken'], 'once', { stderr: outcome.stderr });
    const failed = outcome.report.targets.filter(({ status }) => status === 'unreachable');
    t.ok(
      failed.every(({ cause }) => cause === 'return-path-broken'),
      'for every endpoint',
    );
  });

  await t.test('full-size packets are lost on the way back', async (t) => {
    await using _ = await subnet.fault('iifname "eth1" ip saddr 20.33.0.0/16 meta length > 1400 drop');
    const outcome = await subnet.vm.probe(ONE_ATTEMPT);
    t.strictSame(causesOf(outcome), ['packet-size-blackhole'], 'once', { stderr: outcome.stderr });
    const failed = outcome.report.targets.filter(({ status }) => status === 'unreachable');
    t.ok(failed.length > 50, 'every certificate is too large');
    t.ok(
      failed.every(({ cause }) => cause === 'packet-size-blackhole'),
      'for every endpoint',
    );
  });

  await t.test('full-size packets of one service are lost on the way back', async (t) => {
    await using _ = await subnet.fault(
      `iifname "eth1" ip saddr ${subnet.addressOf(VAULT)} meta length > 1000 drop`,
    );
    const outcome = await subnet.vm.probe(ONE_ATTEMPT);
    t.strictSame(causesOf(outcome), ['packet-size-blackhole'], 'the cause', { stderr: outcome.stderr });
    t.strictSame(outcome.report.findings[0]?.evidence, [targetsOf(outcome, 'key-vault')[0]?.id]);
  });
});
