import t from 'tap';
import {
  addressOf,
  attempt,
  azureDns,
  diagnoseTargets,
  dnsServer,
  failed,
  OTHER_SERVER,
  randomName,
  reached,
  resolved,
  SERVER,
  target,
  unanswered,
  unresolved,
} from './build.ts';

const AZURE = '168.63.129.16';
const HOST = 'a.database.windows.net';
const ID = `sql/${HOST}:443`;

t.test('dns-forwarding-broken', async (t) => {
  t.test('SERVFAIL at a custom server, while Azure DNS resolves', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [
        dnsServer(SERVER),
        unresolved('sql', HOST, [unanswered('dns_servfail')], { required: true }),
        unresolved('entra-id', 'login.microsoftonline.com', [unanswered('dns_refused')]),
      ],
      controls: [azureDns({ [HOST]: '20.1.1.1' })],
    });
    t.equal(findings.length, 1);
    t.match(findings[0], {
      cause: 'dns-forwarding-broken',
      severity: 'error',
      title: 'DNS server 10.0.0.4 cannot resolve Azure’s names',
      explanation:
        /10\.0\.0\.4 gave REFUSED and SERVFAIL for 2 of 2 names .*168\.63\.129\.16 can resolve them/,
      evidence: [ID, 'entra-id/login.microsoftonline.com:443'],
    });
    t.match(
      findings[0]?.remedy[0],
      `On 10.0.0.4: forward names that the server does not hold itself to ${AZURE}`,
    );
  });

  t.test('two servers that both lack a forwarder are one finding', async (t) => {
    const { single } = diagnoseTargets({
      servers: [SERVER, OTHER_SERVER],
      targets: [
        unresolved('sql', HOST, [
          unanswered('dns_servfail'),
          unanswered('dns_servfail', { server: OTHER_SERVER }),
        ]),
      ],
    });
    t.match(single('dns-forwarding-broken').title, 'DNS servers 10.0.0.4 and 10.0.0.5');
    t.match(single('dns-forwarding-broken').explanation, 'No other server could be asked to compare.');
  });

  t.test('a failing second server is a warning while the first one resolves', async (t) => {
    const { single, causes } = diagnoseTargets({
      servers: [SERVER, OTHER_SERVER],
      targets: [
        reached('sql', HOST, '20.1.1.1', {
          required: true,
          resolutions: [resolved('20.1.1.1'), unanswered('dns_refused', { server: OTHER_SERVER })],
        }),
      ],
    });
    t.match(single('dns-forwarding-broken'), {
      severity: 'warning',
      confirm: 'apim-probe run --only sql',
    });
    t.equal(causes[ID], null);
  });

  t.test('one lost query makes no finding', async (t) => {
    const { findings } = diagnoseTargets({
      servers: [SERVER, OTHER_SERVER],
      targets: [
        dnsServer(OTHER_SERVER),
        reached('sql', HOST, '20.1.1.1', {
          resolutions: [resolved('20.1.1.1'), unanswered('dns_timeout', { server: OTHER_SERVER })],
        }),
      ],
    });
    t.same(findings, []);
  });

  t.test('a server that only goes silent for some names has a broken forwarder', async (t) => {
    const { causes } = diagnoseTargets({
      targets: [
        reached('custom', 'intranet.contoso.com', '10.3.3.3'),
        unresolved('sql', HOST, [unanswered('dns_timeout')]),
      ],
    });
    t.equal(causes[ID], 'dns-forwarding-broken');
  });

  t.test('a server that denies the names of unrelated domains does not resolve public names', async (t) => {
    const hosts = ['a.database.windows.net', 'v.vault.azure.net', 'login.microsoftonline.com'];
    const denied = (host: string) => unresolved('custom', host, [unanswered('dns_nxdomain')]);
    t.match(diagnoseTargets({ targets: hosts.map(denied) }).single('dns-forwarding-broken').evidence, {
      length: 3,
    });
    const mixed = diagnoseTargets({
      targets: [...hosts.map(denied), reached('kms', 'kms.core.windows.net', '20.1.1.1')],
    });
    t.notOk(mixed.findings.some(({ cause }) => cause === 'dns-forwarding-broken'));
  });

  t.test('does not fire when Azure DNS fails as well', async (t) => {
    const servfail = unanswered('dns_servfail');
    const control = diagnoseTargets({
      targets: [unresolved('sql', HOST, [servfail])],
      controls: [azureDns({ [HOST]: 'SERVFAIL' })],
    });
    t.equal(control.causes[ID], 'undetermined');
    const configured = diagnoseTargets({
      servers: [AZURE],
      targets: [unresolved('sql', HOST, [{ ...servfail, server: AZURE }])],
    });
    t.equal(configured.causes[ID], 'undetermined');
  });
});

t.test('dns-servers-disagree', async (t) => {
  const servers = [SERVER, OTHER_SERVER];
  const both = [resolved('20.1.1.1'), resolved('10.2.0.4', OTHER_SERVER)];

  t.test('private here and public there explains the silence of the public side', async (t) => {
    const { findings, causes } = diagnoseTargets({
      servers,
      targets: [failed('sql', HOST, '20.1.1.1', 'tcp_timeout', { resolutions: both, required: true })],
    });
    t.match(findings, [
      {
        cause: 'dns-servers-disagree',
        severity: 'error',
        title: 'DNS servers 10.0.0.4 and 10.0.0.5 disagree about 1 name',
        explanation: `${HOST}: 10.0.0.4 answers public (20.1.1.1) and 10.0.0.5 answers private (10.2.0.4).`,
        confirm: 'apim-probe run --only sql',
      },
    ]);
    t.equal(causes[ID], 'dns-servers-disagree');
  });

  t.test('is a warning while the endpoint works', async (t) => {
    const { single, causes } = diagnoseTargets({
      servers,
      targets: [reached('sql', HOST, '10.2.0.4', { resolutions: both })],
    });
    t.equal(single('dns-servers-disagree').severity, 'warning');
    t.equal(causes[ID], null);
  });

  t.test('does not explain a private address that was dialled and is silent', async (t) => {
    const { causes } = diagnoseTargets({
      servers,
      targets: [failed('sql', HOST, '10.2.0.4', 'tcp_timeout', { resolutions: both.toReversed() })],
    });
    t.equal(causes[ID], 'outbound-dropped');
  });

  t.test('does not fire for different addresses of one kind, nor for a server that fails', async (t) => {
    const { findings } = diagnoseTargets({
      servers,
      targets: [
        dnsServer(SERVER),
        dnsServer(OTHER_SERVER),
        reached('sql', HOST, '20.1.1.1', {
          resolutions: [resolved('20.1.1.1'), resolved('20.1.1.2', OTHER_SERVER)],
        }),
        reached('kms', 'kms.core.windows.net', '20.1.1.1', {
          resolutions: [resolved('20.1.1.1'), unanswered('dns_timeout', { server: OTHER_SERVER })],
        }),
      ],
    });
    t.same(findings, []);
  });
});

t.test('dns-tampered', async (t) => {
  t.test('a random name that resolves, and what shares its address', async (t) => {
    const { findings, causes } = diagnoseTargets({
      targets: [
        failed('sql', HOST, '20.99.0.1', 'tls_untrusted', { required: true }),
        failed('kms', 'kms.core.windows.net', '20.1.1.1', 'tcp_refused'),
      ],
      controls: [randomName('20.99.0.1')],
    });
    t.match(findings[0], {
      cause: 'dns-tampered',
      severity: 'error',
      title: 'DNS answers from 10.0.0.4 are invented',
      explanation:
        /10\.0\.0\.4 answers the random name x7f3q9\.blob\.core\.windows\.net, .* with 20\.99\.0\.1\. It misleads 1 endpoint\./,
      evidence: [ID],
      confirm: 'apim-probe run --only dns',
    });
    t.equal(causes['kms/kms.core.windows.net:443'], 'outbound-rejected');
  });

  t.test('is a warning when nothing was misled', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [reached('sql', HOST, '20.1.1.1')],
      controls: [randomName('20.99.0.1')],
    });
    t.match(findings, [{ cause: 'dns-tampered', severity: 'warning' }]);
    t.same(findings[0]?.evidence, []);
  });

  for (const address of ['0.0.0.0', '127.0.0.1', '::', '198.18.0.7', '240.0.0.1', '169.254.1.1']) {
    t.test(`${address} is not a service’s address`, async (t) => {
      const { causes, findings } = diagnoseTargets({
        targets: [failed('sql', HOST, address, 'tcp_refused')],
      });
      t.equal(causes[ID], 'dns-tampered');
      t.match(findings[0]?.explanation, `${HOST} is ${address} according to ${SERVER}`);
    });
  }

  for (const [address, product] of [
    ['146.112.61.106', 'Cisco Umbrella'],
    ['208.91.112.55', 'FortiGate'],
    ['94.140.14.35', 'AdGuard DNS'],
  ] as const) {
    t.test(`${address} is where ${product} shows its block page`, async (t) => {
      const { causes, findings } = diagnoseTargets({
        targets: [failed('sql', HOST, address, 'tls_untrusted')],
      });
      t.equal(causes[ID], 'dns-tampered');
      t.match(
        findings[0]?.explanation,
        `${HOST} is ${address}, where ${product} shows its block page, according to ${SERVER}: no service can have`,
      );
      t.match(findings[0]?.title, `DNS answers from ${SERVER} are invented`);
    });
  }

  t.test('does not blame DNS for the hosts file, nor for an address given as such', async (t) => {
    const { causes } = diagnoseTargets({
      targets: [
        failed('sql', HOST, '127.0.0.1', 'tcp_refused', { resolutions: [resolved('20.1.1.1')] }),
        failed('custom', '127.0.0.1', '127.0.0.1', 'tcp_refused', { resolutions: [] }),
      ],
      controls: [randomName()],
    });
    t.same(causes, { [ID]: 'outbound-rejected', 'custom/127.0.0.1:443': 'outbound-rejected' });
  });

  t.test('what was not dialled, and an answer that another server has right', async (t) => {
    const both = [resolved('20.1.1.1'), resolved('127.0.0.1', OTHER_SERVER)];
    const { single, causes } = diagnoseTargets({
      servers: [SERVER, OTHER_SERVER],
      targets: [
        unresolved('key-vault', 'k.vault.azure.net', [resolved('0.0.0.0')], {
          failure: 'dns_bogus_address',
          addresses: [addressOf('0.0.0.0')],
        }),
        reached('sql', HOST, '20.1.1.1', { resolutions: both }),
        reached('redis', 'r.example', '198.18.0.7', { resolutions: [resolved('198.18.0.7')] }),
      ],
    });
    const { explanation, evidence } = single('dns-tampered');
    t.match(explanation, 'k.vault.azure.net is 0.0.0.0 according to 10.0.0.4');
    t.match(explanation, `${HOST} is 127.0.0.1 according to ${OTHER_SERVER}`);
    t.match(explanation, 'It misleads 1 endpoint.');
    t.same(evidence, ['key-vault/k.vault.azure.net:443', `sql/${HOST}:443`]);
    t.equal(causes['key-vault/k.vault.azure.net:443'], 'dns-tampered');
  });

  t.test('does not touch what was reached or never tried', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [
        reached('custom', 'localhost.contoso.com', '127.0.0.1'),
        target('kms', 'x.net', { status: 'untested', resolutions: [resolved('0.0.0.0')] }),
      ],
    });
    t.same(findings, []);
  });
});

t.test('dns-tampered: the control’s result for Azure DNS replaces the test', async (t) => {
  const judged = (answer: string) =>
    diagnoseTargets({
      targets: [failed('sql', HOST, '0.0.0.0', 'tcp_refused')],
      controls: [azureDns({ [HOST]: answer })],
    }).single('dns-tampered').remedy;
  const known = judged('20.1.1.1');
  t.match(known.at(-1), `Azure DNS (${AZURE}), asked directly from this VM, gives 20.1.1.1 for ${HOST}`);
  t.notMatch(known.join(' '), /As a test ask/);
  t.match(judged('0.0.0.0').at(-1), /As a test ask Azure DNS/, 'an equally wrong answer does not help');
});

t.test('dns-tcp-blocked', async (t) => {
  const server = (address: string, tcp: string, status: 'reachable' | 'unreachable' = 'reachable') => ({
    ...dnsServer(address, status === 'reachable' ? null : 'dns_timeout'),
    attempts: [
      attempt(address, status === 'reachable' ? null : 'dns_timeout', {
        proof: 'reply',
        dns: { udp: 'NOERROR', tcp },
      }),
    ],
  });

  t.test('a warning that names the servers, and the answers that were cut', async (t) => {
    const truncated = { ...resolved('20.1.1.1', OTHER_SERVER), truncated: true };
    const { findings, causes } = diagnoseTargets({
      servers: [SERVER, OTHER_SERVER],
      targets: [
        server(SERVER, 'NOERROR'),
        server(OTHER_SERVER, 'tcp_refused'),
        reached('sql', HOST, '20.1.1.1', { resolutions: [resolved('20.1.1.1'), truncated] }),
      ],
    });
    t.match(findings, [
      {
        cause: 'dns-tcp-blocked',
        severity: 'warning',
        title: `DNS server ${OTHER_SERVER} cannot be asked over TCP`,
        explanation: new RegExp(
          `${OTHER_SERVER} answers over UDP; over TCP: tcp_refused\\. In this run 1 answer did not fit into UDP: ${HOST}\\.`,
        ),
        evidence: [`dns/${OTHER_SERVER}:53`],
        confirm: /--only dns/,
      },
    ]);
    t.equal(causes[`dns/${OTHER_SERVER}:53`], null, 'it was reached');
  });

  t.test('a name that is lost by it is an error of this cause, not of the forwarder', async (t) => {
    const cut = unanswered('dns_unreachable', { truncated: true });
    const { findings, causes } = diagnoseTargets({
      targets: [
        server(SERVER, 'tcp_refused'),
        unresolved('sql', HOST, [cut], { required: true, failure: 'dns_unreachable' }),
        reached('kms', 'kms.core.windows.net', '20.1.1.1'),
      ],
      controls: [azureDns({ [HOST]: '20.1.1.1' })],
    });
    t.equal(causes[ID], 'dns-tcp-blocked');
    t.match(findings, [{ cause: 'dns-tcp-blocked', severity: 'error', evidence: [`dns/${SERVER}:53`, ID] }]);
  });

  t.test('dead servers, late answers and names that resolved in the end are not mentioned', async (t) => {
    for (const target of [
      server(SERVER, 'NOERROR'),
      server(SERVER, 'REFUSED'),
      server(SERVER, 'deadline_exceeded'),
      server(SERVER, 'unexpected'),
      server(SERVER, 'tcp_timeout', 'unreachable'),
      {
        ...server(SERVER, 'tcp_timeout'),
        attempts: ['tcp_timeout', 'NOERROR'].map((tcp) =>
          attempt(SERVER, null, { proof: 'reply', dns: { udp: 'NOERROR', tcp } }),
        ),
      },
    ]) {
      const { findings } = diagnoseTargets({ servers: [SERVER], targets: [target] });
      t.notOk(
        findings.find(({ cause }) => cause === 'dns-tcp-blocked'),
        JSON.stringify(target.attempts),
      );
    }
  });
});

t.test('more than one answer', async (t) => {
  t.test('one private address makes a private answer, one invented address an invented one', async (t) => {
    const many = (addresses: string[], server = SERVER) => ({ ...resolved('20.1.1.1', server), addresses });
    const mixed = reached('sql', HOST, '10.2.0.4', {
      resolutions: [many(['10.2.0.4', '20.1.1.1']), many(['20.1.1.1'], OTHER_SERVER)],
    });
    const { single } = diagnoseTargets({ servers: [SERVER, OTHER_SERVER], targets: [mixed] });
    t.match(single('dns-servers-disagree').explanation, '10.0.0.4 answers private (10.2.0.4 and 20.1.1.1)');
    const bogus = failed('sql', HOST, '0.0.0.0', 'tcp_refused', {
      resolutions: [many(['0.0.0.0', '20.1.1.1'])],
    });
    t.equal(diagnoseTargets({ targets: [bogus] }).causes[ID], 'dns-tampered');
  });

  t.test('NODATA and an address is a disagreement, and the command queries the denying server', async (t) => {
    const answers = [unanswered('dns_nodata', { server: OTHER_SERVER }), resolved('20.1.1.1')];
    const target = unresolved('sql', HOST, answers, { failure: 'dns_nodata' });
    const { single } = diagnoseTargets({ servers: [OTHER_SERVER, SERVER], targets: [target] });
    t.match(
      single('dns-servers-disagree').explanation,
      `${HOST}: 10.0.0.5 answers no address and 10.0.0.4 answers public`,
    );
    t.equal(single('dns-servers-disagree').confirm, 'apim-probe run --only sql');
  });

  t.test('a dead server beside a broken one does not hide it', async (t) => {
    const answers = [unanswered('dns_timeout', { server: OTHER_SERVER }), unanswered('dns_servfail')];
    const { causes, single } = diagnoseTargets({
      servers: [OTHER_SERVER, SERVER],
      targets: [dnsServer(OTHER_SERVER, 'dns_timeout'), dnsServer(SERVER), unresolved('sql', HOST, answers)],
    });
    t.equal(causes[ID], 'dns-forwarding-broken');
    t.match(single('dns-forwarding-broken').title, 'DNS server 10.0.0.4 cannot');
    t.same(single('dns-server-down').evidence, ['dns/10.0.0.5:53']);
  });
});
