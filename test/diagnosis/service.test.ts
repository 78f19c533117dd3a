import t from 'tap';
import type { Facts, RefusalFacts as Refusal } from '../../probes/facts.ts';
import type { Protocol } from '../../probes/protocols.ts';
import type { Target } from '../../src/model/report.ts';
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
        confirm: 'apim-probe run --only key-vault',
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
    t.same(causes, { [kms.id]: 'wrong-service', [smtp.id]: 'service-refused' });
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

/** An endpoint whose service refused with this code, as its probe records it. */
function refusing(protocol: Protocol, host: string, refusal: Refusal, more: Facts = {}): Target {
  const { to, code, text } = refusal;
  const facts: Facts = { proof: 'connect', error: `${to} ${code} ${text ?? ''}`.trim(), refusal, ...more };
  return failed('custom', host, '20.1.1.1', 'protocol_refused', { protocol, port: 1, facts });
}

t.test('service-refused', async (t) => {
  const BLOCKED =
    '5.7.1 Client host [203.0.113.9] blocked using zen.example.org; https://example.org/q/203.0.113.9';

  t.test('quotes the refusal, and has the remedy of a block list', async (t) => {
    const refusal = { to: 'the connection', code: '554', text: BLOCKED };
    const error = `greeted with 554 ${BLOCKED}`;
    const relay = failed('smtp', 'm.net', '20.1.1.2', 'protocol_refused', {
      port: 25,
      protocol: 'smtp',
      facts: { error, refusal },
    });
    const { causes, findings, targets } = diagnoseTargets({ targets: [relay] });
    t.same(causes, { [relay.id]: 'service-refused' });
    t.equal(targets[0]?.status, 'unreachable');
    t.match(findings, [
      {
        cause: 'service-refused',
        owner: 'service',
        severity: 'warning',
        title: 'm.net:25 refuses, with 554',
        explanation: `Connections open, and the service’s own answer is a refusal: m.net:25: “${error}”.`,
        evidence: [relay.id],
        confirm: 'apim-probe run --only smtp',
      },
    ]);
    t.match(findings[0]?.remedy[0], /block list/);
  });

  t.test('one finding for each kind, whatever the number of endpoints and texts', async (t) => {
    const permanent = [1, 2, 3, 4, 5, 6].map((n) =>
      refusing('smtp', `p${n}.net`, { to: 'the connection', code: '554', text: `no ${n}` }),
    );
    const temporary = refusing('smtp', 't.net', { to: 'the connection', code: '450', text: 'Greylisted' });
    const { findings } = diagnoseTargets({ targets: [...permanent, temporary] });
    t.same(
      findings.map(({ title, evidence }) => [title, evidence.length]),
      [
        ['6 endpoints refuse, with 554', 6],
        ['t.net:1 refuses for now, with 450', 1],
      ],
    );
    t.match(findings[0]?.explanation, /“the connection 554 no 1”.*; 2 more\.$/);
    t.match(findings[1]?.remedy[0], /Run again after 15 minutes.*greylisting/);
  });

  t.test('the remedy fits protocol and code', async (t) => {
    const cases: readonly [Protocol, string, string, RegExp, boolean?][] = [
      ['smtp', 'the connection', '421', /greylisting/, true],
      ['smtp', 'EHLO', '550', /apim-probe\.invalid/],
      ['smtp', 'STARTTLS', '454', /refuses it: its operator/],
      ['ntp', 'the request for the time', 'RATE', /too many requests/, true],
      ['ntp', 'the request for the time', 'DENY', /chrony: allow/],
      ['ntp', 'the request for the time', 'RSTR', /chrony: allow/],
      ['ntp', 'the request for the time', 'stratum 0', /no valid time/, true],
      ['ntp', 'the request for the time', 'XABC', /Read the refusal/],
      ['redis', 'PING', 'DENIED', /protected-mode/],
      ['rediss', 'PING', 'ERR', /as many clients/, true],
      ['tds', 'PRELOGIN', '47073', /virtual network rule/],
      ['tds', 'PRELOGIN', '40613', /Look the number up/],
      ['amqp', 'the connection', 'amqp:unauthorized-access', /Networking page/],
      ['amqps', 'the connection', 'amqp:connection:forced', /closed the connection/, true],
      ['smb', 'NEGOTIATE', 'STATUS_NOT_SUPPORTED', /SMB 3\.1\.1/],
      ['smb', 'NEGOTIATE', 'STATUS_ACCESS_DENIED', /MS-ERREF/],
      ['smb', 'the connection', 'negative session response', /hosts allow/],
    ];
    for (const [protocol, to, code, remedy, isTemporary = false] of cases) {
      const { single } = diagnoseTargets({
        targets: [refusing(protocol, 'a.net', { to, code, text: null })],
      });
      const found = single('service-refused');
      t.match(found.remedy[0], remedy, `${protocol} ${code}`);
      t.equal(found.title, `a.net:1 refuses${isTemporary ? ' for now' : ''}, with ${code}`);
      for (const step of found.remedy) t.match(step, /^[A-Z].*\.$/su, step);
    }
  });

  t.test('KMS: a busy server and a denial, not a server without the interface', async (t) => {
    const none = { secondaryAddress: null, maxTransmit: null };
    const rpc = (result: string, reason: string): Target =>
      refusing(
        'kms',
        'k.net',
        { to: 'the bind', code: reason, text: null },
        { kms: { result, reason, ...none } },
      );
    for (const [result, reason, cause] of [
      ['bind_nak', 'temporary_congestion', 'service-refused'],
      ['bind_nak', 'local_limit_exceeded', 'service-refused'],
      ['bind_nak', 'reason_not_specified', 'wrong-service'],
      ['bind_nak', 'protocol_version_not_supported', 'wrong-service'],
      ['fault', '0x00000005', 'service-refused'],
      ['fault', '0x1c010003', 'wrong-service'],
    ] as const) {
      t.same(Object.values(diagnoseTargets({ targets: [rpc(result, reason)] }).causes), [cause], reason);
    }
  });

  t.test('also in some of the attempts, and in reports that have the error’s text alone', async (t) => {
    const facts: Facts = { error: 'greeted with 421 4.7.0 too many connections' };
    const some = target('smtp', 'm.net', {
      ...{ status: 'intermittent', failure: 'protocol_refused', protocol: 'smtp', port: 25 },
      attempts: [attempt('20.1.1.1', null), attempt('20.1.1.1', 'protocol_refused', facts)],
    });
    const { causes, single } = diagnoseTargets({ targets: [some] });
    t.same(causes, { [some.id]: 'service-refused' });
    t.match(single('service-refused'), {
      title: 'm.net:25 refuses',
      explanation: /“greeted with 421 4\.7\.0/,
    });
  });

  t.test('a relay that the documents dropped is a remark', async (t) => {
    const relay = {
      ...refusing('smtp', 'm.net', { to: 'EHLO', code: '550', text: null }),
      until: '2021-09-01',
    };
    t.equal(diagnoseTargets({ targets: [relay] }).single('service-refused').severity, 'info');
  });
});

t.test('starttls-stripped: the relay stays reached, the device is named', async (t) => {
  const smtp = { banner: '*'.repeat(20), capabilities: ['XXXXXXXA'], startTls: false };
  const relay = (host: string, facts: Facts): Target =>
    target('custom', host, { protocol: 'smtp', port: 25, attempts: [attempt('20.1.1.1', null, facts)] });
  const masked = relay('m.net', { proof: 'reply', smtp: { ...smtp, masked: 'XXXXXXXA' } });
  const { causes, findings } = diagnoseTargets({
    targets: [masked, relay('n.net', { proof: 'reply', smtp })],
  });
  t.same(causes, { [masked.id]: null, 'custom/n.net:25': null });
  t.match(findings, [
    {
      cause: 'starttls-stripped',
      owner: 'network',
      severity: 'warning',
      title: 'A device on the path hides what m.net:25 offers, probably STARTTLS',
      explanation: 'm.net:25 listed XXXXXXXA and no STARTTLS, so no certificate was checked there.',
      evidence: [masked.id],
    },
  ]);
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
        confirm: 'apim-probe run --only storage-blob',
      },
    ]);
  });

  t.test('a dependency of the instance is an error, unless its own check succeeds', async (t) => {
    const source = { kind: 'import', document: 'n.json', asOf: '2026-01-01', name: 's' } as const;
    const account = (status?: string) => ({
      ...answering('storage-blob', 's.blob.core.windows.net', storage(true)),
      source: { ...source, ...(status !== undefined && { status }) },
    });
    for (const status of ['failure', 'initializing', undefined]) {
      const { findings } = diagnoseTargets({ targets: [account(status)] });
      t.match(
        findings,
        [{ severity: 'error', explanation: 'The instance depends on it (n.json).' }],
        status ?? 'none',
      );
      t.notMatch(findings[0]?.remedy.join(), 'test resource');
    }
    const { findings } = diagnoseTargets({ targets: [account('success')] });
    t.match(findings, [
      {
        severity: 'warning',
        explanation: 'n.json reports success there: so the rules admit the instance and not this VM',
      },
    ]);
    t.match(findings[0]?.remedy[0], 'IP rules');
    t.match(findings[0]?.remedy[1], 'trusted Microsoft service');
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
      t.match(single?.explanation, 'refused by the rules of the perimeter');
      t.match(single?.remedy[0], /inbound access rule/);
      t.notMatch(single?.remedy.join(), /Selected networks|service endpoint/);
    }
  });

  t.test('a perimeter and network rules are two causes', async (t) => {
    const hub: Facts = {
      eventHubs: {
        ...{ trackingId: 'x', networkDenied: true, perimeter: true },
        webSocket: { status: 401, protocol: null, failure: null },
      },
    };
    const { findings } = diagnoseTargets({
      targets: [
        answering('event-hubs', 'e.servicebus.windows.net', hub),
        answering('storage-blob', 's.blob.core.windows.net', storage(true)),
      ],
    });
    t.match(findings, [
      { title: /^The network security perimeter of e\./, explanation: /\(network security perimeter\)/ },
      { title: /^The network rules of s\./ },
    ]);
    t.match(findings[1]?.remedy.join(' '), /Secured by perimeter.*inbound access rule/);
    t.match(findings[1]?.remedy.join(' '), /trusted Microsoft services does not admit the gateway/);
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
