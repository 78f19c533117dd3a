import { blockedBy, findingsOf, targetsOf } from './judge.ts';
import { ARGUMENTS, ONE_ATTEMPT, QUICK, scene } from './scene.ts';
import { NAMES } from './services.ts';

const BLOB = `${NAMES.storage}.blob.core.windows.net`;
const VAULT = `${NAMES.keyVault}.vault.azure.net`;

await scene('what a packet filter does to outbound traffic', [], async (t, subnet) => {
  await t.test('SQL is dropped', async (t) => {
    await using _ = await subnet.fault('tcp dport 1433 drop');
    const outcome = await subnet.vm.probe(QUICK);
    blockedBy(t, outcome, { cause: 'outbound-dropped', groups: ['sql'], failures: ['tcp_timeout'] });
    const starts = targetsOf(outcome, 'sql')[0]?.attempts.map(({ startedAt }) => Date.parse(startedAt)) ?? [];
    t.equal(starts.length, 4, 'after three attempts and a late one');
    t.ok((starts[3] ?? 0) - (starts[0] ?? 0) >= 12_000, '12 s after the first');
  });

  await t.test('Storage is reset', async (t) => {
    const rule = `ip daddr ${subnet.addressOf(BLOB)} tcp dport 443 reject with tcp reset`;
    await using _ = await subnet.fault(rule);
    blockedBy(t, await subnet.vm.probe(ONE_ATTEMPT), {
      cause: 'outbound-rejected',
      groups: ['storage-blob'],
      failures: ['tcp_refused'],
    });
  });

  await t.test('Key Vault is rejected by ICMP', async (t) => {
    const rule = `ip daddr ${subnet.addressOf(VAULT)} reject with icmpx admin-prohibited`;
    await using _ = await subnet.fault(rule);
    blockedBy(t, await subnet.vm.probe(ONE_ATTEMPT), {
      cause: 'outbound-rejected',
      groups: ['key-vault'],
      failures: ['tcp_unreachable'],
    });
  });

  await t.test('everything public is dropped', async (t) => {
    await using _ = await subnet.fault('ip daddr 20.33.0.0/16 drop');
    const outcome = await subnet.vm.probe(ARGUMENTS);
    t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
    t.equal(outcome.report.verdict, 'blocked', 'verdict', { stderr: outcome.stderr });
    t.equal(outcome.report.findings[0]?.cause, 'no-outbound-path', 'stated first');
    t.equal(findingsOf(outcome, 'no-outbound-path').length, 1, 'stated once');
    t.strictSame(findingsOf(outcome, 'outbound-dropped'), [], 'and not once for every target');
    t.ok(outcome.report.durationMs < 20_000, 'within 20 s', { seconds: outcome.seconds });
    const late = outcome.report.targets.filter(({ failure }) => failure === 'deadline_exceeded');
    t.strictSame(late, [], 'with everything tested');
    t.ok(
      outcome.report.targets.every(({ attempts }) => attempts.length <= 3),
      'without a late attempt, since nothing else passed',
    );
  });

  await t.test('everything public but Storage is dropped, as in a private subnet', async (t) => {
    const kinds = ['blob', 'table', 'queue', 'file'];
    const storage = kinds.map((kind) => subnet.addressOf(`${NAMES.storage}.${kind}.core.windows.net`));
    await using _ = await subnet.fault(
      `ip daddr { ${storage.join(', ')} } accept; ip daddr 20.33.0.0/16 drop`,
    );
    const outcome = await subnet.vm.probe(ONE_ATTEMPT);
    t.equal(outcome.code, 3, 'exit code 3', { stderr: outcome.stderr });
    t.equal(outcome.report.verdict, 'inconclusive', 'verdict');
    t.match(
      outcome.report.findings.filter(({ severity }) => severity !== 'info'),
      [{ cause: 'vm-without-outbound', owner: 'vm' }],
      'one finding',
    );
    t.equal(outcome.report.findings.length, 1);
  });

  await t.test('40 % of all flows are lost, as with exhausted SNAT ports', async (t) => {
    // A flow keeps its fate: its retransmissions are lost, too.
    const flow =
      'ip daddr 20.33.0.0/16 tcp flags & (syn|ack) == syn jhash tcp sport . ip daddr mod 10 < 4 drop';
    await using _ = await subnet.fault(flow);
    const outcome = await subnet.vm.probe(QUICK);
    const causes = outcome.report.findings
      .filter(({ severity }) => severity !== 'info')
      .map(({ cause }) => cause);
    t.equal(causes[0], 'intermittent-loss', 'the loss is stated first', { stderr: outcome.stderr });
    const required = outcome.report.targets.filter((target) => target.required && target.failure !== null);
    t.strictSame(
      required
        .filter(({ cause }) => cause !== 'intermittent-loss')
        .map(({ id, status, cause }) => ({ id, status, cause })),
      [],
      'no required endpoint is blamed on a rule',
    );
  });

  await t.test('SQL is dropped amid a loss of 15 %', async (t) => {
    const syn = 'ip daddr 20.33.0.0/16 tcp flags & (syn|ack) == syn';
    await using _ = await subnet.fault(
      `${syn} tcp dport 1433 drop; ${syn} jhash tcp sport . ip daddr mod 100 < 15 drop`,
    );
    const outcome = await subnet.vm.probe(QUICK);
    t.match(targetsOf(outcome, 'sql'), [{ status: /^unreachable$/, cause: /^outbound-dropped$/ }], 'a rule', {
      stderr: outcome.stderr,
    });
    t.equal(findingsOf(outcome, 'intermittent-loss').length, 1, 'and the loss');
  });

  await t.test('every second connection to Key Vault is reset', async (t) => {
    const rule = `ip daddr ${subnet.addressOf(VAULT)} tcp flags syn numgen inc mod 2 == 0 reject with tcp reset`;
    await using _ = await subnet.fault(rule);
    const outcome = await subnet.vm.probe(QUICK);
    t.equal(outcome.code, 0, 'exit code 0', { stderr: outcome.stderr });
    t.equal(outcome.report.verdict, 'degraded', 'verdict', { stderr: outcome.stderr });
    const [vault] = targetsOf(outcome, 'key-vault');
    t.match(vault, { status: 'intermittent', cause: 'intermittent-loss' });
    t.strictSame(findingsOf(outcome, 'intermittent-loss')[0]?.evidence, [vault?.id]);
  });
});
