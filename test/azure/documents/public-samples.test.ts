/** Replies that others published are read as their pages explain them. */
import t from 'tap';
import * as samples from './public-samples.ts';
import { problemIn, readOne } from './read.ts';

const EVERYWHERE = [
  { cidr: '0.0.0.0/0', tag: null },
  { cidr: '::/0', tag: null },
];

t.test('effective security rules of the REST API', async (t) => {
  const { groups } = readOne(samples.EFFECTIVE_NSG.body, 'effective-nsg');
  t.match(groups, [{ kind: 'nsg', name: 'test-nsg', association: 'subnet', attachedTo: { length: 2 } }]);
  const [rule1, rdp, internet] = groups[0]?.rules ?? [];
  t.match(rule1, {
    name: 'rule1',
    priority: 234,
    direction: 'inbound',
    access: 'allow',
    protocol: 'tcp',
    sourcePorts: [[456, 456]],
    destinationPorts: [[6579, 6579]],
  });
  t.same(rdp?.source.prefixes, [{ cidr: '1.1.1.1/32', tag: null }]);
  t.same(rdp?.destination.prefixes, EVERYWHERE, '0.0.0.0/0 stands for *');
  t.equal(internet?.name, 'AllowInternetOutBound');
  t.equal(internet?.protocol, 'any');
  t.same(internet?.destination, {
    prefixes: ['32.0.0.0/3', '4.0.0.0/6', '2.0.0.0/7', '1.0.0.0/8'].map((cidr) => ({
      cidr,
      tag: 'Internet',
    })),
    tags: [],
    applicationGroups: [],
  });
});

t.test('an effective rule of az with several ports', async (t) => {
  const { groups } = readOne(
    [{ effectiveSecurityRules: [samples.EFFECTIVE_RULE_OF_AZ.body] }],
    'effective-nsg',
  );
  t.match(groups[0]?.rules, [
    {
      name: 'satellite',
      destinationPorts: [
        [80, 80],
        [30_000, 32_767],
        [443, 443],
      ],
      source: { prefixes: EVERYWHERE },
    },
  ]);
});

t.test('effective security rules of Azure PowerShell', async (t) => {
  const { groups } = readOne(samples.EFFECTIVE_NSG_OF_POWERSHELL.body, 'effective-nsg');
  t.match(groups, [{ name: 'VM1-NIC1-NSG', association: 'network-interface' }]);
  const [rdp, vnet] = groups[0]?.rules ?? [];
  t.same(
    rdp?.source,
    { prefixes: [], tags: ['Internet'], applicationGroups: [] },
    'a tag that is not expanded',
  );
  t.match(vnet?.source.prefixes, { 0: { cidr: '10.9.0.0/16', tag: 'VirtualNetwork' }, length: 4 });
});

t.test('the view of Network Watcher is refused with what to save instead', async (t) => {
  t.match(
    problemIn(samples.SECURITY_GROUP_VIEW.body),
    /^is the security group view of Network Watcher.*; save this instead: az network nic list-effective-nsg/,
  );
});

t.test('effective routes', async (t) => {
  const { routes } = readOne(samples.EFFECTIVE_ROUTES.body, 'effective-routes');
  t.equal(routes.length, 6);
  t.same(routes[0], {
    name: null,
    source: 'system',
    isActive: true,
    prefixes: [{ cidr: '172.20.2.0/24', tag: null }],
    tags: [],
    nextHopType: 'VnetLocal',
    nextHopAddresses: [],
  });
  const one = readOne(samples.EFFECTIVE_ROUTE_OF_AZ.body, 'effective-routes');
  t.match(one.routes, [{ nextHopType: 'Internet', prefixes: [{ cidr: '0.0.0.0/0' }] }]);
});

t.test('a virtual network with its subnet', async (t) => {
  const vnet = readOne(samples.VNET.body, 'vnet');
  t.match(vnet, {
    name: 'test-vnet',
    location: 'westus',
    prefixes: ['10.0.0.0/16'],
    dnsServers: [],
    peerings: [],
    subnets: [{ kind: 'subnet', name: 'subnet1', prefixes: ['10.0.1.0/24'], usedAddresses: 1, nsg: null }],
  });
});

t.test('a route table, from the REST API and from a terminal', async (t) => {
  t.match(readOne(samples.ROUTE_TABLE.body, 'route-table'), {
    name: 'testrt',
    bgpDisabled: false,
    routes: [
      {
        name: 'route1',
        source: 'user',
        isActive: true,
        prefixes: [{ cidr: '10.0.3.0/24' }],
        nextHopType: 'VirtualNetworkGateway',
      },
    ],
  });
  t.match(readOne(samples.ROUTE_TABLE_OF_A_TERMINAL.text, 'route-table'), {
    name: 'publictable',
    location: 'japaneast',
    routes: [],
    subnets: [],
  });
});

t.test('a network interface', async (t) => {
  const nic = readOne(samples.NIC.body, 'nic');
  t.match(nic, {
    name: 'test-nic',
    privateAddresses: ['172.20.2.4', '172.20.2.16'],
    subnet: /\/rg1-vnet\/subnets\/default$/,
    publicAddresses: [/\/test-ip$/],
    nsg: /\/networkSecurityGroups\/nsg$/,
    vm: /\/virtualMachines\/vm1$/,
    defaultOutbound: null,
  });
});

t.test('public IP addresses', async (t) => {
  t.match(readOne(samples.PUBLIC_IP.body, 'public-ip'), {
    name: 'testDNS-ip',
    allocation: 'dynamic',
    version: 4,
    address: null,
    sku: null,
    dnsLabel: null,
    usedBy: /\/testDNS649\/ipConfigurations\/ipconfig1$/,
  });
  t.match(readOne(samples.CREATED_PUBLIC_IP.body, 'public-ip'), {
    id: null,
    address: '52.176.43.167',
    allocation: 'static',
  });
});

t.test('rules of a firewall policy', async (t) => {
  const { name, rules } = readOne(samples.FIREWALL_RULES.body, 'firewall-rules');
  t.equal(name, 'ruleCollectionGroup1');
  t.match(rules, [
    {
      name: 'network-rule1',
      collection: 'Example-Filter-Rule-Collection',
      priority: [110, 200],
      kind: 'network',
      access: 'deny',
      protocols: ['tcp'],
      sources: [{ cidr: '10.1.25.0/24' }],
      destinations: EVERYWHERE,
      ports: [[0, 65_535]],
    },
  ]);
});

t.test('a link of a private DNS zone', async (t) => {
  t.match(readOne(samples.PRIVATE_DNS_LINK.body, 'private-dns-links'), {
    links: [
      {
        zone: 'privatelink.azurecr.io',
        vnet: /\/virtualNetworks\/fergab22$/,
        state: 'Completed',
        resolutionPolicy: null,
      },
    ],
  });
});

t.test('an API Management service with custom domains and two regions', async (t) => {
  const service = readOne(samples.API_MANAGEMENT.body, 'api-management');
  t.match(service, {
    name: 'apimService1',
    location: 'westus',
    sku: 'Premium',
    units: 1,
    networkType: 'None',
    publicAddresses: ['13.91.32.113'],
    privateAddresses: [],
    furtherLocations: [{ location: 'eastus', units: 1, privateAddresses: [], subnet: null }],
  });
  t.same(
    service.customDomains.map(({ role, host }) => `${role}=${host}`),
    [
      'gateway=gateway1.msitesting.net',
      'management=mgmt.msitesting.net',
      'portal=portal1.msitesting.net',
      'configuration=configuration-api.msitesting.net',
    ],
  );
  t.equal(service.customDomains[0]?.expiry, '2036-01-01T07:00:00.000Z');
});
