import t from 'tap';
import type { Facts } from '../../probes/facts.ts';
import {
  addressOf,
  attempt,
  azureDns,
  diagnoseTargets,
  dnsServer,
  failed,
  reached,
  resolved,
  SERVER,
  unanswered,
  unresolved,
} from './build.ts';

const ZONE = 'privatelink.blob.core.windows.net';
const HOST = 'contoso.blob.core.windows.net';
const ALIAS = `contoso.${ZONE}`;
const CHAIN = [ALIAS, 'blob.ams23prdstr05a.store.core.windows.net'];

t.test('private-zone-missing-record', async (t) => {
  t.test('is recognised by the SOA, and names zone and record', async (t) => {
    const answer = unanswered('dns_nxdomain', { cname: [ALIAS], authority: [`${ZONE} azureprivatedns.net`] });
    const { findings } = diagnoseTargets({
      targets: [unresolved('storage-blob', HOST, [answer], { required: true })],
    });
    t.equal(findings.length, 1);
    t.match(findings[0], {
      cause: 'private-zone-missing-record',
      severity: 'error',
      owner: 'dns',
      title: `The private DNS zone ${ZONE} has no record for contoso`,
      explanation: `${SERVER} answers NXDOMAIN for ${HOST}, and the answer bears the SOA of ${ZONE} at azureprivatedns.net`,
      confirm: 'apim-probe run --only storage-blob',
    });
    t.match(findings[0]?.remedy[0], `in zone ${ZONE} add the A record contoso`);
  });

  t.test('is recognised by the alias alone', async (t) => {
    const answer = unanswered('dns_nodata', { cname: ['contoso.privatelink.vaultcore.azure.net'] });
    const { single } = diagnoseTargets({
      targets: [unresolved('key-vault', 'contoso.vault.azure.net', [answer])],
    });
    t.match(
      single('private-zone-missing-record').title,
      'privatelink.vaultcore.azure.net has no record for contoso',
    );
    t.match(single('private-zone-missing-record').explanation, 'answers no address');
  });

  t.test('a private zone for the public suffix hides its names too', async (t) => {
    const answer = unanswered('dns_nxdomain', { authority: ['database.windows.net. azureprivatedns.net.'] });
    const { single } = diagnoseTargets({ targets: [unresolved('sql', 'a.database.windows.net', [answer])] });
    t.match(single('private-zone-missing-record').title, 'database.windows.net has no record for a');
  });

  t.test('one zone is one finding, two zones are two', async (t) => {
    const missing = (host: string, zone: string) =>
      unresolved('storage-blob', host, [
        unanswered('dns_nxdomain', { authority: [`${zone} azureprivatedns.net`] }),
      ]);
    const { findings } = diagnoseTargets({
      targets: [missing('a.x.net', 'x.net'), missing('b.x.net', 'x.net'), missing('c.y.net', 'y.net')],
    });
    t.same(
      findings.map(({ evidence }) => evidence.length),
      [2, 1],
    );
    t.match(findings[0]?.title, 'a and b');
  });

  t.test('does not fire for a public SOA, nor for Microsoft’s own privatelink alias', async (t) => {
    const { causes } = diagnoseTargets({
      targets: [
        unresolved('sql', 'a.database.windows.net', [
          unanswered('dns_nxdomain', { authority: ['database.windows.net ns1-01.azure-dns.com'] }),
        ]),
        unresolved('entra-id', 'login.microsoftonline.com', [
          unanswered('dns_nxdomain', {
            cname: ['login.mso.msidentity.com', 'ak.privatelink.msidentity.com'],
          }),
        ]),
      ],
    });
    t.same([...new Set(Object.values(causes))], ['name-does-not-exist']);
  });
});

t.test('private-zone-not-linked', async (t) => {
  const aliased = {
    addresses: [addressOf('20.60.1.1', CHAIN)],
    resolutions: [resolved('20.60.1.1', SERVER, CHAIN)],
  };

  t.test('is an error when the public address of a required resource is silent', async (t) => {
    const { findings, causes } = diagnoseTargets({
      targets: [
        failed('storage-blob', HOST, '20.60.1.1', 'tcp_timeout', {
          ...aliased,
          required: true,
          serviceTag: 'Storage',
        }),
        reached('entra-id', 'login.microsoftonline.com', '20.1.1.1'),
      ],
    });
    t.equal(findings.length, 1);
    t.match(findings[0], {
      cause: 'private-zone-not-linked',
      severity: 'error',
      title: `The private endpoint of ${HOST} is not visible here: ${ZONE} is not linked`,
      explanation:
        /contoso\.blob\.core\.windows\.net to 20\.60\.1\.1\. Connections .* failed \(tcp_timeout\)/,
      confirm: 'apim-probe run --only storage-blob',
    });
    t.match(findings[0]?.remedy[0], `Link the private DNS zone ${ZONE}`);
    t.match(findings[0]?.remedy.at(-1), 'service tag Storage, port 443');
    t.equal(causes[`storage-blob/${HOST}:443`], 'private-zone-not-linked');
  });

  t.test('is a remark, and no cause, when the public address works', async (t) => {
    const { findings, causes } = diagnoseTargets({
      targets: [reached('storage-blob', HOST, '20.60.1.1', aliased)],
    });
    t.match(findings, [
      { cause: 'private-zone-not-linked', severity: 'info', evidence: [`storage-blob/${HOST}:443`] },
    ]);
    t.equal(causes[`storage-blob/${HOST}:443`], null);
  });

  t.test('and the service’s refusal at the public address are one finding', async (t) => {
    const denied: Facts = {
      proof: 'certificate',
      storage: { requestId: 'x', errorCode: 'AuthorizationFailure', networkDenied: true },
    };
    const account = reached('storage-blob', HOST, '20.60.1.1', {
      ...aliased,
      required: true,
      attempts: [attempt('20.60.1.1', null, denied)],
    });
    const { findings, causes } = diagnoseTargets({ targets: [account] });
    t.match(findings, [
      {
        cause: 'private-zone-not-linked',
        severity: 'warning',
        title: `The private endpoint of ${HOST} is not visible here: ${ZONE} is not linked`,
        explanation: `The public address answers and refuses this subnet: ${HOST}:443 (AuthorizationFailure).`,
      },
    ]);
    t.equal(findings.length, 1);
    t.match(findings[0]?.remedy[0], `Link the private DNS zone ${ZONE}`);
    t.notMatch(findings[0]?.explanation, 'works');
    t.equal(causes[account.id], null);

    const source = { kind: 'import', document: 's.json', asOf: '2026-01-01', name: HOST } as const;
    const severities = ['failure', 'success', 'Success'].map(
      (status) => diagnoseTargets({ targets: [{ ...account, source: { ...source, status } }] }).findings,
    );
    t.match(severities, [[{ severity: 'error' }], [{ severity: 'warning' }], [{ severity: 'warning' }]]);
  });

  t.test('claims no more than SQL tells before a login', async (t) => {
    const via = ['s.privatelink.database.windows.net'];
    const { findings } = diagnoseTargets({
      targets: [
        reached('sql', 's.database.windows.net', '20.2.2.2', {
          protocol: 'tds',
          port: 1433,
          addresses: [addressOf('20.2.2.2', via)],
        }),
      ],
    });
    t.match(findings, [{ cause: 'private-zone-not-linked', severity: 'info', explanation: 'only at login' }]);
    t.notMatch(findings[0]?.explanation, 'works');
  });

  t.test('when Azure DNS knows the private address, forwarding is at fault and not the link', async (t) => {
    const { single } = diagnoseTargets({
      targets: [failed('storage-blob', HOST, '20.60.1.1', 'tcp_timeout', aliased)],
      controls: [azureDns({ [HOST]: '10.2.0.4' })],
    });
    t.match(single('private-zone-not-linked').explanation, /answers .* with 10\.2\.0\.4: the zone is linked/);
    t.match(
      single('private-zone-not-linked').remedy[0],
      'On the custom DNS servers (10.0.0.4): forward blob.core.windows.net to',
    );
  });

  t.test('does not fire for a private answer, nor without the alias', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [
        dnsServer(SERVER),
        reached('storage-blob', HOST, '10.2.0.4', { addresses: [addressOf('10.2.0.4', [ALIAS])] }),
        reached('sql', 'a.database.windows.net', '20.2.2.2'),
      ],
    });
    t.same(findings, []);
  });

  t.test('does not fire for aliases of shared names', async (t) => {
    const via = (alias: string) => ({ addresses: [addressOf('20.9.9.9', [alias])] });
    const { findings } = diagnoseTargets({
      targets: [
        reached('entra-id', 'login.microsoftonline.com', '20.9.9.9', via('ak.privatelink.msidentity.com')),
        reached(
          'portal-diagnostics',
          'dc.services.visualstudio.com',
          '20.9.9.9',
          via('x.privatelink.monitor.azure.com'),
        ),
        reached(
          'custom',
          'global.in.ai.monitor.azure.com',
          '20.9.9.9',
          via('x.privatelink.monitor.azure.com'),
        ),
      ],
    });
    t.same(findings, []);
  });

  t.test('leaves a failure behind a good connection to its own cause', async (t) => {
    const { causes } = diagnoseTargets({
      targets: [failed('storage-blob', HOST, '20.60.1.1', 'tls_alert', aliased)],
    });
    t.equal(causes[`storage-blob/${HOST}:443`], 'undetermined');
  });
});

t.test('with Azure-provided DNS there is nothing to forward', async (t) => {
  const { single } = diagnoseTargets({
    servers: ['168.63.129.16'],
    targets: [
      failed('storage-blob', HOST, '20.60.1.1', 'tcp_timeout', {
        addresses: [addressOf('20.60.1.1', CHAIN)],
      }),
    ],
  });
  t.equal(single('private-zone-not-linked').remedy.length, 2);
  t.notMatch(single('private-zone-not-linked').remedy.join(' '), /forward/);
});

t.test('a forwarder needs the host’s own suffix beside the zone’s', async (t) => {
  const via = ['contoso.privatelink.vaultcore.azure.net'];
  const { single } = diagnoseTargets({
    targets: [
      failed('key-vault', 'contoso.vault.azure.net', '20.7.7.7', 'tcp_timeout', {
        addresses: [addressOf('20.7.7.7', via)],
      }),
    ],
  });
  t.match(
    single('private-zone-not-linked').remedy[1],
    'forward vault.azure.net and vaultcore.azure.net to 168.63.129.16',
  );
});
