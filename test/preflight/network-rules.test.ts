import t from 'tap';
import type { GivenDocument, ResourceDocument } from '../../src/azure/documents/types.ts';
import { PreflightCheck } from '../../src/model/azure-documents.ts';
import { judgePortTable } from '../../src/preflight/network-rules.ts';
import type { Intent } from '../../src/preflight/types.ts';
import { defaultRules, group, route, rule } from '../azure/rules.ts';
import {
  ENVIRONMENT,
  effectiveNsg,
  effectiveRoutes,
  given,
  nsg,
  ofSubnet,
  routeTable,
  subnet,
  TABLE_ID,
  TO_FIREWALL,
  vnet,
} from '../effective/given.ts';

type Instance = Pick<Intent, 'tier' | 'platform'>;

const CLASSIC: Instance = { tier: 'premium', platform: 'stv2' };
const DEFAULTS = defaultRules('10.1.0.0/16');
const inbound = { direction: 'inbound', protocol: 'tcp' } as const;
const MANAGEMENT = rule(200, 'allow', {
  ...inbound,
  from: 'ApiManagement=20.1.0.0/24',
  to: 'VirtualNetwork=10.1.0.0/16',
  ports: [3443],
  name: 'management',
});

function judge(documents: readonly GivenDocument[], intent: Instance = CLASSIC): Map<string, PreflightCheck> {
  const checks = judgePortTable(documents, ENVIRONMENT, intent);
  for (const check of checks) PreflightCheck.parse(check);
  t.equal(new Set(checks.map(({ check }) => check)).size, checks.length, 'each check once');
  return new Map(checks.map((check) => [check.check, check]));
}

function outcomes(documents: readonly GivenDocument[], intent?: Instance): Record<string, string> {
  return Object.fromEntries([...judge(documents, intent)].map(([name, { outcome }]) => [name, outcome]));
}

/** `az apim show` */
function instance(networkType: string, furtherLocations: number = 0): GivenDocument {
  const location = { location: 'northeurope', units: 1, privateAddresses: [], subnet: null };
  const document: ResourceDocument = {
    kind: 'api-management',
    ...{
      id: null,
      name: 'contoso',
      location: 'westeurope',
      sku: 'Premium',
      units: 1,
      networkType,
      subnet: null,
    },
    ...{
      publicIp: null,
      publicAddresses: [],
      privateAddresses: [],
      platformVersion: 'stv2',
      provisioningState: null,
    },
    customDomains: [],
    furtherLocations: Array.from({ length: furtherLocations }, () => location),
  };
  return given('apim.json', document);
}

t.test('without documents nothing is shown, and each check names the command', async (t) => {
  for (const { outcome, command, evidence, rule: decided } of judge([]).values()) {
    t.equal(outcome, 'not-shown');
    t.match(command, /^az network .* --output json > [a-z-]+\.json$/);
    t.strictSame([evidence, decided], ['', null]);
  }
});

t.test('the default rules alone: only the control plane is kept out', async (t) => {
  const found = outcomes([
    effectiveNsg(ofSubnet(...DEFAULTS)),
    effectiveRoutes(),
    given('subnet.json', subnet()),
  ]);
  const not = Object.entries(found).filter(([, outcome]) => outcome !== 'met');
  t.strictSame(not, [['nsg-in-management', 'not-met']]);
});

t.test('the row that is denied: the rule, what is needed, and whether it is required', async (t) => {
  const check = judge([effectiveNsg(ofSubnet(...DEFAULTS))]).get('nsg-in-management');
  t.match(check, {
    title: 'Inbound from ApiManagement, TCP 3443: Management endpoint for the Azure portal and PowerShell',
    required: true,
    outcome: 'not-met',
    evidence: 'DenyAllInBound of apim-nsg (priority 65500) denies TCP 3443 (effective-nsg.json)',
    command: null,
    rule: { access: 'deny', rule: 'DenyAllInBound', priority: 65500, addresses: [] },
    needs: { direction: 'inbound', protocol: 'tcp', peers: ['ApiManagement'], ports: [3443] },
  });
  const fixed = judge([effectiveNsg(ofSubnet(MANAGEMENT, ...DEFAULTS))]).get('nsg-in-management');
  t.match(fixed, { outcome: 'met', rule: { access: 'allow', rule: 'management' } });
});

t.test('a document with a doubt makes it optional', async (t) => {
  const old = { ...effectiveNsg(ofSubnet(...DEFAULTS)), doubt: 'saved two days ago' };
  t.match(judge([old]).get('nsg-in-management'), {
    outcome: 'not-met',
    required: false,
    evidence: /saved two days ago/,
  });
});

t.test('a denied load balancer is an error but for the Developer tier', async (t) => {
  const documents = [
    effectiveNsg(ofSubnet(MANAGEMENT, rule(4096, 'deny', { ...inbound, name: 'deny-in' }), ...DEFAULTS)),
  ];
  const probe = (intent?: Instance) => judge(documents, intent).get('nsg-in-load-balancer');
  t.match(probe(), { outcome: 'not-met', required: true, rule: { rule: 'deny-in' } });
  t.match(probe({ tier: 'developer', platform: 'stv2' }), { outcome: 'not-met', required: false });
});

t.test('the host’s address is all that AzureLoadBalancer has', async (t) => {
  const probe = rule(300, 'allow', { ...inbound, from: 'AzureLoadBalancer', ports: [[6390, 6391]] });
  const denied = rule(4096, 'deny', inbound);
  t.equal(
    outcomes([nsg(probe, denied, ...defaultRules()), given('subnet.json', subnet())])['nsg-in-load-balancer'],
    'met',
  );
  const vnetOnly = rule(300, 'allow', { ...inbound, from: 'VirtualNetwork' });
  t.equal(
    outcomes([nsg(vnetOnly, denied, ...defaultRules()), given('subnet.json', subnet())])[
      'nsg-in-load-balancer'
    ],
    'met',
    'VirtualNetwork has the host',
  );
});

t.test('the group of this VM’s network interface says nothing of the instance', async (t) => {
  const onNic = group('network-interface', [rule(100, 'deny'), rule(100, 'deny', inbound), ...DEFAULTS]);
  const found = outcomes([effectiveNsg(onNic, ofSubnet(MANAGEMENT, ...DEFAULTS))]);
  t.equal(found['nsg-in-management'], 'met');
  t.equal(found['nsg-out-storage'], 'met');
});

t.test('admin rules of Virtual Network Manager count', async (t) => {
  const admin = group('network-manager', [rule(10, 'deny', { to: '*', ports: [1433], name: 'no-sql' })]);
  t.match(judge([effectiveNsg(admin, ofSubnet(MANAGEMENT, ...DEFAULTS))]).get('nsg-out-sql'), {
    outcome: 'not-met',
    rule: { kind: 'security-admin', rule: 'no-sql' },
  });
});

t.test('outbound rows by tag, where the rest is denied', async (t) => {
  const tags = ['Storage', 'Sql', 'AzureKeyVault', 'AzureMonitor', 'Internet'] as const;
  const ports = { Storage: 443, Sql: 1433, AzureKeyVault: 443, AzureMonitor: 443, Internet: 80 } as const;
  const rules = tags.map((tag, index) =>
    rule(200 + index, 'allow', { to: tag, ports: [ports[tag]], name: tag }),
  );
  const found = judge([
    nsg(...rules, rule(4096, 'deny', { name: 'deny-all' }), ...defaultRules()),
    given('subnet.json', subnet()),
  ]);
  const outcome = (name: string) => found.get(`nsg-out-${name}`)?.outcome;
  t.strictSame(['storage', 'sql', 'key-vault', 'certificates'].map(outcome), ['met', 'met', 'met', 'met']);
  t.match(found.get('nsg-out-monitor'), {
    outcome: 'not-met',
    evidence: /^deny-all of apim-nsg \(priority 4096\) denies TCP 1886/,
  });
  t.equal(outcome('entra-id'), 'not-shown', 'an address of another tag may be in the same rules');
  t.equal(outcome('connectors'), 'not-shown');
  t.equal(outcome('cache'), 'not-met');
});

t.test('expanded tags decide by their addresses', async (t) => {
  const rules = [
    rule(150, 'deny', { to: '20.60.9.0/24', name: 'some' }),
    rule(200, 'allow', { to: 'Storage=20.60.0.0/16', ports: [443] }),
    rule(201, 'allow', { to: 'Sql=13.64.0.0/16', ports: [1433] }),
    rule(4096, 'deny', { name: 'deny-all' }),
  ];
  const found = outcomes([effectiveNsg(ofSubnet(...rules, ...DEFAULTS))]);
  t.equal(found['nsg-out-sql'], 'met');
  t.equal(found['nsg-out-storage'], 'not-shown', 'some of its addresses are denied');
  t.equal(found['nsg-out-certificates'], 'not-met');
});

t.test('internal mode, unless a document says External', async (t) => {
  const documents = [effectiveNsg(ofSubnet(MANAGEMENT, ...DEFAULTS))];
  t.notOk(judge(documents).has('nsg-in-clients'));
  t.notOk(judge([...documents, instance('Internal')]).has('nsg-in-clients'));
  const external = judge([...documents, instance('External')]);
  t.match(external.get('nsg-in-clients'), { outcome: 'not-met', required: true });
  t.match(external.get('nsg-in-clients-http'), { outcome: 'not-met', required: false });
  t.match(external.get('nsg-in-traffic-manager'), { outcome: 'not-met', required: false });
  t.notOk(external.has('nsg-in-clients-internal'));
  t.match(judge([...documents, instance('External', 1)]).get('nsg-in-traffic-manager'), { required: true });
});

t.test('stv1 and the v2 tiers have rows of their own', async (t) => {
  t.equal(judge([], { tier: 'premium', platform: 'stv1' }).get('nsg-out-key-vault')?.required, false);
  t.equal(judge([]).get('nsg-out-key-vault')?.required, true);
  const v2 = [...judge([], { tier: 'premium-v2', platform: 'stv2' }).keys()];
  t.strictSame(v2, ['nsg-out-storage', 'nsg-out-key-vault']);
});

t.test('DNS servers of the network', async (t) => {
  const documents = [
    nsg(rule(100, 'deny', { to: '10.1.9.9/32', ports: [53], name: 'no-dns' }), ...defaultRules()),
  ];
  const custom = given('vnet.json', vnet({ subnets: [subnet()], dnsServers: ['10.1.9.9'] }));
  t.match(judge([...documents, custom]).get('nsg-out-dns'), {
    outcome: 'not-met',
    required: true,
    rule: { rule: 'no-dns' },
    needs: { peers: ['10.1.9.9'], protocol: 'udp' },
  });
  const azure = given('vnet.json', vnet({ dnsServers: ['168.63.129.16'] }));
  t.notOk(judge([...documents, azure]).has('nsg-out-dns'));
});

t.test('a subnet without a group', async (t) => {
  const found = judge([given('subnet.json', subnet({ nsg: null }))]);
  t.notOk(found.has('nsg-in-management'), 'the check nsg-attached reports it');
  t.match(found.get('nsg-out-sql'), { outcome: 'met' });
  t.equal(
    outcomes([given('subnet.json', subnet())])['nsg-out-sql'],
    'not-shown',
    'it has one, which is not shown',
  );
});

t.test('routes of the control plane’s replies under forced tunnelling', async (t) => {
  const management = route('20.1.0.0/24', 'Internet', {
    source: 'user',
    name: 'management',
    tag: 'ApiManagement',
  });
  const kms = route(['20.118.99.224/32', '40.83.235.53/32', '23.102.135.246/32'], 'Internet', {
    source: 'user',
    name: 'kms',
  });
  const routes = (...extra: (typeof kms)[]) => judge([effectiveRoutes(TO_FIREWALL, ...extra)]);
  t.match(routes().get('route-management'), {
    required: true,
    outcome: 'not-met',
    evidence:
      '0.0.0.0/0 leads to 10.2.0.4; no active route for ApiManagement has the next hop Internet (effective-routes.json)',
  });
  t.match(routes(management).get('route-management'), { outcome: 'met' });
  const byAddress = route('52.0.0.0/8', 'Internet', { source: 'user', name: 'by-address' });
  t.match(routes(kms, byAddress).get('route-management'), { outcome: 'not-shown', evidence: /unknown/ });
  t.match(routes(kms).get('route-management'), { outcome: 'not-met' });
  t.match(routes().get('route-activation'), {
    outcome: 'not-met',
    required: false,
    evidence: /20\.118\.99\.224/,
  });
  t.match(routes(kms).get('route-activation'), { outcome: 'met' });
  t.match(
    judge([effectiveRoutes()]).get('route-management'),
    { outcome: 'met' },
    'without forced tunnelling',
  );
  const tagged = route([], 'Internet', {
    source: 'user',
    name: 'tagged',
    tags: ['ApiManagement.WestEurope'],
  });
  const own = given('subnet.json', subnet({ routeTable: TABLE_ID }));
  t.match(judge([own, routeTable(TO_FIREWALL, tagged)]).get('route-management'), { outcome: 'met' });
  t.match(
    judge([own, routeTable(tagged)]).get('route-management'),
    { outcome: 'not-shown' },
    'BGP may announce 0.0.0.0/0',
  );
});
