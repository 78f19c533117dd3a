import t from 'tap';
import {
  attempt,
  azureDns,
  diagnoseTargets,
  dnsServer,
  OTHER_SERVER,
  reached,
  resolved,
  SERVER,
  unanswered,
  unresolved,
} from './build.ts';

/** A server that answers the test of itself with REFUSED. */
const refusing = (server: string) => ({
  ...dnsServer(server),
  attempts: [attempt(server, null, { proof: 'reply', dns: { udp: 'REFUSED', tcp: 'REFUSED' } })],
});
const silence = (server = SERVER) => unanswered('dns_timeout', { server });

t.test('with the only server dead, one finding names every endpoint', async (t) => {
  const { findings, causes } = diagnoseTargets({
    targets: [
      dnsServer(SERVER, 'dns_timeout'),
      unresolved('sql', 'contoso.database.windows.net', [silence()], { port: 1433, required: true }),
      unresolved('entra-id', 'login.microsoftonline.com', [silence()]),
    ],
  });
  t.equal(findings.length, 1);
  t.match(findings[0], {
    cause: 'dns-server-down',
    severity: 'error',
    owner: 'dns',
    title: 'The only DNS server, 10.0.0.4, answers nothing',
    explanation:
      /10\.0\.0\.4 left all of 2 names unanswered \(dns_timeout\)\..*2 endpoints could not be tried/,
    evidence: [
      'dns/10.0.0.4:53',
      'sql/contoso.database.windows.net:1433',
      'entra-id/login.microsoftonline.com:443',
    ],
    confirm: 'apim-probe run --only dns',
  });
  t.same([...new Set(Object.values(causes))], ['dns-server-down']);
});

t.test('one name is not called “all of 1 name”', async (t) => {
  const { findings } = diagnoseTargets({
    targets: [unresolved('sql', 'contoso.database.windows.net', [silence()], { port: 1433, required: true })],
  });
  t.match(findings[0]?.explanation, '10.0.0.4 left the only name unanswered (dns_timeout).');
});

t.test('two dead servers are one finding', async (t) => {
  const { findings } = diagnoseTargets({
    servers: [SERVER, OTHER_SERVER],
    targets: [
      dnsServer(SERVER, 'dns_timeout'),
      dnsServer(OTHER_SERVER, 'dns_unreachable'),
      unresolved('key-vault', 'contoso.vault.azure.net', [
        silence(),
        unanswered('dns_unreachable', { server: OTHER_SERVER }),
      ]),
    ],
  });
  t.equal(findings.length, 1);
  t.match(findings[0]?.title, 'None of the 2 DNS servers answers');
  t.equal(findings[0]?.evidence.length, 3);
});

t.test('one dead server of two costs time and is its own evidence', async (t) => {
  const { single, causes, targets } = diagnoseTargets({
    servers: [SERVER, OTHER_SERVER],
    targets: [
      dnsServer(SERVER, 'dns_timeout'),
      dnsServer(OTHER_SERVER),
      reached('sql', 'contoso.database.windows.net', '20.1.1.1', {
        resolutions: [silence(), resolved('20.1.1.1', OTHER_SERVER)],
      }),
    ],
  });
  const finding = single('dns-server-down');
  t.same(finding.evidence, ['dns/10.0.0.4:53']);
  t.equal(finding.severity, 'warning');
  t.same(
    targets.slice(0, 2).map(({ required }) => required),
    [false, true],
    'one server that works is enough',
  );
  t.match(finding.explanation, '10.0.0.5 answered. Every look-up starts there and waits');
  t.equal(causes['sql/contoso.database.windows.net:443'], null, 'what works has no cause');
});

t.test('a dead server beside one that refuses everything stays required', async (t) => {
  const { single, targets } = diagnoseTargets({
    servers: [SERVER, OTHER_SERVER],
    targets: [dnsServer(SERVER, 'dns_timeout'), refusing(OTHER_SERVER)],
  });
  t.equal(targets[0]?.required, true);
  t.equal(single('dns-server-down').severity, 'error');
});

t.test('a server that refuses everything is a warning beside another, and an error alone', async (t) => {
  const beside = diagnoseTargets({
    servers: [SERVER, OTHER_SERVER],
    targets: [dnsServer(SERVER), refusing(OTHER_SERVER)],
  });
  t.match(beside.single('dns-forwarding-broken'), {
    severity: 'warning',
    evidence: [`dns/${OTHER_SERVER}:53`],
    explanation: `${OTHER_SERVER} answers the test of itself with REFUSED. It stands in place 2 of the list`,
  });
  const alone = diagnoseTargets({ targets: [refusing(SERVER)] });
  t.match(alone.single('dns-forwarding-broken'), { severity: 'error', evidence: [`dns/${SERVER}:53`] });
});

t.test('a name that the living server denies is not the dead one’s fault', async (t) => {
  const { causes } = diagnoseTargets({
    servers: [SERVER, OTHER_SERVER],
    targets: [
      dnsServer(SERVER, 'dns_timeout'),
      dnsServer(OTHER_SERVER),
      unresolved('sql', 'typo.database.windows.net', [
        silence(),
        unanswered('dns_nxdomain', { server: OTHER_SERVER }),
      ]),
    ],
  });
  t.equal(causes['sql/typo.database.windows.net:443'], 'name-does-not-exist');
});

t.test('does not fire for a server that answered anything', async (t) => {
  const { findings } = diagnoseTargets({
    targets: [
      dnsServer(SERVER),
      reached('entra-id', 'login.microsoftonline.com', '20.1.1.1'),
      unresolved('sql', 'slow.database.windows.net', [silence()]),
    ],
  });
  t.notOk(findings.some(({ cause }) => cause === 'dns-server-down'));
});

t.test('is recognised from the names alone when the servers were not planned', async (t) => {
  const { causes } = diagnoseTargets({ targets: [unresolved('sql', 'a.database.windows.net', [silence()])] });
  t.equal(causes['sql/a.database.windows.net:443'], 'dns-server-down');
});

t.test('with Azure DNS alive, the remedy names it', async (t) => {
  const { single } = diagnoseTargets({
    targets: [dnsServer(SERVER, 'dns_timeout'), unresolved('sql', 'a.database.windows.net', [silence()])],
    controls: [azureDns({ 'a.database.windows.net': '20.1.1.1' })],
  });
  t.match(single('dns-server-down').remedy[0], /Azure DNS \(168\.63\.129\.16\) answers this VM/);
});

t.test('with Azure DNS itself dead, the service tag that can stop it is named', async (t) => {
  const { single } = diagnoseTargets({
    servers: ['168.63.129.16'],
    targets: [dnsServer('168.63.129.16', 'dns_timeout')],
  });
  t.match(single('dns-server-down').remedy[0], /AzurePlatformDNS/);
});

t.test('a name without a resolution is unresolved only if no server is alive', async (t) => {
  const nameless = unresolved('sql', 'a.database.windows.net', []);
  const alone = diagnoseTargets({ targets: [dnsServer(SERVER, 'dns_timeout'), nameless] });
  t.equal(alone.causes[nameless.id], 'dns-server-down');
  t.match(alone.single('dns-server-down').explanation, 'Asked on its own: UDP dns_timeout, TCP dns_timeout.');
  const accompanied = diagnoseTargets({
    servers: [SERVER, OTHER_SERVER],
    targets: [dnsServer(SERVER, 'dns_timeout'), dnsServer(OTHER_SERVER), nameless],
  });
  t.equal(accompanied.causes[nameless.id], 'undetermined');
});
