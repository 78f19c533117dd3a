import { join } from 'node:path';
import { blockedBy, findingsOf } from './judge.ts';
import { nameFilter } from './middleboxes.ts';
import { ONE_ATTEMPT, QUICK, scene } from './scene.ts';
import { NAMES } from './services.ts';

const VAULT = `${NAMES.keyVault}.vault.azure.net`;
const AZURE_443 = 'ip daddr 20.33.0.0/16 tcp dport 443';

/** A handshake record of TLS with a ClientHello (RFC 8446, sections 4 and 5.1), in the payload of TCP. */
const CLIENT_HELLO = 'tcp dport { 443, 5671 } @ih,0,8 22 @ih,40,8 1';

await scene('devices and paths that do not take every ClientHello', ['squid'], async (t, subnet) => {
  await t.test('a firewall that reads server names', async (t) => {
    const certificate = await subnet.authority.issue(['firewall.contoso.example']);
    const device = join(subnet.folder, 'device');
    await using _ = await nameFilter(subnet.router, device, certificate, VAULT, AZURE_443);
    const outcome = await subnet.vm.probe(ONE_ATTEMPT);
    blockedBy(t, outcome, {
      cause: 'sni-filtered',
      groups: ['key-vault'],
      failures: ['tls_closed', 'tls_reset', 'tls_alert', 'tls_timeout'],
    });
    const control = outcome.report.controls.find(({ name }) => name === 'tls-other-name');
    t.match(control, { outcome: 'anomalous', detail: { wentFurther: true } }, 'the control shows it');
  });

  await t.test('one that wants it whole in the first segment', async (t) => {
    // The length of the record is that of the whole hello, whatever the segment holds.
    await using _ = await subnet.fault(`${CLIENT_HELLO} @ih,24,16 > 1200 reject with tcp reset`);
    const outcome = await subnet.vm.probe(QUICK);
    t.equal(outcome.code, 0, 'exit code 0', { stderr: outcome.stderr });
    t.equal(outcome.report.verdict, 'ready', 'verdict');
    const causes = outcome.report.findings.map(({ cause, severity }) => [cause, severity]);
    t.strictSame(causes, [['large-hello-blocked', 'info']]);
    const control = outcome.report.controls.find(({ name }) => name === 'tls-large-hello');
    t.match(control, { outcome: 'anomalous' });
  });

  await t.test('a path that loses full-size packets', async (t) => {
    await using _ = await subnet.fault('iifname "eth0" tcp dport 443 ip length > 1400 drop');
    const outcome = await subnet.vm.probe(QUICK);
    t.equal(outcome.code, 0, 'exit code 0', { stderr: outcome.stderr });
    t.equal(outcome.report.verdict, 'degraded', 'verdict');
    t.equal(findingsOf(outcome, 'packet-size-blackhole').length, 1);
    const control = outcome.report.controls.find(({ name }) => name === 'tls-large-hello');
    t.match(control, {
      detail: { tries: [{ failure: 'tls_timeout' }, {}, {}, { hello: 'segments', failure: null }] },
    });
  });

  await t.test('one that resets every handshake', async (t) => {
    await using _ = await subnet.fault(`${CLIENT_HELLO} reject with tcp reset`);
    const outcome = await subnet.vm.probe(ONE_ATTEMPT);
    t.equal(outcome.report.verdict, 'blocked', 'verdict');
    t.equal(outcome.report.findings[0]?.cause, 'tls-blocked', 'stated first');
    t.strictSame(findingsOf(outcome, 'sni-filtered'), []);
    t.strictSame(findingsOf(outcome, 'undetermined'), []);
  });

  await t.test('one that resets three handshakes of ten', async (t) => {
    const rule = `${CLIENT_HELLO} numgen random mod 10 < 3 reject with tcp reset`;
    await using _ = await subnet.fault(rule);
    const outcome = await subnet.vm.probe(QUICK);
    const causes = new Set(outcome.report.targets.flatMap(({ cause }) => cause ?? []));
    t.strictSame(causes, new Set(['intermittent-loss']), 'every loss is called that');
    t.strictSame(findingsOf(outcome, 'sni-filtered'), []);
  });
});
