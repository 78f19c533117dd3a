import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Authority } from './certificates.ts';
import { blockedBy, findingsOf, targetsOf } from './judge.ts';
import { acceptor, denial, inspection, nameFilter } from './middleboxes.ts';
import { ARGUMENTS, QUICK, scene } from './scene.ts';
import { NAMES } from './services.ts';

const VAULT = `${NAMES.keyVault}.vault.azure.net`;
const AZURE_443 = 'ip daddr 20.33.0.0/16 tcp dport 443';

/** The device makes a certificate for each host, and shows none in time on a busy machine. */
const FOR_SLOW_DEVICE = [...ARGUMENTS, '--timeout', '15000'] as const;
const COPIED = '/C=US/O=Microsoft Corporation/CN=Microsoft Azure RSA TLS Issuing CA 04';

await scene('an inspection proxy in the path', ['mitmdump'], async (t, subnet) => {
  for (const [name, trusted, issuerName] of [
    ['whose authority is not trusted', false, undefined],
    ['whose authority the user handed in', true, undefined],
    ['that copies the name of Azure’s issuer', false, COPIED],
    ['that copies it, and whose authority the user handed in', true, COPIED],
  ] as const) {
    await t.test(name, async (t) => {
      const device = join(subnet.folder, `device ${name}`);
      await mkdir(device);
      const inspector = await Authority.create(device, 'Contoso IT Security', issuerName);
      await using _ = await inspection(subnet.router, device, inspector, AZURE_443);
      await subnet.vm.copy(inspector.root, 'apim-probe/inspector.pem');
      await subnet.vm.write(
        'apim-probe/config.yaml',
        trusted ? 'caFile: [/etc/apim-probe/inspector.pem]\n' : 'quiet: true\n',
      );
      const outcome = await subnet.vm.probe(FOR_SLOW_DEVICE);
      t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
      t.equal(outcome.report.verdict, 'blocked', 'verdict');
      const [finding, ...others] = findingsOf(outcome, 'tls-intercepted');
      t.equal(outcome.report.findings[0], finding, 'stated first');
      t.strictSame(others, [], 'and once');
      t.match(finding?.title, /Contoso IT Security/, 'with the name of who opens it');
      const opened = outcome.report.targets.filter(
        ({ port, protocol }) => port === 443 && protocol === 'https',
      );
      t.ok(opened.length > 40, 'all of HTTPS goes through it', { opened: opened.length });
      t.strictSame(
        opened
          .filter(({ cause }) => cause !== 'tls-intercepted')
          .map(({ id, status, cause }) => ({ id, status, cause })),
        [],
        'and every target has it',
      );
    });
  }
});

await scene('a firewall that reads server names', ['squid'], async (t, subnet) => {
  const certificate = await subnet.authority.issue(['firewall.contoso.example']);
  const device = join(subnet.folder, 'device');
  await using _ = await nameFilter(subnet.router, device, certificate, VAULT, AZURE_443);
  const outcome = await subnet.vm.probe(QUICK);
  blockedBy(t, outcome, {
    cause: 'sni-filtered',
    groups: ['key-vault'],
    failures: ['tls_closed', 'tls_reset', 'tls_alert', 'tls_timeout'],
  });
  const control = outcome.report.controls.find(({ name }) => name === 'tls-other-name');
  t.match(control, { outcome: 'anomalous', detail: { wentFurther: true } }, 'the control shows it');
});

/** A handshake record of TLS with a ClientHello (RFC 8446, sections 4 and 5.1), in the payload of TCP. */
const CLIENT_HELLO = 'tcp dport { 443, 5671 } @ih,0,8 22 @ih,40,8 1';

await scene('devices and paths that do not take every ClientHello', [], async (t, subnet) => {
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
    const outcome = await subnet.vm.probe(QUICK);
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

await scene('a proxy that forbids plain HTTP', ['squid'], async (t, subnet) => {
  const device = join(subnet.folder, 'device');
  await using _ = await denial(subnet.router, device, 'ip daddr 20.33.0.0/16 tcp dport 80');
  const outcome = await subnet.vm.probe(QUICK);
  t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
  t.equal(outcome.report.verdict, 'blocked', 'verdict');
  const plain = outcome.report.targets.filter(({ protocol }) => protocol === 'http');
  t.ok(plain.length > 5, 'certificate hosts are asked over plain HTTP', { asked: plain.length });
  for (const { id, status, failure, cause } of plain) {
    const expected = { status: 'unreachable', failure: 'http_blocked', cause: 'block-page' };
    t.match({ status, failure, cause }, expected, id);
  }
  const [finding, ...others] = findingsOf(outcome, 'block-page');
  t.match(finding?.title, /squid/i, 'the product is named');
  t.strictSame(others, [], 'once');
});

await scene('something that completes handshakes for everyone', [], async (t, subnet) => {
  const device = join(subnet.folder, 'device');
  await using _ = await acceptor(subnet.router, device, 'tcp dport { 80, 443 } ip daddr != 169.254.169.254');
  const outcome = await subnet.vm.probe(QUICK);
  t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
  t.equal(outcome.report.verdict, 'blocked', 'verdict');
  t.equal(outcome.report.findings[0]?.cause, 'transparent-proxy', 'stated first');
  t.equal(findingsOf(outcome, 'transparent-proxy').length, 1, 'and once');
  const control = outcome.report.controls.find(({ name }) => name === 'tcp-reserved-address');
  t.match(control, { outcome: 'anomalous', detail: { connected: true } }, 'the control shows it');
  t.equal(targetsOf(outcome, 'key-vault')[0]?.status, 'unreachable', 'a handshake proves nothing');
});

await scene('certificates and those who show them', [], async (t, subnet) => {
  await t.test('another service answers in the place of Key Vault', async (t) => {
    const elsewhere = subnet.addressOf('login.microsoftonline.com');
    const condition = `ip daddr ${subnet.addressOf(VAULT)} tcp dport 443`;
    await using _ = await subnet.divert(`${condition} dnat ip to ${elsewhere}`);
    blockedBy(t, await subnet.vm.probe(QUICK), {
      cause: 'wrong-certificate',
      groups: ['key-vault'],
      failures: ['tls_name_mismatch'],
    });
  });

  await t.test('a service that hangs up after the handshake has shown its certificate', async (t) => {
    const host = `${NAMES.eventHubs}.servicebus.windows.net`;
    const device = join(subnet.folder, 'device');
    const condition = `ip daddr ${subnet.addressOf(host)} tcp dport 5671`;
    await using _ = await acceptor(subnet.router, device, condition, await subnet.authority.issue([host]));
    const outcome = await subnet.vm.probe([...QUICK, '--only', 'event-hubs']);
    const target = targetsOf(outcome, 'event-hubs').find(({ port }) => port === 5671);
    t.match(target, { status: 'unreachable', failure: 'protocol_closed' });
    t.match(
      target?.attempts[0]?.facts.tls,
      { nameMatches: true, validity: 'valid' },
      'the certificate is reported',
    );
  });
});
