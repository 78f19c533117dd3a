import t from 'tap';
import {
  addressOf,
  attempt,
  diagnoseTargets,
  dnsServer,
  failed,
  reached,
  resolved,
  SERVER,
  target,
} from './build.ts';

const SQL = { port: 1433, protocol: 'tds', required: true, serviceTag: 'Sql' } as const;
const sqlDropped = () => failed('sql', 'a.database.windows.net', '20.2.2.2', 'tcp_timeout', SQL);
const dropped = (host: string, serviceTag: string | null = null, address = '20.3.3.3') =>
  failed('infrastructure', host, address, 'tcp_timeout', { serviceTag });

t.test('outbound-dropped', async (t) => {
  t.test('names the service tag, the port, the attempts and the rule to add', async (t) => {
    const { findings, causes } = diagnoseTargets({
      targets: [sqlDropped(), reached('entra-id', 'login.microsoftonline.com', '20.1.1.1')],
    });
    t.equal(findings.length, 1);
    t.match(findings[0], {
      cause: 'outbound-dropped',
      severity: 'error',
      owner: 'network',
      title: 'Outbound TCP to service tag Sql, port 1433, is dropped',
      explanation: 'a.database.windows.net:1433 (20.2.2.2; 3 attempts). 1 other endpoint connected',
      confirm: 'apim-probe run --only sql',
    });
    t.match(findings[0]?.remedy[0], 'destination service tag Sql, TCP port 1433, allow');
    t.equal(causes['sql/a.database.windows.net:1433'], 'outbound-dropped');
  });

  t.test('one missing rule is one finding, however many endpoints it stops', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [
        dropped('one.microsoftmetrics.com', 'AzureMonitor'),
        dropped('two.microsoftmetrics.com', 'AzureMonitor', '20.3.3.4'),
        sqlDropped(),
        reached('entra-id', 'login.microsoftonline.com', '20.1.1.1'),
      ],
    });
    t.same(
      findings.map(({ title, severity }) => [title, severity]),
      [
        ['Outbound TCP to service tag Sql, port 1433, is dropped', 'error'],
        ['Outbound TCP to service tag AzureMonitor, port 443, is dropped', 'warning'],
      ],
    );
  });

  t.test('a private address has its own rule, peering and route', async (t) => {
    const { single } = diagnoseTargets({
      targets: [
        failed('sql', 'a.database.windows.net', '10.2.0.4', 'tcp_timeout', SQL),
        reached('entra-id', 'login.microsoftonline.com', '20.1.1.1'),
      ],
    });
    t.match(single('outbound-dropped').title, 'private addresses, port 1433');
    t.match(single('outbound-dropped').remedy[0], 'allow TCP port 1433 to 10.2.0.4');
  });

  t.test('an IPv6 address without a route does not make a rejection of it', async (t) => {
    const { causes } = diagnoseTargets({
      targets: [
        target('sql', 'a.net', {
          status: 'unreachable',
          failure: 'tcp_unreachable',
          addresses: [addressOf('20.1.1.1'), addressOf('2603:1020::1')],
          attempts: [attempt('20.1.1.1', 'tcp_timeout'), attempt('2603:1020::1', 'tcp_unreachable')],
        }),
      ],
    });
    t.equal(causes['sql/a.net:443'], 'outbound-dropped');
  });

  t.test('what has a service endpoint works and the rest does not: one finding', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [
        reached('storage-blob', 'a.blob.core.windows.net', '20.60.1.1', { serviceTag: 'Storage' }),
        dropped('a.net', 'AzureMonitor'),
        dropped('b.net', 'AzureActiveDirectory'),
        dropped('c.net', 'Internet'),
      ],
    });
    t.equal(findings.length, 1);
    t.match(findings[0], {
      cause: 'outbound-dropped',
      title: 'Only Storage can be reached; everything else is dropped',
      explanation: /forced tunnelling.* So does a private subnet/,
    });
    t.match(findings[0]?.remedy.at(-1), 'service tag ApiManagement with next hop Internet');
    t.match(findings[0]?.remedy.at(-2), 'defaultOutboundAccess is false');
  });

  t.test('a private subnet reaches Storage alone, so with SQL it is not one', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [
        reached('storage-blob', 'a.blob.core.windows.net', '20.60.1.1', { serviceTag: 'Storage' }),
        reached('sql', 'a.database.windows.net', '20.60.1.2', { serviceTag: 'Sql' }),
        dropped('a.net', 'AzureMonitor'),
        dropped('b.net', 'AzureActiveDirectory'),
        dropped('c.net', 'Internet'),
      ],
    });
    t.match(findings[0]?.title, 'Only Sql and Storage can be reached');
    t.notMatch(findings[0]?.explanation, /private subnet/);
    t.notMatch(findings[0]?.remedy.join(), /defaultOutboundAccess/);
  });

  t.test('when private and public are silent alike, all is one finding', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [
        dnsServer(SERVER),
        dropped('a.net', 'AzureMonitor'),
        dropped('b.net', 'AzureActiveDirectory'),
        dropped('c.net', 'Internet'),
        dropped('d.net', null, '10.2.0.4'),
      ],
    });
    t.match(findings, [
      { cause: 'outbound-dropped', title: 'Everything outbound is dropped', evidence: { length: 4 } },
    ]);
  });
});

t.test('outbound-rejected', async (t) => {
  for (const failure of ['tcp_refused', 'tcp_unreachable', 'tcp_reset', 'udp_refused'] as const) {
    t.test(failure, async (t) => {
      const { findings } = diagnoseTargets({
        targets: [
          failed('storage-blob', 'a.blob.core.windows.net', '20.60.1.1', failure, { serviceTag: 'Storage' }),
        ],
      });
      t.match(findings, [
        {
          cause: 'outbound-rejected',
          severity: 'warning',
          title: 'Connections to service tag Storage, port 443, are refused',
          explanation: 'a.blob.core.windows.net:443 (20.60.1.1; 3 attempts). An NSG never does that',
        },
      ]);
    });
  }

  t.test('one refusal outweighs the silence of other addresses', async (t) => {
    const { causes } = diagnoseTargets({
      targets: [
        target('sql', 'a.net', {
          status: 'unreachable',
          failure: 'tcp_timeout',
          attempts: [attempt('20.1.1.1', 'tcp_refused'), attempt('20.1.1.2', 'tcp_timeout')],
        }),
      ],
    });
    t.equal(causes['sql/a.net:443'], 'outbound-rejected');
  });

  t.test('does not fire for a reset inside TLS', async (t) => {
    const { causes } = diagnoseTargets({ targets: [failed('sql', 'a.net', '20.1.1.1', 'tls_reset')] });
    t.equal(causes['sql/a.net:443'], 'undetermined');
  });
});

t.test('everything public refused is one finding', async (t) => {
  const refusedBy = (failure: 'tcp_refused' | 'tcp_unreachable') => [
    failed('sql', 'a.database.windows.net', '20.2.2.2', failure, SQL),
    failed('key-vault', 'v.vault.azure.net', '20.2.2.3', failure, { serviceTag: 'AzureKeyVault' }),
    failed('entra-id', 'login.windows.net', '20.2.2.4', failure, { serviceTag: 'AzureActiveDirectory' }),
    failed('ntp', 'time.windows.com', '20.2.2.5', 'udp_refused', { port: 123, protocol: 'ntp' }),
  ];
  const silent = dropped('a.net', 'AzureMonitor');
  const byReset = diagnoseTargets({ targets: [...refusedBy('tcp_refused'), dnsServer('168.63.129.16')] });
  t.match(byReset.findings, [
    {
      cause: 'outbound-rejected',
      title: 'Everything public is refused (4 endpoints)',
      evidence: { length: 4 },
    },
  ]);
  const byIcmp = diagnoseTargets({ targets: [...refusedBy('tcp_unreachable'), silent] });
  t.match(byIcmp.findings, [
    {
      cause: 'outbound-rejected',
      explanation: /1 endpoint got no reply: devices limit/,
      evidence: { length: 5 },
    },
  ]);
  const both = diagnoseTargets({ targets: [...refusedBy('tcp_refused'), silent] });
  t.equal(both.causes[silent.id], 'outbound-dropped', 'resets are not limited in number');
  t.equal(both.single('outbound-rejected').title, 'Nothing public connects: 4 endpoints are refused');
  const others = [silent, dropped('b.net', 'Internet'), dropped('c.net', 'AzureConnectors')];
  const mixed = diagnoseTargets({ targets: [...refusedBy('tcp_refused'), ...others] });
  t.match(mixed.single('outbound-dropped'), {
    title: 'No outbound connection is completed, and 3 endpoints get no reply',
    evidence: { length: 3 },
  });
  const inside = failed('redis', 'r.net', '10.2.0.4', 'tcp_refused');
  t.equal(
    diagnoseTargets({ targets: [...refusedBy('tcp_refused'), inside] }).findings.length,
    2,
    'a private one',
  );
  for (const [why, targets] of [
    ['one connects', [...refusedBy('tcp_refused'), reached('kms', 'kms.core.windows.net', '20.1.1.1')]],
    ['there are two hosts', refusedBy('tcp_refused').slice(0, 2)],
  ] as const) {
    const { findings } = diagnoseTargets({ targets });
    t.notOk(
      findings.some(({ title }) => title.startsWith('Everything')),
      why,
    );
  }
});

t.test('no-outbound-path', async (t) => {
  const silent = [
    dropped('a.net', 'AzureMonitor'),
    dropped('b.net', 'Internet'),
    dropped('c.net', 'Storage'),
  ];

  t.test('all public endpoints are silent and the private ones are not: stated once, first', async (t) => {
    const { findings, causes } = diagnoseTargets({
      targets: [
        ...silent,
        reached('redis', 'r.redis.cache.windows.net', '10.2.0.5'),
        failed('sql', 'x.database.windows.net', '10.2.0.6', 'tcp_refused', { required: true }),
      ],
    });
    t.same(
      findings.map(({ cause }) => cause),
      ['no-outbound-path', 'outbound-rejected'],
      'first, although the other one is an error',
    );
    t.same(findings[0]?.evidence, silent.map(({ id }) => id).sort());
    t.match(findings[0]?.explanation, 'All 3 public endpoints (3 hosts) timed out');
    t.match(findings[0]?.explanation, '2 of 2 private endpoints answered');
    t.equal(causes['infrastructure/a.net:443'], 'no-outbound-path');
  });

  t.test('a working Azure DNS proves no path', async (t) => {
    const { findings } = diagnoseTargets({
      servers: ['168.63.129.16'],
      targets: [...silent, dnsServer('168.63.129.16')],
    });
    t.match(findings, [{ cause: 'no-outbound-path' }]);
  });

  for (const [why, witness] of [
    ['one was reached', reached('kms', 'kms.core.windows.net', '20.1.1.1')],
    ['one was connected and failed later', failed('kms', 'kms.core.windows.net', '20.1.1.1', 'tls_alert')],
    ['one was refused', failed('kms', 'kms.core.windows.net', '20.1.1.1', 'tcp_refused')],
    ['a public DNS server answered', dnsServer('8.8.8.8')],
    ['the private ones are as silent', dropped('d.net', null, '10.2.0.4')],
  ] as const) {
    t.test(`does not fire when ${why}`, async (t) => {
      const { findings } = diagnoseTargets({ targets: [...silent, witness] });
      t.notOk(findings.some(({ cause }) => cause === 'no-outbound-path'));
      t.ok(findings.some(({ cause }) => cause === 'outbound-dropped'));
    });
  }

  t.test('does not fire for two hosts', async (t) => {
    const { findings } = diagnoseTargets({ targets: silent.slice(0, 2) });
    t.same([...new Set(findings.map(({ cause }) => cause))], ['outbound-dropped']);
  });

  t.test('leaves a resource with an invisible private endpoint to that cause', async (t) => {
    const chain = ['v.privatelink.vaultcore.azure.net'];
    const { causes } = diagnoseTargets({
      targets: [
        ...silent,
        failed('key-vault', 'v.vault.azure.net', '20.7.7.7', 'tcp_timeout', {
          addresses: [addressOf('20.7.7.7', chain)],
          resolutions: [resolved('20.7.7.7', SERVER, chain)],
        }),
      ],
    });
    t.equal(causes['key-vault/v.vault.azure.net:443'], 'private-zone-not-linked');
    t.equal(causes['infrastructure/a.net:443'], 'no-outbound-path');
  });
});

t.test('severity follows what the run needs', async (t) => {
  const severity = (given: { required: boolean; until: string | null }[]) =>
    diagnoseTargets({
      targets: given.map((one, index) =>
        failed('smtp', `s${index}.msn.com`, '20.4.4.4', 'tcp_timeout', { port: 25, ...one }),
      ),
    }).single('outbound-dropped');
  t.equal(severity([{ required: true, until: null }]).severity, 'error');
  t.equal(severity([{ required: true, until: '2021-11-01' }]).severity, 'error', 'asked for by --require');
  t.equal(severity([{ required: false, until: null }]).severity, 'warning');
  t.equal(severity([{ required: false, until: '2021-11-01' }]).severity, 'info', 'the documents dropped it');
  const mixed = severity([
    { required: false, until: '2021-11-01' },
    { required: false, until: null },
  ]);
  t.equal(mixed.severity, 'warning');
  t.match(mixed.title, 'Outbound TCP to group smtp, port 25,');
  t.match(mixed.remedy.at(-1), 'Port 25 is blocked by Azure itself');
});

t.test('remedies fit the destination', async (t) => {
  const witness = reached('entra-id', 'login.microsoftonline.com', '20.1.1.1', {
    serviceTag: 'AzureActiveDirectory',
  });
  const single = (
    given: Parameters<typeof failed>[4],
    group: Parameters<typeof failed>[0] = 'infrastructure',
  ) =>
    diagnoseTargets({ targets: [witness, failed(group, 'a.net', '20.3.3.3', 'tcp_timeout', given)] }).single(
      'outbound-dropped',
    );

  const web = single({ serviceTag: 'AzureActiveDirectory', protocol: 'http' });
  t.match(web.explanation, '1 other endpoint of the same service tag and port connected');
  t.match(web.remedy[2], 'an application rule for a.net');
  t.equal(web.remedy.length, 3, 'no service endpoint for this tag, no port 25');
  const sql = single({ ...SQL, port: 1433 });
  t.match(sql.explanation, '1 other endpoint connected, so the loss is specific');
  t.match(sql.remedy.slice(2), [
    /network rule for service tag Sql, TCP port 1433/,
    /service endpoint for Sql/,
  ]);
  const own = single({ protocol: 'tcp' }, 'custom');
  t.equal(own.title, 'Outbound TCP to a.net, port 443, is dropped');
  t.match(own.remedy[0], 'destination the addresses of a.net');
  const configured = single(
    { source: { kind: 'config', document: '--hostname', asOf: '2026-05-04', name: null } },
    'redis',
  );
  t.equal(configured.title, 'Outbound TCP to a.net, port 443, is dropped');
  const unnamed = diagnoseTargets({
    targets: [witness, failed('captcha', 'a.net', '20.3.3.3', 'tcp_refused')],
  });
  t.match(unnamed.single('outbound-rejected').remedy[0], 'allow a.net (20.3.3.3).');
});

t.test('the kind of refusal is described', async (t) => {
  for (const [failure, text] of [
    ['tcp_refused', /^A TCP reset in reply/],
    ['tcp_reset', /^A reset right after the connection in reply/],
    ['tcp_unreachable', /^ICMP unreachable or prohibited/],
    ['udp_refused', /^ICMP port unreachable/],
  ] as const) {
    const { single } = diagnoseTargets({ targets: [failed('ntp', 'a.net', '20.1.1.1', failure)] });
    t.match(single('outbound-rejected').explanation, text);
  }
});

t.test('silent UDP counts for a network without an outbound path, and for no other cause', async (t) => {
  const ntp = failed('ntp', 'time.windows.com', '20.9.9.9', 'udp_timeout', { port: 123 });
  const silent = ['a.net', 'b.net', 'c.net'].map((host) => dropped(host));
  t.equal(diagnoseTargets({ targets: [...silent, ntp] }).causes[ntp.id], 'no-outbound-path');
  t.equal(diagnoseTargets({ targets: [ntp] }).causes[ntp.id], 'undetermined');
});

t.test('only one of several addresses needs to have connected', async (t) => {
  const half = failed('kms', 'kms.core.windows.net', '20.1.1.1', 'tls_alert', {
    attempts: [attempt('20.1.1.1', 'tcp_timeout'), attempt('20.1.1.2', 'tls_alert')],
  });
  const { findings } = diagnoseTargets({
    targets: [dropped('a.net'), dropped('b.net'), dropped('c.net'), half],
  });
  t.notOk(findings.some(({ cause }) => cause === 'no-outbound-path'));
});

t.test('many missing rules stay many as long as anything without a service endpoint works', async (t) => {
  const storage = reached('storage-blob', 'a.blob.core.windows.net', '20.60.1.1', { serviceTag: 'Storage' });
  const entra = reached('entra-id', 'login.windows.net', '20.1.1.1', { serviceTag: 'AzureActiveDirectory' });
  const silent = [dropped('a.net', 'AzureMonitor'), dropped('b.net', 'Internet'), dropped('c.net', 'Sql')];
  t.equal(diagnoseTargets({ targets: [storage, entra, ...silent] }).findings.length, 3);
  const inside = reached('redis', 'r.redis.cache.windows.net', '10.2.0.5');
  t.equal(
    diagnoseTargets({ targets: [storage, inside, ...silent] }).findings.length,
    1,
    'private ones do not count',
  );
  t.equal(diagnoseTargets({ targets: [storage, ...silent.slice(1)] }).findings.length, 2, 'two are not many');
});
