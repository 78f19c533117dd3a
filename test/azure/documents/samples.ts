/** Documents of one made-up network, flattened as `az` prints them. */

export const SUBSCRIPTION = 'aaaaaaaa-1111-4222-8333-444444444444';
export const idOf = (path: string, subscription = SUBSCRIPTION): string =>
  `/subscriptions/${subscription}/resourceGroups/network/providers/${path}`;

export const SUBNET_ID = idOf('Microsoft.Network/virtualNetworks/hub/subnets/apim');
export const NIC_ID = idOf('Microsoft.Network/networkInterfaces/probe-nic');
const NSG_ID = idOf('Microsoft.Network/networkSecurityGroups/apim-nsg');

/** One rule as `az network nsg show` has it. */
const RULE = {
  name: 'allow-sql',
  priority: 200,
  direction: 'Outbound',
  access: 'Allow',
  protocol: 'Tcp',
  sourceAddressPrefix: 'VirtualNetwork',
  sourceAddressPrefixes: [],
  sourcePortRange: '*',
  sourcePortRanges: [],
  destinationAddressPrefix: 'Sql.WestEurope',
  destinationAddressPrefixes: [],
  destinationPortRange: '1433',
  destinationPortRanges: [],
};

/** The same as `az network nic list-effective-nsg` has it. */
export const EFFECTIVE_RULE = {
  ...RULE,
  name: 'securityRules/allow-sql',
  sourceAddressPrefixes: ['VirtualNetwork'],
  expandedSourceAddressPrefix: ['10.1.0.0/24', '168.63.129.16/32'],
  sourcePortRange: '0-65535',
  sourcePortRanges: ['0-65535'],
  destinationAddressPrefixes: ['Sql.WestEurope'],
  expandedDestinationAddressPrefix: ['13.69.104.0/26', '40.68.37.158/32'],
  destinationPortRange: '1433-1433',
  destinationPortRanges: ['1433-1433'],
};

export const EFFECTIVE_NSG = {
  value: [
    {
      association: { subnet: { id: SUBNET_ID }, networkInterface: null, networkManager: null },
      networkSecurityGroup: { id: NSG_ID, resourceGroup: 'network' },
      tagMap: null,
      effectiveSecurityRules: [EFFECTIVE_RULE],
    },
  ],
};

export const EFFECTIVE_ROUTES = {
  nextLink: null,
  value: [
    {
      name: null,
      source: 'Default',
      state: 'Active',
      addressPrefix: ['10.1.0.0/24'],
      nextHopType: 'VnetLocal',
      nextHopIpAddress: [],
    },
    {
      name: 'to-firewall',
      source: 'User',
      state: 'Active',
      addressPrefix: ['0.0.0.0/0'],
      nextHopType: 'VirtualAppliance',
      nextHopIpAddress: ['10.0.100.4'],
    },
    {
      name: null,
      source: 'Default',
      state: 'Invalid',
      addressPrefix: ['0.0.0.0/0'],
      nextHopType: 'Internet',
      nextHopIpAddress: [],
    },
  ],
};

export const SUBNET = {
  id: SUBNET_ID,
  name: 'apim',
  type: 'Microsoft.Network/virtualNetworks/subnets',
  addressPrefix: '10.1.0.0/27',
  addressPrefixes: null,
  provisioningState: 'Succeeded',
  resourceGroup: 'network',
  defaultOutboundAccess: false,
  delegations: [
    {
      id: `${SUBNET_ID}/delegations/0`,
      name: '0',
      serviceName: 'Microsoft.Web/hostingEnvironments',
      actions: ['Microsoft.Network/virtualNetworks/subnets/action'],
    },
  ],
  serviceEndpoints: [{ service: 'Microsoft.Sql', locations: ['westeurope'], provisioningState: 'Succeeded' }],
  networkSecurityGroup: { id: NSG_ID, resourceGroup: 'network' },
  routeTable: { id: idOf('Microsoft.Network/routeTables/to-firewall'), resourceGroup: 'network' },
  natGateway: { id: idOf('Microsoft.Network/natGateways/nat') },
  privateEndpointNetworkPolicies: 'Disabled',
  ipConfigurations: [{ id: `${NIC_ID}/ipConfigurations/ipconfig1`, resourceGroup: 'network' }],
  resourceNavigationLinks: [{ name: 'cache', linkedResourceType: 'Microsoft.Cache/redis', link: '/x' }],
  serviceAssociationLinks: [
    { name: 'sal', linkedResourceType: 'Microsoft.Web/serverfarms', link: '/y', allowDelete: false },
  ],
};

export const VNET = {
  id: idOf('Microsoft.Network/virtualNetworks/hub'),
  name: 'hub',
  type: 'Microsoft.Network/virtualNetworks',
  location: 'westeurope',
  addressSpace: { addressPrefixes: ['10.1.0.0/24'] },
  dhcpOptions: { dnsServers: ['10.0.0.4', '10.0.0.5'] },
  subnets: [
    SUBNET,
    { ...SUBNET, id: SUBNET_ID.replace(/apim$/, 'vms'), name: 'vms', addressPrefix: '10.1.0.32/27' },
  ],
  virtualNetworkPeerings: [
    {
      name: 'to-onpremises',
      peeringState: 'Connected',
      remoteVirtualNetwork: { id: idOf('Microsoft.Network/virtualNetworks/spoke') },
    },
  ],
};

export const NSG = {
  id: NSG_ID,
  name: 'apim-nsg',
  type: 'Microsoft.Network/networkSecurityGroups',
  location: 'westeurope',
  securityRules: [RULE],
  defaultSecurityRules: [
    {
      ...RULE,
      name: 'DenyAllOutBound',
      access: 'Deny',
      priority: 65500,
      protocol: '*',
      sourceAddressPrefix: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '*',
    },
  ],
  subnets: [{ id: SUBNET_ID }],
  networkInterfaces: null,
};

export const ROUTE_TABLE = {
  id: idOf('Microsoft.Network/routeTables/to-firewall'),
  name: 'to-firewall',
  type: 'Microsoft.Network/routeTables',
  location: 'westeurope',
  disableBgpRoutePropagation: true,
  routes: [
    {
      name: 'all',
      addressPrefix: '0.0.0.0/0',
      nextHopType: 'VirtualAppliance',
      nextHopIpAddress: '10.0.100.4',
      hasBgpOverride: false,
    },
    { name: 'control', addressPrefix: 'ApiManagement', nextHopType: 'Internet', nextHopIpAddress: null },
  ],
  subnets: [{ id: SUBNET_ID }],
};

export const NAT_GATEWAY = {
  id: idOf('Microsoft.Network/natGateways/nat'),
  name: 'nat',
  type: 'Microsoft.Network/natGateways',
  location: 'westeurope',
  idleTimeoutInMinutes: 4,
  publicIpAddresses: [{ id: idOf('Microsoft.Network/publicIPAddresses/nat-ip') }],
  subnets: [{ id: SUBNET_ID }],
  sku: { name: 'Standard' },
};

export const NIC = {
  id: NIC_ID,
  name: 'probe-nic',
  type: 'Microsoft.Network/networkInterfaces',
  location: 'westeurope',
  defaultOutboundConnectivityEnabled: false,
  dnsSettings: {
    dnsServers: [],
    appliedDnsServers: ['10.0.0.4'],
    internalDomainNameSuffix: 'x.internal.cloudapp.net',
  },
  ipConfigurations: [
    {
      name: 'ipconfig1',
      primary: true,
      privateIPAddress: '10.1.0.4',
      publicIPAddress: null,
      subnet: { id: SUBNET_ID, resourceGroup: 'network' },
    },
  ],
  macAddress: '00-0D-3A-00-00-01',
  networkSecurityGroup: null,
  virtualMachine: { id: idOf('Microsoft.Compute/virtualMachines/probe') },
};

export const PUBLIC_IP = {
  id: idOf('Microsoft.Network/publicIPAddresses/apim-ip'),
  name: 'apim-ip',
  type: 'Microsoft.Network/publicIPAddresses',
  location: 'westeurope',
  ipAddress: '20.50.1.2',
  publicIPAllocationMethod: 'Static',
  publicIPAddressVersion: 'IPv4',
  sku: { name: 'Standard', tier: 'Regional' },
  dnsSettings: { domainNameLabel: 'contoso-apim', fqdn: 'contoso-apim.westeurope.cloudapp.azure.com' },
  ipConfiguration: null,
  zones: ['1', '2', '3'],
};

export const SERVICE = {
  id: idOf('Microsoft.ApiManagement/service/contoso'),
  name: 'contoso',
  type: 'Microsoft.ApiManagement/service',
  location: 'West Europe',
  sku: { name: 'Premium', capacity: 2 },
  virtualNetworkType: 'Internal',
  virtualNetworkConfiguration: { subnetResourceId: SUBNET_ID, subnetname: null, vnetid: '0000' },
  publicIpAddressId: PUBLIC_IP.id,
  publicIpAddresses: ['20.50.1.2'],
  privateIpAddresses: ['10.1.0.10'],
  platformVersion: 'stv2.1',
  provisioningState: 'Succeeded',
  publisherEmail: 'api@contoso.com',
  hostnameConfigurations: [
    { type: 'Proxy', hostName: 'contoso.azure-api.net', certificateSource: 'BuiltIn', certificate: null },
    {
      type: 'Proxy',
      hostName: 'api.contoso.com',
      certificateSource: 'KeyVault',
      keyVaultId: 'https://kv.vault.azure.net/secrets/api',
      certificate: { expiry: '2027-01-01T00:00:00+00:00', subject: 'CN=api.contoso.com', thumbprint: 'AB' },
    },
    {
      type: 'DeveloperPortal',
      hostName: 'portal.contoso.com',
      certificateSource: 'Custom',
      certificate: null,
    },
  ],
  additionalLocations: null,
};

export const LINKS = [
  {
    id: idOf('Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net/virtualNetworkLinks/hub'),
    name: 'hub',
    type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
    registrationEnabled: false,
    resolutionPolicy: 'Default',
    virtualNetwork: { id: VNET.id },
    virtualNetworkLinkState: 'Completed',
  },
];

export const RECORDS = [
  {
    id: idOf('Microsoft.Network/privateDnsZones/azure-api.net/A/contoso'),
    name: 'contoso',
    type: 'Microsoft.Network/privateDnsZones/A',
    fqdn: 'contoso.azure-api.net.',
    ttl: 300,
    aRecords: [{ ipv4Address: '10.1.0.10' }],
  },
  {
    id: idOf('Microsoft.Network/privateDnsZones/azure-api.net/SOA/@'),
    name: '@',
    type: 'Microsoft.Network/privateDnsZones/SOA',
    soaRecord: { host: 'azureprivatedns.net', email: 'azureprivatedns-host.microsoft.com' },
  },
];

export const FIREWALL_RULES = [
  {
    id: idOf('Microsoft.Network/firewallPolicies/policy/ruleCollectionGroups/apim'),
    name: 'apim',
    type: 'Microsoft.Network/FirewallPolicies/RuleCollectionGroups',
    priority: 300,
    ruleCollections: [
      {
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
        name: 'network',
        priority: 100,
        action: { type: 'Allow' },
        rules: [
          {
            ruleType: 'NetworkRule',
            name: 'storage',
            ipProtocols: ['TCP'],
            sourceAddresses: ['10.1.0.0/27', '10.9.0.1-10.9.0.6'],
            sourceIpGroups: [],
            destinationAddresses: ['Storage.WestEurope'],
            destinationIpGroups: [idOf('Microsoft.Network/ipGroups/more')],
            destinationFqdns: [],
            destinationPorts: ['443', '445-446'],
          },
        ],
      },
      {
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
        name: 'application',
        priority: 200,
        action: { type: 'Deny' },
        rules: [
          {
            ruleType: 'ApplicationRule',
            name: 'pki',
            protocols: [
              { protocolType: 'Http', port: 80 },
              { protocolType: 'Https', port: 443 },
            ],
            sourceAddresses: ['*'],
            targetFqdns: ['*.digicert.com'],
            fqdnTags: ['WindowsUpdate'],
            targetUrls: ['www.contoso.com/path'],
            webCategories: [],
            terminateTLS: false,
          },
        ],
      },
    ],
  },
];

export const LOCKS = [
  {
    id: `${VNET.id}/providers/Microsoft.Authorization/locks/keep`,
    level: 'ReadOnly',
    name: 'keep',
    notes: null,
    owners: null,
    resourceGroup: 'network',
    type: 'Microsoft.Authorization/locks',
  },
];

/** Every document, with its kind. */
export const DOCUMENTS = [
  ['effective-nsg', EFFECTIVE_NSG],
  ['effective-routes', EFFECTIVE_ROUTES],
  ['subnet', SUBNET],
  ['vnet', VNET],
  ['nsg', NSG],
  ['route-table', ROUTE_TABLE],
  ['nat-gateway', NAT_GATEWAY],
  ['nic', NIC],
  ['public-ip', PUBLIC_IP],
  ['api-management', SERVICE],
  ['private-dns-links', LINKS],
  ['private-dns-records', RECORDS],
  ['firewall-rules', FIREWALL_RULES],
  ['locks', LOCKS],
] as const;
