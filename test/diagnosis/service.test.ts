import t from 'tap';
import type { Facts } from '../../probes/facts.ts';
import type { Group } from '../../src/model/vocabulary.ts';
import { attempt, diagnoseTargets, failed, reached, target } from './build.ts';

t.test('wrong-service', async (t) => {
  t.test('describes what answered instead, and where', async (t) => {
    const error = 'not Key Vault: status 200, server nginx, content type text/html';
    const vault = failed('key-vault', 'v.vault.azure.net', '20.1.1.1', 'protocol_mismatch', {
      required: true,
      facts: { error },
    });
    const { causes, findings } = diagnoseTargets({ targets: [vault] });
    t.same(causes, { [vault.id]: 'wrong-service' });
    t.match(findings, [
      {
        severity: 'error',
        title: 'Something else answers at v.vault.azure.net:443',
        explanation: `The reply was not the service’s at v.vault.azure.net:443 (20.1.1.1): ${error}.`,
        confirm: 'apim-probe run --only key-vault --key-vault v.vault.azure.net',
      },
    ]);
  });

  t.test('several are one finding, required ones first', async (t) => {
    const { single } = diagnoseTargets({
      targets: [
        failed('event-hubs', 'a.net', '20.1.1.1', 'protocol_mismatch'),
        failed('storage-blob', 'b.net', '20.1.1.1', 'protocol_mismatch', { required: true }),
      ],
    });
    t.match(single('wrong-service'), {
      title: 'Something else answers at 2 endpoints',
      evidence: ['storage-blob/b.net:443', 'event-hubs/a.net:443'],
    });
  });

  t.test('an RPC server without KMS is one too; a mail server that refuses is not', async (t) => {
    const kms = failed('kms', 'k.net', '20.1.1.1', 'protocol_refused', { port: 1688, protocol: 'kms' });
    const smtp = failed('smtp', 'm.net', '20.1.1.2', 'protocol_refused', { port: 25, protocol: 'smtp' });
    const { causes } = diagnoseTargets({ targets: [kms, smtp] });
    t.same(causes, { [kms.id]: 'wrong-service', [smtp.id]: 'undetermined' });
  });

  t.test('plain text where TLS was due is one as well', async (t) => {
    const { causes } = diagnoseTargets({ targets: [failed('sql', 'a.net', '20.1.1.1', 'tls_not_tls')] });
    t.same(Object.values(causes), ['wrong-service']);
  });

  t.test('leaves silence and block pages to others', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [
        failed('key-vault', 'a.net', '20.1.1.1', 'protocol_timeout'),
        failed('key-vault', 'b.net', '20.1.1.1', 'http_blocked'),
      ],
    });
    t.notOk(findings.some(({ cause }) => cause === 'wrong-service'));
  });
});

t.test('service-firewall-denied', async (t) => {
  const storage = (networkDenied: boolean, errorCode = 'AuthorizationFailure'): Facts => ({
    storage: { requestId: 'x', errorCode, networkDenied },
  });
  const vault = (errorCode: string): Facts => ({
    keyVault: {
      serviceVersion: '1.9.1.1',
      region: 'westeurope',
      sourceAddress: '20.61.7.33',
      source: 'public',
      challenge: false,
      errorCode,
    },
  });
  const hub = (networkDenied: boolean): Facts => ({
    eventHubs: {
      trackingId: null,
      networkDenied,
      webSocket: { status: 401, protocol: null, failure: null },
    },
  });
  const answering = (group: Group, host: string, facts: Facts) =>
    target(group, host, { required: true, attempts: [attempt('20.1.1.1', null, facts)] });

  t.test('the target stays reached; the finding is a warning with the service’s error code', async (t) => {
    const denied = answering('storage-blob', 's.blob.core.windows.net', storage(true));
    const { causes, findings, targets } = diagnoseTargets({ targets: [denied] });
    t.same(causes, { [denied.id]: null });
    t.equal(targets[0]?.status, 'reachable');
    t.match(findings, [
      {
        cause: 'service-firewall-denied',
        severity: 'warning',
        owner: 'service',
        title: 'The network rules of s.blob.core.windows.net refuse this subnet',
        explanation:
          's.blob.core.windows.net:443 (AuthorizationFailure) answered, and refused by its own rules.',
        evidence: [denied.id],
        confirm: 'apim-probe run --only storage-blob --storage s',
      },
    ]);
  });

  t.test('a perimeter has other remedies than network rules', async (t) => {
    const perimeter: Facts = {
      storage: { requestId: 'x', errorCode: 'AuthorizationFailure', networkDenied: true, perimeter: true },
    };
    for (const denied of [
      answering('storage-blob', 's.blob.core.windows.net', perimeter),
      answering('key-vault', 'a.vault.azure.net', vault('ForbiddenByNsp')),
    ]) {
      const [single] = diagnoseTargets({ targets: [denied] }).findings;
      t.match(single?.title, /^The network security perimeter of \S+ refuses this subnet$/);
      t.match(single?.remedy[0], /inbound access rule/);
      t.notMatch(single?.remedy.join(), /Selected networks|service endpoint/);
    }
  });

  t.test('the errors of Key Vault, with the address that it saw, and of Event Hubs', async (t) => {
    const { single } = diagnoseTargets({
      targets: [
        answering('key-vault', 'a.vault.azure.net', vault('ForbiddenByFirewall')),
        answering('key-vault', 'b.vault.azure.net', vault('ForbiddenByConnection')),
        answering('event-hubs', 'c.servicebus.windows.net', hub(true)),
      ],
    });
    const { explanation, title } = single('service-firewall-denied');
    t.equal(title, 'The network rules of 3 endpoints refuse this subnet');
    t.match(explanation, 'a.vault.azure.net:443 (ForbiddenByFirewall, seen from 20.61.7.33)');
    t.match(explanation, '(ForbiddenByConnection, seen from 20.61.7.33)');
    t.match(explanation, 'c.servicebus.windows.net:443 (Ip has been prevented to connect)');
  });

  t.test('does not fire for services that merely want a login', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [
        answering('storage-blob', 's.net', storage(false)),
        answering('key-vault', 'v.net', vault('Unauthorized')),
        answering('event-hubs', 'e.net', hub(false)),
        reached('sql', 'q.net', '20.1.1.1'),
      ],
    });
    t.same(findings, []);
  });

  t.test('does not explain attempts that never got there', async (t) => {
    const mixed = target('storage-blob', 's.net', {
      status: 'intermittent',
      failure: 'tcp_timeout',
      attempts: [attempt('20.1.1.1', 'tcp_timeout'), attempt('20.1.1.1', null, storage(true))],
    });
    const { causes, findings } = diagnoseTargets({ targets: [mixed] });
    t.same(causes, { [mixed.id]: 'intermittent-loss' });
    t.same(
      findings.map(({ cause }) => cause),
      ['intermittent-loss', 'service-firewall-denied'],
    );
  });
});
