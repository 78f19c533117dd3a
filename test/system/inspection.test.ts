import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Authority } from './certificates.ts';
import { blockedBy, findingsOf, targetsOf } from './judge.ts';
import { acceptor, denial, inspection } from './middleboxes.ts';
import { ARGUMENTS, ONE_ATTEMPT, QUICK, scene } from './scene.ts';
import { NAMES } from './services.ts';

const VAULT = `${NAMES.keyVault}.vault.azure.net`;
const AZURE_443 = 'ip daddr 20.33.0.0/16 tcp dport 443';

/** The device makes a certificate for each host, and shows none in time on a busy machine. */
const FOR_SLOW_DEVICE = [...ARGUMENTS, '--timeout', '15000'] as const;
const COPIED = '/C=US/O=Microsoft Corporation/CN=Microsoft Azure RSA TLS Issuing CA 04';

await scene('devices in the path', ['mitmdump', 'squid'], async (t, subnet) => {
  await t.test('an inspection proxy', async (t) => {
    t.teardown(() => subnet.vm.write('apim-probe/config.yaml', '{}\n'));
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

  await t.test('a proxy that forbids plain HTTP', async (t) => {
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

  await t.test('something that completes handshakes for everyone', async (t) => {
    const device = join(subnet.folder, 'device');
    await using _ = await acceptor(
      subnet.router,
      device,
      'tcp dport { 80, 443 } ip daddr != 169.254.169.254',
    );
    const outcome = await subnet.vm.probe(ONE_ATTEMPT);
    t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
    t.equal(outcome.report.verdict, 'blocked', 'verdict');
    t.equal(outcome.report.findings[0]?.cause, 'transparent-proxy', 'stated first');
    t.equal(findingsOf(outcome, 'transparent-proxy').length, 1, 'and once');
    const control = outcome.report.controls.find(({ name }) => name === 'tcp-reserved-address');
    t.match(control, { outcome: 'anomalous', detail: { connected: true } }, 'the control shows it');
    t.equal(targetsOf(outcome, 'key-vault')[0]?.status, 'unreachable', 'a handshake proves nothing');
  });

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
