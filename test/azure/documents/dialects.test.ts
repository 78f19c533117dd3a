/** Each document in each dialect: az, REST API, Azure PowerShell; alone, in lists, and several in one file. */
import t from 'tap';
import { DOCUMENT_KINDS } from '../../../src/model/azure-documents.ts';
import { STATUS_REPLY, utf16 } from '../replies.ts';
import { problemIn, readAll, readOne } from './read.ts';
import * as samples from './samples.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const OUTSIDE = ['id', 'name', 'type', 'location', 'sku', 'zones', 'tags'];

/** As the REST API nests it: all but the common part in `properties`. */
function nested(value: unknown, isResource = true): unknown {
  if (Array.isArray(value)) return value.map((item) => nested(item));
  if (typeof value !== 'object' || value === null) return value;
  if ('value' in value) return { ...value, value: nested(value.value) };
  const entries = Object.entries(value).map(([name, item]) => [name, nested(item)] as const);
  if (!isResource || !('name' in value) || !('id' in value)) return Object.fromEntries(entries);
  const inside = entries.filter(([name]) => !OUTSIDE.includes(name) && name !== 'resourceGroup');
  return {
    ...Object.fromEntries(entries.filter(([name]) => OUTSIDE.includes(name))),
    properties: Object.fromEntries(inside),
  };
}

/** As Azure PowerShell writes it: names begin with capitals. */
function capitals(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, item: Json) =>
    typeof item !== 'object' || item === null || Array.isArray(item)
      ? item
      : Object.fromEntries(
          Object.entries(item).map(([name, one]) => [name.charAt(0).toUpperCase() + name.slice(1), one]),
        ),
  );
}

/** As ConvertTo-Json cuts it at its usual depth: deep values as text, with Azure PowerShell's own JSON beside. */
function cut(value: unknown, depth = 2): unknown {
  if (Array.isArray(value))
    return depth === 0
      ? value.map((item) => cut(item, 0)).join(' ')
      : value.map((item) => cut(item, depth - 1));
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return 'Microsoft.Azure.Commands.Network.Models.PSThing';
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => [
      [name, cut(item, depth - 1)],
      ...(typeof item === 'object' && item !== null ? [[`${name}Text`, JSON.stringify(item, null, 2)]] : []),
    ]),
  );
}

t.test('every kind has a sample', async (t) => {
  const kinds = DOCUMENT_KINDS.filter(
    (kind) => kind !== 'network-status' && kind !== 'outbound-dependencies',
  );
  t.same([...kinds].sort(), samples.DOCUMENTS.map(([kind]) => kind).sort());
});

t.test('every document in every dialect is the same', async (t) => {
  for (const [kind, flat] of samples.DOCUMENTS) {
    const expected = readOne(flat, kind);
    for (const [form, content] of [
      ['the REST API', nested(flat)],
      ['Azure PowerShell', capitals(flat)],
      ['Azure PowerShell, nested', capitals(nested(flat))],
      ['in a list', 'value' in flat || Array.isArray(flat) ? flat : [flat]],
      ['in a page', 'value' in flat ? flat : { value: Array.isArray(flat) ? flat : [flat], nextLink: null }],
      ['the only member', { created: flat }],
      ['Invoke-AzRestMethod', { StatusCode: 200, Content: JSON.stringify(nested(flat)) }],
      ['JSON in JSON', JSON.stringify(JSON.stringify(flat))],
      ['UTF-16', utf16(flat)],
      ['a terminal', `- Finished ..${JSON.stringify(flat)}`],
    ] as const) {
      t.same(readOne(content, kind), expected, `${kind}: ${form}`);
    }
  }
});

t.test('ConvertTo-Json without -Depth: read from the texts beside, or refused', async (t) => {
  for (const [kind, flat] of [
    ['nsg', samples.NSG],
    ['route-table', samples.ROUTE_TABLE],
    ['nic', samples.NIC],
    ['subnet', samples.SUBNET],
    ['vnet', samples.VNET],
  ] as const) {
    const written = cut(capitals(flat)) as Record<string, unknown>;
    t.same(readOne(written, kind), readOne(flat, kind), kind);
    const withoutTexts = Object.fromEntries(
      Object.entries(written).filter(([name]) => !name.endsWith('Text')),
    );
    t.match(problemIn(withoutTexts), /^was cut by ConvertTo-Json.*-Depth 10$/, `${kind} without texts`);
  }
});

t.test('Get-AzApiManagement has names of its own', async (t) => {
  const written = {
    PublicIPAddresses: ['20.50.1.2'],
    PrivateIPAddresses: ['10.1.0.10'],
    Id: samples.SERVICE.id,
    Name: 'contoso',
    Location: 'West Europe',
    Sku: 'Premium',
    Capacity: 2,
    ProvisioningState: 'Succeeded',
    RuntimeUrl: 'https://contoso.azure-api.net',
    VirtualNetwork: { SubnetResourceId: samples.SUBNET_ID, Location: 'West Europe' },
    VpnType: 'Internal',
    ProxyCustomHostnameConfiguration: [
      { Hostname: 'contoso.azure-api.net', HostnameType: 'Proxy' },
      {
        Hostname: 'api.contoso.com',
        HostnameType: 'Proxy',
        KeyVaultId: 'https://kv.vault.azure.net/secrets/api',
        CertificateInformation: { Expiration: '2027-01-01T00:00:00Z', Subject: 'CN=api.contoso.com' },
      },
    ],
    DeveloperPortalHostnameConfiguration: {
      Hostname: 'portal.contoso.com',
      HostnameType: 'DeveloperPortal',
      CertificateSource: 'Custom',
    },
    AdditionalRegions: null,
    PublicIpAddressId: samples.PUBLIC_IP.id,
    PlatformVersion: 'stv2.1',
  };
  t.same(readOne(written, 'api-management'), readOne(samples.SERVICE, 'api-management'));
});

t.test('Azure PowerShell’s links, records and locks', async (t) => {
  const link = {
    Name: 'hub',
    ResourceId: samples.LINKS[0]?.id,
    ZoneName: 'privatelink.vaultcore.azure.net',
    VirtualNetworkId: samples.VNET.id,
    VirtualNetworkLinkState: 'Completed',
    RegistrationEnabled: false,
    ResolutionPolicy: 'Default',
  };
  t.same(readOne(link, 'private-dns-links'), readOne(samples.LINKS, 'private-dns-links'));
  const record = {
    Name: 'contoso',
    ZoneName: 'azure-api.net',
    RecordType: 1,
    Ttl: 300,
    Records: [{ Ipv4Address: '10.1.0.10' }],
  };
  t.match(readOne([record], 'private-dns-records'), {
    zone: 'azure-api.net',
    records: [{ name: 'contoso', type: 'A', addresses: ['10.1.0.10'] }],
  });
  const lock = {
    Name: 'keep',
    LockId: samples.LOCKS[0]?.id,
    ResourceId: samples.VNET.id,
    Properties: { level: 'ReadOnly' },
  };
  t.same(readOne(lock, 'locks'), readOne(samples.LOCKS, 'locks'));
});

t.test('what each document gives', async (t) => {
  t.match(readOne(samples.EFFECTIVE_NSG, 'effective-nsg').groups[0], {
    name: 'apim-nsg',
    association: 'subnet',
    attachedTo: [samples.SUBNET_ID],
    rules: [
      {
        name: 'allow-sql',
        source: {
          prefixes: [{ cidr: '10.1.0.0/24', tag: 'VirtualNetwork' }, { cidr: '168.63.129.16/32' }],
          tags: [],
        },
        destination: {
          prefixes: [{ cidr: '13.69.104.0/26', tag: 'Sql.WestEurope' }, { cidr: '40.68.37.158/32' }],
        },
        destinationPorts: [[1433, 1433]],
      },
    ],
  });
  t.match(readOne(samples.EFFECTIVE_ROUTES, 'effective-routes').routes, [
    { source: 'system', isActive: true },
    { name: 'to-firewall', source: 'user', nextHopAddresses: ['10.0.100.4'] },
    { source: 'system', isActive: false },
  ]);
  t.match(readOne(samples.SUBNET, 'subnet'), {
    prefixes: ['10.1.0.0/27'],
    delegations: ['Microsoft.Web/hostingEnvironments'],
    serviceEndpoints: ['Microsoft.Sql'],
    nsg: /apim-nsg$/,
    routeTable: /to-firewall$/,
    natGateway: /nat$/,
    defaultOutboundAccess: false,
    usedAddresses: 1,
    navigationLinks: ['Microsoft.Cache/redis'],
    associationLinks: ['Microsoft.Web/serverfarms'],
  });
  t.match(readOne(samples.VNET, 'vnet'), {
    prefixes: ['10.1.0.0/24'],
    dnsServers: ['10.0.0.4', '10.0.0.5'],
    subnets: [{ name: 'apim' }, { name: 'vms', prefixes: ['10.1.0.32/27'] }],
    peerings: [{ state: 'Connected', remote: /spoke$/ }],
  });
  const nsg = readOne(samples.NSG, 'nsg');
  t.match(nsg.rules[0], {
    source: { tags: ['VirtualNetwork'] },
    destination: { tags: ['Sql.WestEurope'], prefixes: [] },
  });
  t.match(nsg.rules[1], {
    access: 'deny',
    protocol: 'any',
    destination: { prefixes: [{ cidr: '0.0.0.0/0' }, { cidr: '::/0' }] },
  });
  t.match(readOne(samples.ROUTE_TABLE, 'route-table'), {
    bgpDisabled: true,
    routes: [
      { nextHopAddresses: ['10.0.100.4'] },
      { prefixes: [], tags: ['ApiManagement'], nextHopAddresses: [] },
    ],
    subnets: [samples.SUBNET_ID],
  });
  t.match(readOne(samples.NAT_GATEWAY, 'nat-gateway'), {
    publicAddresses: [/nat-ip$/],
    subnets: [samples.SUBNET_ID],
  });
  t.match(readOne(samples.NIC, 'nic'), {
    privateAddresses: ['10.1.0.4'],
    appliedDnsServers: ['10.0.0.4'],
    defaultOutbound: false,
    publicAddresses: [],
  });
  t.match(readOne(samples.PUBLIC_IP, 'public-ip'), {
    address: '20.50.1.2',
    sku: 'Standard',
    allocation: 'static',
    version: 4,
    dnsLabel: 'contoso-apim',
    usedBy: null,
  });
  t.match(readOne(samples.SERVICE, 'api-management'), {
    sku: 'Premium',
    units: 2,
    networkType: 'Internal',
    subnet: samples.SUBNET_ID,
    customDomains: [
      {
        role: 'gateway',
        host: 'api.contoso.com',
        certificateSource: 'KeyVault',
        expiry: '2027-01-01T00:00:00.000Z',
      },
      { role: 'developer', host: 'portal.contoso.com', expiry: null },
    ],
  });
  t.match(readOne(samples.FIREWALL_RULES, 'firewall-rules').rules, [
    {
      kind: 'network',
      priority: [300, 100],
      sources: [
        { cidr: '10.1.0.0/27' },
        { cidr: '10.9.0.1/32' },
        { cidr: '10.9.0.2/31' },
        { cidr: '10.9.0.4/31' },
        { cidr: '10.9.0.6/32' },
      ],
      destinationTags: ['Storage.WestEurope'],
      ipGroups: [/ipGroups\/more$/],
      ports: [
        [443, 443],
        [445, 446],
      ],
    },
    {
      kind: 'application',
      access: 'deny',
      protocols: ['http', 'https'],
      hosts: ['*.digicert.com', 'www.contoso.com'],
      hostTags: ['WindowsUpdate'],
      ports: [
        [80, 80],
        [443, 443],
      ],
    },
  ]);
  t.match(readOne(samples.LOCKS, 'locks'), {
    locks: [{ name: 'keep', level: 'ReadOnly', scope: samples.VNET.id }],
  });
});

t.test('null, an empty list and absence mean the same', async (t) => {
  const empty = { id: samples.SUBNET_ID, name: 'apim', addressPrefix: '10.1.0.0/27' };
  const expected = readOne(empty, 'subnet');
  for (const value of [null, []]) {
    const given = {
      delegations: value,
      serviceEndpoints: value,
      ipConfigurations: value,
      natGateway: null,
      defaultOutboundAccess: null,
    };
    t.same(readOne({ ...empty, ...given }, 'subnet'), expected);
  }
  t.equal(expected.usedAddresses, null, 'a template does not say it');
  t.equal(readOne({ ...empty, provisioningState: 'Succeeded' }, 'subnet').usedAddresses, 0);
});

t.test('a group without default rules has those of Azure', async (t) => {
  const { rules } = readOne({ ...samples.NSG, defaultSecurityRules: null }, 'nsg');
  t.same(
    rules
      .slice(1)
      .map(({ name, priority, direction, access }) => `${name} ${priority} ${direction} ${access}`),
    [
      'AllowVnetInBound 65000 inbound allow',
      'AllowAzureLoadBalancerInBound 65001 inbound allow',
      'DenyAllInBound 65500 inbound deny',
      'AllowVnetOutBound 65000 outbound allow',
      'AllowInternetOutBound 65001 outbound allow',
      'DenyAllOutBound 65500 outbound deny',
    ],
  );
});

t.test('admin rules of Virtual Network Manager', async (t) => {
  const group = {
    networkSecurityGroup: { id: idOfAdmin },
    association: { networkManager: { id: samples.idOf('Microsoft.Network/networkManagers/central') } },
    effectiveSecurityRules: [{ ...samples.EFFECTIVE_RULE, access: 'AlwaysAllow' }],
  };
  t.match(readOne([group], 'effective-nsg').groups, [
    { kind: 'security-admin', association: 'network-manager', rules: [{ access: 'always-allow' }] },
  ]);
});

const idOfAdmin = samples.idOf('Microsoft.Network/networkManagers/central/securityAdminConfigurations/base');

t.test('the classic rules of a firewall', async (t) => {
  const firewall = {
    id: samples.idOf('Microsoft.Network/azureFirewalls/fw'),
    name: 'fw',
    type: 'Microsoft.Network/azureFirewalls',
    properties: {
      networkRuleCollections: [
        {
          name: 'n',
          properties: {
            priority: 100,
            action: { type: 'Deny' },
            rules: [
              {
                name: 'r',
                protocols: ['TCP', 'UDP'],
                sourceAddresses: ['*'],
                destinationAddresses: ['Sql'],
                destinationPorts: ['1433'],
              },
            ],
          },
        },
      ],
      applicationRuleCollections: [],
      natRuleCollections: [],
    },
  };
  t.match(readOne(firewall, 'firewall-rules'), {
    name: 'fw',
    rules: [
      {
        kind: 'network',
        access: 'deny',
        protocols: ['tcp', 'udp'],
        destinationTags: ['Sql'],
        priority: [0, 100],
      },
    ],
  });
});

t.test('several documents in one file', async (t) => {
  const all = samples.DOCUMENTS.map(([, document]) => document);
  const kinds = samples.DOCUMENTS.map(([kind]) => kind);
  t.same(
    readAll([...all, STATUS_REPLY]).map(({ kind }) => kind),
    [...kinds, 'network-status'],
  );
  t.same(
    readAll({ value: [samples.NSG, samples.SUBNET, { ...samples.NSG, name: 'other' }] }).map(
      ({ kind }) => kind,
    ),
    ['nsg', 'subnet', 'nsg'],
  );
});

t.test('a page of several is marked', async (t) => {
  const nextLink = 'https://management.azure.com/next';
  t.match(readAll({ ...samples.EFFECTIVE_ROUTES, nextLink }), [
    { kind: 'effective-routes', incomplete: true },
  ]);
  t.match(readAll({ value: [samples.NSG], nextLink }), [{ kind: 'nsg', incomplete: false }], 'a whole group');
});
