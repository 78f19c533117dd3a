import t from 'tap';
import type { GivenDocument, ResourceDocument, SecurityRule } from '../../src/azure/documents/types.ts';
import { PreflightCheck } from '../../src/model/azure-documents.ts';
import { judgePortTable, type PortTableIntent } from '../../src/preflight/network-rules.ts';
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

const CLASSIC: PortTableIntent = { tier: 'premium', platform: 'stv2', subnetId: null };
const DEFAULTS = defaultRules('10.1.0.0/16');
const inbound = { direction: 'inbound', protocol: 'tcp' } as const;
const MANAGEMENT = rule(200, 'allow', {
  ...inbound,
  from: 'ApiManagement=20.1.0.0/24',
  to: 'VirtualNetwork=10.1.0.0/16',
  ports: [3443],
  name: 'management',
});

function judge(
  documents: readonly GivenDocument[],
  intent: PortTableIntent = CLASSIC,
): Map<string, PreflightCheck> {
  const checks = judgePortTable(documents, ENVIRONMENT, intent);
  for (const check of checks) PreflightCheck.parse(check);
  t.equal(new Set(checks.map(({ check }) => check)).size, checks.length, 'each check once');
  return new Map(checks.map((check) => [check.check, check]));
}

function outcomes(documents: readonly GivenDocument[], intent?: PortTableIntent): Record<string, string> {
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
  const probe = (intent?: PortTableIntent) => judge(documents, intent).get('nsg-in-load-balancer');
  t.match(probe(), { outcome: 'not-met', required: true, rule: { rule: 'deny-in' } });
  t.match(probe({ ...CLASSIC, tier: 'developer' }), { outcome: 'not-met', required: false });
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
  t.equal(judge([], { ...CLASSIC, platform: 'stv1' }).get('nsg-out-key-vault')?.required, false);
  t.equal(judge([]).get('nsg-out-key-vault')?.required, true);
  const v2 = [...judge([], { ...CLASSIC, tier: 'premium-v2' }).keys()];
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

const SUBNET = subnet().id ?? '';
const VNET = vnet().id ?? '';
const DENY = rule(100, 'deny', inbound);

t.test('a group of another subnet says nothing of this one', async (t) => {
  const intent = { ...CLASSIC, subnetId: `${VNET}/subnets/elsewhere` };
  const other = given('subnet.json', subnet());
  for (const documents of [
    [nsg(DENY)],
    [nsg(DENY), other],
    [effectiveNsg(ofSubnet(DENY, ...DEFAULTS)), effectiveRoutes(TO_FIREWALL)],
    [nsg(DENY), other, routeTable(TO_FIREWALL)],
  ]) {
    const found = Object.values(outcomes(documents, intent));
    t.strictSame([...new Set(found)], ['not-shown']);
  }
  t.equal(outcomes([nsg(DENY)], { ...CLASSIC, subnetId: SUBNET })['nsg-in-management'], 'not-met');
});

t.test('nor is a subnet this VM’s that does not have its addresses', async (t) => {
  const other = given('subnet.json', subnet({ prefixes: ['10.9.0.0/24'] }));
  t.equal(outcomes([nsg(DENY), other])['nsg-in-management'], 'not-shown');
});

t.test('the DNS servers are those of the network of the subnet', async (t) => {
  const hub = given('hub.json', vnet({ id: `${VNET}-hub`, dnsServers: ['8.8.4.4'] }));
  const own = given('vnet.json', vnet());
  const here = given('subnet.json', subnet());
  const denied = nsg(rule(100, 'deny', { protocol: 'udp', ports: [53], to: '8.8.4.4/32' }), ...DEFAULTS);
  const intent = { ...CLASSIC, subnetId: SUBNET };
  t.notOk(judge([denied, here, hub, own], intent).has('nsg-out-dns'), 'Azure’s own');
  t.match(judge([denied, here, hub], intent).get('nsg-out-dns'), {
    outcome: 'not-shown',
    command: /az network vnet show/,
  });
  const custom = given('vnet.json', vnet({ dnsServers: ['8.8.4.4'] }));
  t.match(judge([denied, here, custom], intent).get('nsg-out-dns'), { outcome: 'not-met' });
});

t.test('a machine outside of Azure: its addresses and DNS servers say nothing', async (t) => {
  const network = {
    ...ENVIRONMENT.network,
    interfaces: [{ name: 'eth0', address: '192.168.1.50', prefixLength: 24, family: 4 as const }],
    subnet: null,
  };
  const environment = { ...ENVIRONMENT, network };
  const named = rule(100, 'allow', { ...inbound, from: 'ApiManagement', to: '10.1.0.0/24', ports: [3443] });
  const checks = judgePortTable([nsg(named, ...DEFAULTS), effectiveRoutes()], environment, CLASSIC);
  const found = new Map(checks.map((check) => [check.check, check.outcome]));
  t.equal(found.get('nsg-in-management'), 'not-shown', 'the prefix of the subnet is unknown');
  t.equal(found.get('nsg-out-dns'), 'not-shown');
});

t.test('a subnet of both families: API Management uses IPv4', async (t) => {
  const named = rule(100, 'allow', { ...inbound, from: 'ApiManagement', to: '10.1.0.0/24', ports: [3443] });
  const both = given('subnet.json', subnet({ prefixes: ['10.1.0.0/24', 'fd00:1::/64'] }));
  t.equal(outcomes([nsg(named), both])['nsg-in-management'], 'met');
});

t.test('clients may be some alone', async (t) => {
  const door = rule(110, 'allow', { ...inbound, from: 'AzureFrontDoor.Backend', ports: [443], name: 'door' });
  const all = [rule(4000, 'deny', inbound)];
  const check = judge([nsg(door, ...all), instance('External')]).get('nsg-in-clients');
  t.match(check, { outcome: 'met', evidence: /^door of apim-nsg .* allows some of these clients alone/ });
  t.match(judge([nsg(...all), instance('External')]).get('nsg-in-clients'), { outcome: 'not-met' });
  const gateway = rule(110, 'allow', { ...inbound, from: '10.1.9.0/24', ports: [443] });
  const known = given('vnet.json', vnet());
  const internal = (...rules: SecurityRule[]) =>
    outcomes([nsg(...rules), known, given('subnet.json', subnet())])['nsg-in-clients-internal'];
  t.equal(internal(gateway, ...all), 'met');
  t.equal(internal(...all), 'not-met');
});

t.test('what the tag VirtualNetwork is taken for is said where it decides', async (t) => {
  const deny = rule(200, 'deny', { ...inbound, from: 'VirtualNetwork', ports: [3443] });
  const allow = rule(300, 'allow', { ...inbound, from: 'ApiManagement', ports: [3443] });
  const evidence = /no document shows the routes/;
  t.match(judge([nsg(deny, allow)]).get('nsg-in-management'), { outcome: 'met', evidence });
  t.notMatch(judge([nsg(deny, allow), effectiveRoutes()]).get('nsg-in-management'), { evidence });
});

t.test('a tag of the region is that of the instance', async (t) => {
  const regional = rule(100, 'allow', { to: 'Sql.WestEurope', ports: [1433] });
  const group = nsg(regional, rule(4000, 'deny', { to: 'Internet' }));
  const sqlBy = (...documents: readonly GivenDocument[]) =>
    judgePortTable(documents, { ...ENVIRONMENT, region: null }, CLASSIC).find(
      ({ check }) => check === 'nsg-out-sql',
    )?.outcome;
  t.equal(sqlBy(group), 'not-shown');
  t.equal(sqlBy(group, instance('Internal')), 'met');
});
