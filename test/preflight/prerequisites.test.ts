/** The prerequisites of the article, each met, not met and not shown. */
import t from 'tap';
import type { ResourceDocument } from '../../src/azure/documents/types.ts';
import { type Intent, judgePrerequisites } from '../../src/preflight/index.ts';
import {
  effectiveRoutes,
  given,
  instance,
  nic,
  publicIp,
  route,
  SUBNET_ID,
  subnet,
  VNET_ID,
  vnet,
} from './documents.ts';

const INTENT: Intent = { tier: 'premium', platform: 'stv2', units: 1, region: 'westeurope', subnet: null };
const NOW = Date.parse('2026-11-30T12:00:00Z');

function judged(documents: readonly ResourceDocument[], intent: Partial<Intent> = {}) {
  const all = documents.map((document) => given(document));
  const checks = judgePrerequisites({ documents: all, lists: [], now: NOW }, { ...INTENT, ...intent });
  return (check: string) => {
    const found = checks.find((each) => each.check === check);
    if (found === undefined) throw new Error(`there is no check ${check}`);
    return found;
  };
}

t.test('without documents nothing is shown, and each has the command that saves its document', async (t) => {
  for (const tier of ['premium', 'premium-v2'] as const) {
    const checks = judgePrerequisites({ documents: [], lists: [], now: NOW }, { ...INTENT, tier });
    t.ok(checks.length >= 7);
    for (const { outcome, command, evidence, check } of checks) {
      t.equal(outcome, 'not-shown', check);
      t.match(command, /^az [a-z -]+ --(?:ids|resource-group) .*--output json > [a-z-]+\.json$/, check);
      t.equal(evidence, '', check);
    }
  }
});

const at = (address: string): Partial<Intent> => ({ own: [address, 'fe80::1'] });
const OTHER_ID = `${VNET_ID}/subnets/vms`;
const IP_ID = publicIp().id ?? '';
const NIC_CONFIGURATION = `${nic().id}/ipConfigurations/i`;
const lockOf = (scope: string | null = null): ResourceDocument => ({
  kind: 'locks',
  locks: [{ name: 'frozen', level: 'ReadOnly', scope }],
});
/** The network interface of a machine of Microsoft's. */
const OF_MICROSOFT =
  '/subscriptions/m1/resourceGroups/x/providers/Microsoft.Compute/virtualMachineScaleSets/vmss';

/** Each row: the check, its outcome, what the evidence holds, the documents. */
const ROWS: readonly [
  string,
  'met' | 'not-met' | 'not-shown',
  RegExp,
  ResourceDocument[],
  Partial<Intent>?,
][] = [
  ['subnet-delegation', 'met', /apim has no delegation \(subnet\.json\)/, [subnet()]],
  [
    'subnet-delegation',
    'not-met',
    /delegated to Microsoft\.Web\/serverFarms; a classic tier takes none/,
    [subnet({ delegations: ['Microsoft.Web/serverFarms'] })],
  ],
  [
    'subnet-delegation',
    'met',
    /hostingEnvironments/,
    [subnet({ delegations: ['microsoft.web/HOSTINGENVIRONMENTS'] })],
    { tier: 'premium-v2' },
  ],
  [
    'subnet-delegation',
    'not-met',
    /has no delegation; the tier demands Microsoft\.Web\/serverFarms/,
    [subnet()],
    { tier: 'standard-v2' },
  ],
  ['nsg-attached', 'met', /apim-nsg/, [subnet()]],
  ['nsg-attached', 'not-met', /denies all inbound traffic/, [subnet({ nsg: null })]],
  [
    'subnet-size',
    'met',
    /27 usable addresses, 1 in use; 1 unit of Premium takes 3: up to 12 units fit/,
    [subnet()],
  ],
  ['subnet-size', 'met', /no room to scale out/, [subnet({ prefixes: ['10.1.0.0/29'], usedAddresses: 0 })]],
  [
    'subnet-size',
    'met',
    /only once this VM and its network interface are removed/,
    [subnet({ prefixes: ['10.1.0.0/29'] }), nic()],
  ],
  ['subnet-size', 'not-met', /none fits/, [subnet({ prefixes: ['10.1.0.0/29'], usedAddresses: 2 })]],
  [
    'subnet-size',
    'not-met',
    /too small: Premium v2 takes a \/27/,
    [subnet({ prefixes: ['10.1.0.0/28'] })],
    { tier: 'premium-v2' },
  ],
  [
    'subnet-size',
    'met',
    /up to 13 units/,
    [subnet({ usedAddresses: 4 }), instance({ privateAddresses: ['10.1.0.5'] })],
  ],
  [
    'subnet-size',
    'met',
    /\/29 has 3 usable addresses; 1 unit/,
    [
      subnet({ prefixes: ['10.1.0.0/29'], usedAddresses: 3 }),
      instance({ networkType: 'External', privateAddresses: [] }),
    ],
  ],
  [
    'subnet-size',
    'met',
    /only if the 3 in use by a service in another subscription are the instance’s own/,
    [subnet({ prefixes: ['10.1.0.0/29'], usedAddresses: 3, ipConfigurations: Array(3).fill(OF_MICROSOFT) })],
  ],
  [
    'subnet-size',
    'not-met',
    /none fits/,
    [subnet({ prefixes: ['10.1.0.0/29'], usedAddresses: 3, ipConfigurations: Array(3).fill(SUBNET_ID) })],
  ],
  ['subnet-links', 'met', /no resource navigation link/, [subnet()]],
  [
    'subnet-links',
    'not-met',
    /linked to Microsoft\.Web\/serverfarms/,
    [subnet({ associationLinks: ['Microsoft.Web/serverfarms'] })],
  ],
  [
    'subnet-links',
    'met',
    /no resource navigation/,
    [subnet({ navigationLinks: ['Microsoft.ApiManagement/service'] })],
  ],
  ['vnet-region', 'met', /hub is in westeurope/, [vnet()]],
  [
    'vnet-region',
    'not-met',
    /is in westeurope, and the instance in northeurope/,
    [vnet()],
    { region: 'northeurope' },
  ],
  ['vnet-region', 'not-shown', /^$/, [vnet()], { region: null }],
  // That of a hub says nothing of the network of the subnet.
  ['vnet-region', 'not-shown', /^$/, [subnet(), vnet({ id: `${VNET_ID}-2`, location: 'northeurope' })]],
  ['vnet-dns', 'not-shown', /^$/, [instance(), vnet({ id: `${VNET_ID}-2` })]],
  ['public-ip', 'met', /in use by a service in another subscription/, [publicIp({ usedBy: OF_MICROSOFT })]],
  [
    'public-ip',
    'not-shown',
    /^$/,
    [publicIp({ usedBy: NIC_CONFIGURATION }), nic({ publicAddresses: [IP_ID] })],
  ],
  ['service-endpoints', 'not-shown', /^$/, [subnet()]],
  [
    'service-endpoints',
    'met',
    /no default route leads to an appliance/,
    [subnet(), effectiveRoutes(route({ nextHopType: 'Internet', nextHopAddresses: [] }))],
  ],
  ['service-endpoints', 'met', /no default route/, [subnet(), effectiveRoutes(route({ isActive: false }))]],
  [
    'service-endpoints',
    'not-met',
    /VirtualAppliance 10\.1\.100\.4, and apim has none for Microsoft\.EventHub, Microsoft\.KeyVault/,
    [subnet({ serviceEndpoints: ['Microsoft.Sql', 'microsoft.storage'] }), effectiveRoutes(route())],
  ],
  ['scope-locks', 'met', /there is no lock/, [{ kind: 'locks', locks: [] }]],
  [
    'scope-locks',
    'not-met',
    /frozen \(ReadOnly\)/,
    [{ kind: 'locks', locks: [{ name: 'frozen', level: 'ReadOnly', scope: null }] }],
  ],
  ['scope-locks', 'not-met', /frozen/, [subnet(), lockOf(SUBNET_ID.split('/providers/')[0])]],
  ['scope-locks', 'not-met', /frozen/, [lockOf('/subscriptions/s1/resourceGroups/net')]],
  [
    'scope-locks',
    'met',
    /no lock is of the network/,
    [subnet(), lockOf('/subscriptions/s1/resourceGroups/ne')],
  ],
  ['scope-locks', 'met', /no lock is of the network/, [subnet(), lockOf(nic().id)]],
  [
    'default-outbound',
    'not-met',
    /private subnet/,
    [subnet({ defaultOutboundAccess: false })],
    at('10.1.0.4'),
  ],
  // The subnet of the instance, or a machine outside of Azure.
  ['default-outbound', 'not-shown', /^$/, [subnet({ defaultOutboundAccess: false })], at('10.1.9.4')],
  // The effective routes are of the VM, which is in another subnet.
  ['service-endpoints', 'not-shown', /^$/, [subnet(), nic({ subnet: OTHER_ID }), effectiveRoutes(route())]],
  ['default-outbound', 'met', /default outbound access/, [subnet()]],
  [
    'default-outbound',
    'met',
    /^vms has default outbound access/,
    [
      ...[instance(), subnet({ defaultOutboundAccess: false }), nic({ subnet: OTHER_ID })],
      subnet({ id: OTHER_ID, name: 'vms' }),
    ],
  ],
  ['default-outbound', 'met', /NAT gateway/, [subnet({ defaultOutboundAccess: false, natGateway: '/n' })]],
  [
    'default-outbound',
    'met',
    /VirtualAppliance/,
    [subnet({ defaultOutboundAccess: false }), effectiveRoutes(route())],
  ],
  ['default-outbound', 'not-met', /proves nothing about it/, [subnet({ defaultOutboundAccess: false })]],
  ['public-ip', 'met', /apim-ip \(20\.50\.2\.1\)/, [publicIp()]],
  ['public-ip', 'met', /names none of its own/, [instance()]],
  [
    'public-ip',
    'not-met',
    /is of the SKU Basic, is dynamic, has no DNS label/,
    [publicIp({ sku: 'Basic', allocation: 'dynamic', dnsLabel: null })],
  ],
  [
    'public-ip',
    'not-met',
    /is in northeurope, and the instance in westeurope/,
    [publicIp({ location: 'northeurope' })],
  ],
  [
    'public-ip',
    'not-met',
    /is of another subscription/,
    [publicIp({ id: '/subscriptions/other/resourceGroups/g/x' }), vnet()],
  ],
  [
    'public-ip',
    'not-met',
    /is in use by/,
    [
      publicIp({
        usedBy:
          '/subscriptions/s1/resourceGroups/net/providers/Microsoft.Network/loadBalancers/lb/frontendIPConfigurations/f',
      }),
    ],
  ],
  ['vnet-dns', 'met', /168\.63\.129\.16/, [vnet()]],
  [
    'vnet-dns',
    'not-met',
    /this VM still uses 10\.1\.0\.53: restart it/,
    [vnet({ dnsServers: ['10.1.0.54'] }), nic({ appliedDnsServers: ['10.1.0.53'] })],
  ],
  [
    'private-zones',
    'met',
    /privatelink\.blob/,
    [
      vnet(),
      {
        kind: 'private-dns-links',
        links: [
          {
            zone: 'privatelink.blob.core.windows.net',
            vnet: VNET_ID.toUpperCase(),
            state: 'Completed',
            resolutionPolicy: null,
          },
        ],
      },
    ],
  ],
  [
    'private-zones',
    'not-met',
    /no link to hub/,
    [
      vnet(),
      {
        kind: 'private-dns-links',
        links: [
          {
            zone: 'privatelink.blob.core.windows.net',
            vnet: '/other',
            state: 'Completed',
            resolutionPolicy: null,
          },
        ],
      },
    ],
  ],
  ['custom-domains', 'met', /no custom domain/, [instance()]],
  [
    'custom-domains',
    'not-met',
    /api\.contoso\.com expired on 2026-11-01/,
    [
      instance({
        customDomains: [
          {
            role: 'gateway',
            host: 'api.contoso.com',
            certificateSource: 'KeyVault',
            expiry: '2026-11-01T00:00:00Z',
          },
        ],
      }),
    ],
  ],
];

for (const [check, outcome, evidence, documents, intent] of ROWS) {
  t.test(`${check}: ${outcome}, ${evidence.source.slice(0, 50)}`, async (t) => {
    const found = judged(documents, intent)(check);
    t.match(found, { outcome, evidence });
    t.equal(found.command === null, outcome !== 'not-shown');
  });
}

t.test('a document with a doubt makes what is not met optional, and says why', async (t) => {
  const old = given(subnet({ nsg: null }), { doubt: 'it is older than a day' });
  const checks = judgePrerequisites({ documents: [old], lists: [], now: NOW }, INTENT);
  const found = checks.find(({ check }) => check === 'nsg-attached');
  t.match(found, { outcome: 'not-met', required: false, evidence: /older than a day/ });
});

t.test('the subnet of the instance comes before the one of this VM', async (t) => {
  const other = subnet({
    id: `${VNET_ID}/subnets/other`,
    name: 'other',
    delegations: ['Microsoft.Web/serverFarms'],
  });
  const check = judged([
    other,
    subnet(),
    instance({ subnet: SUBNET_ID.toLowerCase() }),
    nic({ subnet: other.id }),
  ]);
  t.equal(check('subnet-delegation').outcome, 'met');
});

t.test('a subnet inside the document of its network counts', async (t) => {
  const found = judged([vnet({ subnets: [subnet({ nsg: null })] })])('nsg-attached');
  t.match(found, { outcome: 'not-met', evidence: /\(vnet\.json\)$/ });
});

t.test('of several subnets none is taken at random', async (t) => {
  const other = subnet({ id: `${VNET_ID}/subnets/other`, name: 'other' });
  t.equal(judged([vnet({ subnets: [subnet(), other] })])('nsg-attached').outcome, 'not-shown');
  t.equal(
    judged([vnet({ subnets: [subnet(), other] })], { subnet: '10.1.0.0/27' })('nsg-attached').outcome,
    'met',
  );
});

t.test('a v2 tier is tested from a subnet that shares rules, routes and endpoints', async (t) => {
  const own = subnet({
    delegations: ['Microsoft.Web/hostingEnvironments'],
    serviceEndpoints: ['Microsoft.Storage'],
  });
  const twin = subnet({ id: `${VNET_ID}/subnets/vm`, name: 'vm', serviceEndpoints: ['microsoft.storage'] });
  const look = (...subnets: readonly ReturnType<typeof subnet>[]) =>
    judged([vnet({ subnets })], { tier: 'premium-v2' })('twin-subnet');
  t.match(look(own, twin), {
    outcome: 'met',
    evidence: /test from vm\. It cannot show rules that name the subnet/,
  });
  t.match(look(own, { ...twin, nsg: null }), {
    outcome: 'not-met',
    evidence: /vm comes nearest and has another network security group/,
  });
  t.match(look(own), { outcome: 'not-met', evidence: /no other subnet without a delegation/ });
});
