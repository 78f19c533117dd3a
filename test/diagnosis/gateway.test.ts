/** The instance's own host names: their DNS records, and the answers at their addresses. */
import t from 'tap';
import type { Resolution, Target } from '../../src/model/report.ts';
import {
  attempt,
  atVip,
  azureDns,
  diagnoseTargets,
  environmentWith,
  failed,
  OTHER_SERVER,
  reached,
  resolved,
  SERVER,
  target,
  tls,
  unanswered,
  unresolved,
} from './build.ts';

const VIP = '10.1.0.5';
const GATEWAY = 'contoso.azure-api.net';
const PORTAL = 'contoso.developer.azure-api.net';
const MANAGEMENT = 'contoso.management.azure-api.net';
const BOTH = [SERVER, OTHER_SERVER];

const nxdomain = (server = SERVER, authority: readonly string[] = []): Resolution =>
  unanswered('dns_nxdomain', { server, authority: [...authority] });

/** Found at this address by every server given. */
function found(
  host: string,
  address: string,
  servers: readonly string[] = [SERVER],
  given: Partial<Target> = {},
) {
  const resolutions = servers.map((server) => resolved(address, server));
  return reached('gateway', host, address, { required: host === GATEWAY, resolutions, ...given });
}

function missing(host: string, resolutions: readonly Resolution[], given: Partial<Target> = {}) {
  return unresolved('gateway', host, resolutions, { required: host === GATEWAY, ...given });
}

t.test('everything at the VIP is fine, with --vip and without', async (t) => {
  const targets = [found(GATEWAY, VIP, BOTH), found(PORTAL, VIP, BOTH)];
  t.same(
    diagnoseTargets({ targets, environment: environmentWith({ vip: VIP, servers: BOTH }) }).findings,
    [],
  );
  t.same(diagnoseTargets({ targets, environment: environmentWith({ servers: BOTH }) }).findings, []);
});

t.test('a record that is missing everywhere, while the gateway works', async (t) => {
  const { single, causes, findings } = diagnoseTargets({
    targets: [
      missing(GATEWAY, [nxdomain()], { attempts: [atVip(VIP, null, tls())] }),
      missing(PORTAL, [nxdomain()], { attempts: [atVip(VIP, null, tls())] }),
    ],
    environment: environmentWith({ vip: VIP }),
  });
  t.equal(findings.length, 1, 'one root cause, one finding');
  const finding = single('gateway-record-missing');
  t.match(finding, {
    severity: 'error',
    title: '2 of the instance’s 2 host names are not in DNS',
    evidence: [`gateway/${GATEWAY}:443`, `gateway/${PORTAL}:443`],
    confirm: 'apim-probe run --only gateway',
  });
  t.match(finding.explanation, `${SERVER} answers NXDOMAIN for ${GATEWAY} and ${PORTAL}.`);
  t.match(finding.explanation, 'it works, and only DNS is missing');
  t.match(finding.remedy[0], `apim-probe records --apim contoso --vip ${VIP}`);
  t.equal(causes[`gateway/${PORTAL}:443`], 'gateway-record-missing');
});

t.test('a record that is missing, and a gateway that does not work either', async (t) => {
  const { single, causes } = diagnoseTargets({
    targets: [missing(GATEWAY, [nxdomain()], { attempts: [atVip(VIP, 'tls_reset')] })],
    environment: environmentWith({ vip: VIP }),
  });
  t.match(
    single('gateway-record-missing').explanation,
    /does not answer .* \(tls_reset\), so DNS is not all that is wrong/,
  );
  t.match(single('gateway-not-serving'), { severity: 'error', evidence: { length: 0 } });
  t.equal(causes[`gateway/${GATEWAY}:443`], 'gateway-record-missing', 'what fails first is the cause');
});

t.test('without --vip nothing was tried, and the finding mentions it', async (t) => {
  const { single } = diagnoseTargets({
    targets: [missing(GATEWAY, [nxdomain()])],
    environment: environmentWith({}),
  });
  t.match(single('gateway-record-missing').explanation, 'Give --vip ADDRESS');
  t.match(single('gateway-record-missing').remedy[0], 'apim-probe records --apim contoso --vip ADDRESS');
});

t.test('a record that one server of two lacks', async (t) => {
  const { single, causes } = diagnoseTargets({
    targets: [
      found(GATEWAY, VIP, BOTH, { resolutions: [resolved(VIP), nxdomain(OTHER_SERVER)] }),
      found(PORTAL, VIP, BOTH),
    ],
    environment: environmentWith({ vip: VIP, servers: BOTH }),
  });
  const finding = single('gateway-record-missing');
  t.match(finding, {
    severity: 'warning',
    title: `${GATEWAY} is not in DNS according to ${OTHER_SERVER}`,
    confirm: 'apim-probe run --only gateway',
  });
  t.match(finding.explanation, `${SERVER} has the right record.`);
  t.equal(causes[`gateway/${GATEWAY}:443`], null, 'what was reached has no cause');
});

t.test('a record that Azure DNS has and the custom server does not ask for', async (t) => {
  const { single } = diagnoseTargets({
    targets: [
      missing(GATEWAY, [nxdomain()], { attempts: [atVip(VIP, null, tls())] }),
      reached('sql', 'contoso.database.windows.net', '20.1.1.1'),
    ],
    controls: [azureDns({ [GATEWAY]: VIP })],
    environment: environmentWith({ vip: VIP }),
  });
  const finding = single('gateway-record-missing');
  t.match(finding.explanation, '168.63.129.16), asked directly, answers with 10.1.0.5');
  t.match(finding.remedy[0], `On ${SERVER}: forward ${GATEWAY} to 168.63.129.16`);
});

t.test('a private zone that claims the name and lacks the record is named, with the record', async (t) => {
  const { single } = diagnoseTargets({
    targets: [missing(PORTAL, [nxdomain(SERVER, ['azure-api.net azureprivatedns.net'])])],
    environment: environmentWith({ vip: VIP }),
  });
  const finding = single('gateway-record-missing');
  t.match(finding.explanation, 'by authority of the private zone azure-api.net');
  t.match(
    finding.remedy[0],
    `In the private zone azure-api.net, which is linked here: add A records for contoso.developer with ${VIP}`,
  );
});

t.test('a server that denies every name has a wider fault than these records', async (t) => {
  const hosts = ['a.blob.core.windows.net', 'b.vault.azure.net', 'login.microsoftonline.com'];
  const { causes, findings } = diagnoseTargets({
    targets: [
      missing(GATEWAY, [nxdomain()]),
      ...hosts.map((host) => unresolved('custom', host, [nxdomain()])),
    ],
    environment: environmentWith({ vip: VIP }),
  });
  t.same(
    findings.map(({ cause }) => cause),
    ['dns-forwarding-broken'],
  );
  t.equal(causes[`gateway/${GATEWAY}:443`], 'dns-forwarding-broken');
});

t.test('a public address, at one server and at both', async (t) => {
  const environment = environmentWith({ vip: VIP, servers: BOTH });
  const one = diagnoseTargets({
    targets: [
      found(GATEWAY, VIP, BOTH, { resolutions: [resolved(VIP), resolved('20.4.4.4', OTHER_SERVER)] }),
    ],
    environment,
  });
  t.match(one.single('gateway-record-public'), {
    severity: 'warning',
    title: `${GATEWAY} leads to a public address according to ${OTHER_SERVER}`,
  });
  t.match(
    one.single('gateway-record-public').explanation,
    `${OTHER_SERVER} answers 20.4.4.4 for ${GATEWAY}.`,
  );
  const both = diagnoseTargets({
    targets: [
      found(GATEWAY, '20.4.4.4', BOTH, {
        status: 'unreachable',
        failure: 'tcp_timeout',
        attempts: [attempt('20.4.4.4', 'tcp_timeout'), atVip(VIP, null, tls())],
      }),
    ],
    environment,
  });
  t.equal(both.causes[`gateway/${GATEWAY}:443`], 'gateway-record-public');
  t.match(both.single('gateway-record-public'), { severity: 'error' });
  t.match(both.single('gateway-record-public').explanation, 'At 10.1.0.5 the instance answers');
  t.match(both.single('gateway-record-public').remedy[0], `make ${GATEWAY} lead to ${VIP}`);
});

t.test('another private address than the VIP, at one server of two', async (t) => {
  const { single } = diagnoseTargets({
    targets: [
      found(GATEWAY, VIP, BOTH, { resolutions: [resolved(VIP), resolved('10.1.0.9', OTHER_SERVER)] }),
    ],
    environment: environmentWith({ vip: VIP, servers: BOTH }),
  });
  t.match(single('gateway-record-wrong'), {
    severity: 'warning',
    title: `${GATEWAY} leads to another address than ${VIP} according to ${OTHER_SERVER}`,
  });
});

t.test('without --vip the names have to agree', async (t) => {
  const environment = environmentWith({});
  const { single } = diagnoseTargets({
    targets: [found(GATEWAY, VIP), found(PORTAL, VIP), found(MANAGEMENT, '10.1.0.9')],
    environment,
  });
  t.match(single('gateway-record-wrong'), {
    title: `${MANAGEMENT} leads to an address that cannot be the instance’s`,
    evidence: [`gateway/${MANAGEMENT}:443`],
  });
  t.match(single('gateway-record-wrong'), { severity: 'info' }, 'it was reached there, and may be meant');
  t.match(single('gateway-record-wrong').explanation, 'reached there under its own certificate');
  const silent = unserved(MANAGEMENT, '10.1.0.9');
  const doubt = diagnoseTargets({ targets: [found(GATEWAY, VIP), found(PORTAL, VIP), silent], environment });
  t.match(doubt.single('gateway-record-wrong'), { severity: 'warning' });
  t.match(
    doubt.single('gateway-record-wrong').remedy[1],
    `make ${MANAGEMENT} lead to ${VIP}`,
    'the address of most names',
  );
  const split = diagnoseTargets({ targets: [found(GATEWAY, VIP), found(PORTAL, '10.1.0.9')], environment });
  t.equal(split.single('gateway-record-wrong').evidence.length, 2, 'with no majority all are in doubt');
});

t.test('without --vip an address outside the subnet is in doubt, even if all names agree', async (t) => {
  const targets = [found(GATEWAY, '10.9.0.5'), found(PORTAL, '10.9.0.5')];
  const { single } = diagnoseTargets({ targets, environment: environmentWith({}) });
  t.match(single('gateway-record-wrong'), { severity: 'info' }, 'it was reached there');
  t.match(single('gateway-record-wrong').remedy[0], 'give it as --vip 10.9.0.5, and nothing is wrong');
  t.notOk(
    single('gateway-record-wrong').remedy.some((step) => step.includes('lead to')),
    'DNS has that already',
  );
  t.match(single('gateway-record-wrong').explanation, '10.9.0.5 lies outside the subnet 10.1.0.0/27');
  t.same(
    diagnoseTargets({ targets, environment: environmentWith({ vip: '10.9.0.5' }) }).findings,
    [],
    'unless --vip names it',
  );
  t.same(
    diagnoseTargets({ targets, environment: environmentWith({ subnet: null }) }).findings,
    [],
    'or the subnet is not known',
  );
  const inside = diagnoseTargets({
    targets: [found(GATEWAY, '10.9.0.5'), found(PORTAL, '10.9.0.5'), found(MANAGEMENT, VIP)],
    environment: environmentWith({}),
  });
  t.equal(inside.single('gateway-record-wrong').evidence.length, 2, 'one inside goes before two outside');
});

/** Every given server has this address, and it does not answer. */
function unserved(host: string, address: string, servers: readonly string[] = [SERVER]) {
  const resolutions = servers.map((server) => resolved(address, server));
  return failed('gateway', host, address, 'tcp_timeout', { resolutions });
}

t.test('of two addresses, the one at which the instance proved itself is the right one', async (t) => {
  const resolutions = [resolved(VIP), resolved('10.1.0.9', OTHER_SERVER)];
  const { single } = diagnoseTargets({
    targets: [found(GATEWAY, VIP, BOTH, { resolutions }), found(PORTAL, VIP, BOTH, { resolutions })],
    environment: environmentWith({ servers: BOTH }),
  });
  t.match(single('gateway-record-wrong').title, `according to ${OTHER_SERVER}`);
  t.match(
    single('gateway-record-wrong').remedy[1],
    `At ${OTHER_SERVER}: make ${GATEWAY} and ${PORTAL} lead to ${VIP}.`,
  );
});

t.test('two ports of one name count once', async (t) => {
  const targets = [
    found(MANAGEMENT, '10.1.0.9', [SERVER], { attempts: [] }),
    { ...found(MANAGEMENT, '10.1.0.9', [SERVER], { attempts: [] }), id: 'control-plane/m:3443', port: 3443 },
    found(GATEWAY, VIP, [SERVER], { attempts: [] }),
    found(PORTAL, VIP, [SERVER], { attempts: [] }),
  ];
  const { single } = diagnoseTargets({ targets, environment: environmentWith({}) });
  t.match(single('gateway-record-wrong').title, MANAGEMENT);
});

t.test('from a secondary region the names lead to the primary, and the region’s own does not', async (t) => {
  const own = 'contoso-westeurope-01.regional.azure-api.net';
  const targets = [found(GATEWAY, '10.2.0.5'), found(MANAGEMENT, '10.2.0.5'), found(own, VIP)];
  const withVip = diagnoseTargets({ targets, environment: environmentWith({ vip: '10.2.0.5' }) });
  t.same(withVip.findings, [], 'whose address --vip is');
  const withoutVip = diagnoseTargets({ targets, environment: environmentWith({}) }).single(
    'gateway-record-wrong',
  );
  t.match(withoutVip, { severity: 'info' });
  t.notOk(
    withoutVip.evidence.some((id) => id.includes('regional')),
    'a regional name decides nothing for the others',
  );
});

t.test('external mode is accepted with --vip, or if the endpoints were reached', async (t) => {
  const targets = [found(GATEWAY, '20.4.4.4'), found(MANAGEMENT, '20.4.4.4')];
  t.same(diagnoseTargets({ targets, environment: environmentWith({ vip: '20.4.4.4' }) }).findings, []);
  const withoutVip = diagnoseTargets({ targets, environment: environmentWith({}) }).single(
    'gateway-record-public',
  );
  t.match(withoutVip, { severity: 'info' });
  t.match(withoutVip.remedy[0], 'If the instance is in external mode');
});

t.test('an inbound private endpoint has the gateway alone', async (t) => {
  const alias = 'contoso.privatelink.azure-api.net';
  const { findings } = diagnoseTargets({
    targets: [
      found(GATEWAY, '10.1.0.9', [SERVER], { resolutions: [resolved('10.1.0.9', SERVER, [alias])] }),
      found(MANAGEMENT, '20.4.4.4'),
    ],
    environment: environmentWith({}),
  });
  t.same(findings, []);
});

t.test('a further region that is missing gets no address of this one', async (t) => {
  const host = 'contoso-northeurope-01.regional.azure-api.net';
  const source = { kind: 'config', document: '--location', asOf: '2026-05-04', name: null } as const;
  const authority = [`azure-api.net azureprivatedns.net`];
  const { single } = diagnoseTargets({
    targets: [found(GATEWAY, VIP), missing(host, [nxdomain(SERVER, authority)], { source })],
    environment: environmentWith({ vip: VIP }),
  });
  const { remedy } = single('gateway-record-missing');
  t.match(remedy[0], 'contoso-northeurope-01.regional with the gateway’s private address in northeurope');
  t.match(remedy[1], `apim-probe records --apim contoso --location northeurope --vip ${VIP}`);
});

t.test('the gateway of another region has an address of its own', async (t) => {
  const host = 'contoso-northeurope-01.regional.azure-api.net';
  const own = 'contoso-westeurope-01.regional.azure-api.net';
  const environment = environmentWith({ vip: VIP });
  t.same(
    diagnoseTargets({ targets: [found(GATEWAY, VIP), found(host, '10.7.0.5')], environment }).findings,
    [],
  );
  t.match(
    diagnoseTargets({ targets: [found(own, '10.7.0.5')], environment }).single('gateway-record-wrong')
      .evidence,
    [`gateway/${own}:443`],
  );
  t.ok(diagnoseTargets({ targets: [found(host, '20.4.4.4')], environment }).single('gateway-record-public'));
});

t.test('what fails at the right address fails for another reason', async (t) => {
  const { causes, single } = diagnoseTargets({
    targets: [
      found(GATEWAY, VIP, BOTH, {
        status: 'unreachable',
        failure: 'tcp_refused',
        attempts: [attempt(VIP, 'tcp_refused')],
        resolutions: [resolved(VIP), nxdomain(OTHER_SERVER)],
      }),
    ],
    environment: environmentWith({ vip: VIP, servers: BOTH }),
  });
  t.equal(causes[`gateway/${GATEWAY}:443`], 'outbound-rejected');
  t.same(single('gateway-record-missing').evidence, []);
});

for (const failure of [
  'tls_reset',
  'tls_closed',
  'tls_alert',
  'tls_timeout',
  'protocol_timeout',
  'http_unexpected',
] as const) {
  t.test(`a good connection and then ${failure} is for the instance to fix`, async (t) => {
    const { single, causes } = diagnoseTargets({
      targets: [
        found(GATEWAY, VIP, [SERVER], { status: 'unreachable', failure, attempts: [attempt(VIP, failure)] }),
        found('contoso.scm.azure-api.net', VIP),
      ],
      environment: environmentWith({ vip: VIP }),
    });
    t.match(single('gateway-not-serving'), {
      severity: 'error',
      owner: 'service',
      title: '10.1.0.5 does not serve 1 host name of the instance',
    });
    t.match(
      single('gateway-not-serving').explanation,
      'contoso.scm.azure-api.net:443 is served at the same address',
    );
    t.equal(causes[`gateway/${GATEWAY}:443`], 'gateway-not-serving');
  });
}

t.test('an instance that serves nothing', async (t) => {
  const failing = {
    status: 'unreachable',
    failure: 'tls_closed',
    attempts: [attempt(VIP, 'tls_closed')],
  } as const;
  const given = { ...failing, attempts: [...failing.attempts] };
  const { single } = diagnoseTargets({
    targets: [found(GATEWAY, VIP, [SERVER], given), found(PORTAL, VIP, [SERVER], given)],
    environment: environmentWith({ vip: VIP }),
  });
  t.equal(
    single('gateway-not-serving').title,
    '10.1.0.5 accepts connections, and the instance does not serve there',
  );
  t.match(
    single('gateway-not-serving').explanation,
    'No other host name of the instance is served there either.',
  );
});

t.test('a cut connection to a public address is not the instance’s fault', async (t) => {
  const { findings } = diagnoseTargets({
    targets: [
      target('gateway', GATEWAY, {
        status: 'unreachable',
        failure: 'tls_reset',
        attempts: [attempt('20.4.4.4', 'tls_reset')],
      }),
    ],
  });
  t.notOk(findings.some(({ cause }) => cause === 'gateway-not-serving'));
});

const SOON = { validTo: '2026-05-20T00:00:00.000Z' };

t.test('a certificate with less than 30 days left', async (t) => {
  const facts = tls({}, SOON);
  const { single } = diagnoseTargets({
    targets: [
      found('api.contoso.com', VIP, [SERVER], {
        source: { kind: 'config', document: '--hostname gateway', asOf: '2026-05-04', name: null },
        attempts: [attempt(VIP, null, facts)],
      }),
      found('manage.contoso.com', VIP, [SERVER], { attempts: [attempt(VIP, null, facts)] }),
    ],
    environment: environmentWith({ vip: VIP }),
  });
  t.match(single('wrong-certificate'), {
    severity: 'warning',
    title: 'The certificate of api.contoso.com and manage.contoso.com expires in 15 days',
  });
  t.match(single('wrong-certificate').remedy[0], 'Renew it');
});

t.test('several certificates that end are one finding, the first end first', async (t) => {
  const until = (validTo: string, fingerprint256: string) => tls({}, { validTo, fingerprint256 });
  const { single } = diagnoseTargets({
    targets: [
      found(GATEWAY, VIP, [SERVER], {
        attempts: [attempt(VIP, null, until('2026-05-25T00:00:00.000Z', 'A'))],
      }),
      found(PORTAL, VIP, [SERVER], {
        attempts: [attempt(VIP, null, until('2026-05-09T00:00:00.000Z', 'B'))],
      }),
    ],
    environment: environmentWith({ vip: VIP }),
  });
  t.match(single('wrong-certificate'), {
    title: '2 certificates of the instance expire soon, the first in 4 days',
    explanation: /^That of contoso\.developer\.azure-api\.net is valid until 2026-05-09/,
  });
  t.match(single('wrong-certificate').remedy[0], 'Microsoft renews');
});

t.test('with more, or elsewhere, there is no finding', async (t) => {
  const later = tls({}, { validTo: '2026-06-04T00:00:00.000Z' });
  const { findings } = diagnoseTargets({
    targets: [
      found(GATEWAY, VIP, [SERVER], { attempts: [attempt(VIP, null, later)] }),
      reached('sql', 'contoso.database.windows.net', '20.1.1.1', {
        attempts: [attempt('20.1.1.1', null, tls({}, SOON))],
      }),
    ],
    environment: environmentWith({ vip: VIP }),
  });
  t.same(findings, []);
});

t.test('a custom domain whose chain is broken', async (t) => {
  const judged = (facts: Parameters<typeof tls>[0], leaf: Parameters<typeof tls>[1]) =>
    diagnoseTargets({
      targets: [
        found('api.contoso.com', VIP, [SERVER], {
          source: { kind: 'config', document: '--hostname gateway', asOf: '2026-05-04', name: null },
          status: 'unreachable',
          failure: 'tls_untrusted',
          attempts: [attempt(VIP, 'tls_untrusted', tls({ trust: 'none', ...facts }, leaf))],
        }),
      ],
      environment: environmentWith({ vip: VIP }),
    }).single('wrong-certificate').remedy[0];
  t.match(judged({}, { issuer: 'CN=Contoso CA' }), 'without that of its issuer “CN=Contoso CA”');
  t.match(judged({}, { subject: 'CN=api', issuer: 'CN=api' }), 'self-signed');
});
