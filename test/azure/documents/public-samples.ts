/**
 * Replies of Azure as others published them, with the source of each. Of azure-rest-api-specs the commit is in the
 * source; lists that a page cut with an ellipsis end there.
 */

const SPECS = 'Azure/azure-rest-api-specs specification';
const NETWORK = `${SPECS}/network/resource-manager/Microsoft.Network/Network/stable/2025-05-01/examples`;
const RG1 = '/subscriptions/subid/resourceGroups/rg1/providers/Microsoft.Network';

export const EFFECTIVE_NSG = {
  source: `${NETWORK}/NetworkInterfaceEffectiveNSGList.json@4957c262`,
  body: {
    value: [
      {
        networkSecurityGroup: { id: `${RG1}/networkSecurityGroups/test-nsg` },
        association: {
          networkManager: { id: `${RG1}/networkManagers/nm1` },
          subnet: { id: `${RG1}/virtualNetworks/rg1-vnet/subnets/default` },
          networkInterface: { id: `${RG1}/networkInterfaces/nic1` },
        },
        effectiveSecurityRules: [
          {
            name: 'securityRules/rule1',
            protocol: 'Tcp',
            sourcePortRange: '456-456',
            destinationPortRange: '6579-6579',
            sourceAddressPrefix: '0.0.0.0/32',
            destinationAddressPrefix: '0.0.0.0/32',
            access: 'Allow',
            priority: 234,
            direction: 'Inbound',
          },
          {
            name: 'securityRules/default-allow-rdp',
            protocol: 'Tcp',
            sourcePortRange: '0-65535',
            destinationPortRange: '3389-3389',
            sourceAddressPrefix: '1.1.1.1/32',
            destinationAddressPrefix: '0.0.0.0/0',
            access: 'Allow',
            priority: 1000,
            direction: 'Inbound',
          },
          {
            name: 'defaultSecurityRules/AllowInternetOutBound',
            protocol: 'All',
            sourcePortRange: '0-65535',
            destinationPortRange: '0-65535',
            sourceAddressPrefix: '0.0.0.0/0',
            destinationAddressPrefix: 'Internet',
            expandedDestinationAddressPrefix: ['32.0.0.0/3', '4.0.0.0/6', '2.0.0.0/7', '1.0.0.0/8'],
            access: 'Allow',
            priority: 65001,
            direction: 'Outbound',
          },
        ],
      },
    ],
  },
};

/** `az network nic list-effective-nsg`; the page shows one rule of the reply. */
export const EFFECTIVE_RULE_OF_AZ = {
  source:
    'a guide to Red Hat Satellite on Azure, in a public repository (file 17369921611 of the code index)',
  body: {
    access: 'Allow',
    destinationAddressPrefix: '0.0.0.0/0',
    destinationAddressPrefixes: ['0.0.0.0/0', '0.0.0.0/0'],
    destinationPortRange: '80-80',
    destinationPortRanges: ['80-80', '30000-32767', '443-443'],
    direction: 'Inbound',
    expandedDestinationAddressPrefix: null,
    expandedSourceAddressPrefix: null,
    name: 'securityRules/satellite',
    priority: 100,
    protocol: 'All',
    sourceAddressPrefix: '0.0.0.0/0',
    sourceAddressPrefixes: ['0.0.0.0/0', '0.0.0.0/0'],
    sourcePortRange: '0-65535',
    sourcePortRanges: ['0-65535'],
  },
};

/** `Get-AzureRmEffectiveNetworkSecurityGroup`: the tag Internet is cut with an ellipsis there. */
export const EFFECTIVE_NSG_OF_POWERSHELL = {
  source:
    'Microsoft documentation, “Troubleshoot network security groups using Azure PowerShell”, 2016-09-23',
  body: {
    NetworkSecurityGroup: {
      Id: '/subscriptions/[Subscription ID]/resourceGroups/RG1/providers/Microsoft.Network/networkSecurityGroups/VM1-NIC1-NSG',
    },
    Association: {
      NetworkInterface: {
        Id: '/subscriptions/[Subscription ID]/resourceGroups/RG1/providers/Microsoft.Network/networkInterfaces/VM1-NIC1',
      },
    },
    EffectiveSecurityRules: [
      {
        Name: 'securityRules/allowRDP',
        Protocol: 'Tcp',
        SourcePortRange: '0-65535',
        DestinationPortRange: '3389-3389',
        SourceAddressPrefix: 'Internet',
        DestinationAddressPrefix: '0.0.0.0/0',
        ExpandedSourceAddressPrefix: [],
        ExpandedDestinationAddressPrefix: [],
        Access: 'Allow',
        Priority: 1000,
        Direction: 'Inbound',
      },
      {
        Name: 'defaultSecurityRules/AllowVnetInBound',
        Protocol: 'All',
        SourcePortRange: '0-65535',
        DestinationPortRange: '0-65535',
        SourceAddressPrefix: 'VirtualNetwork',
        DestinationAddressPrefix: 'VirtualNetwork',
        ExpandedSourceAddressPrefix: ['10.9.0.0/16', '168.63.129.16/32', '10.0.0.0/16', '10.1.0.0/16'],
        ExpandedDestinationAddressPrefix: ['10.9.0.0/16', '168.63.129.16/32', '10.0.0.0/16', '10.1.0.0/16'],
        Access: 'Allow',
        Priority: 65000,
        Direction: 'Inbound',
      },
    ],
  },
};

/** `az network watcher show-security-group-view` */
export const SECURITY_GROUP_VIEW = {
  source:
    'Microsoft documentation, “Analyze your Virtual Machine security with Security Group View using Azure CLI 2.0”, 2017-02-22',
  body: {
    networkInterfaces: [
      {
        id: '/subscriptions/00000000-0000-0000-0000-0000000000000/resourceGroups/{resourceGroupName}/providers/Microsoft.Network/networkInterfaces/{nicName}',
        resourceGroup: '{resourceGroupName}',
        securityRuleAssociations: {
          effectiveSecurityRules: [
            {
              access: 'Deny',
              destinationAddressPrefix: '*',
              destinationPortRange: '0-65535',
              direction: 'Outbound',
              expandedDestinationAddressPrefix: null,
              expandedSourceAddressPrefix: null,
              name: 'DefaultOutboundDenyAll',
              priority: 65500,
              protocol: 'All',
              sourceAddressPrefix: '*',
              sourcePortRange: '0-65535',
            },
          ],
          subnetAssociation: null,
        },
      },
    ],
  },
};

const route = (addressPrefix: string, nextHopType: string) => ({
  source: 'Default',
  state: 'Active',
  addressPrefix: [addressPrefix],
  nextHopType,
  nextHopIpAddress: [],
});

export const EFFECTIVE_ROUTES = {
  source: `${NETWORK}/NetworkInterfaceEffectiveRouteTableList.json@2e689612`,
  body: {
    value: [
      route('172.20.2.0/24', 'VnetLocal'),
      route('0.0.0.0/0', 'Internet'),
      route('10.0.0.0/8', 'None'),
      route('100.64.0.0/10', 'None'),
      route('172.16.0.0/12', 'None'),
      route('192.168.0.0/16', 'None'),
    ],
  },
};

/** One route of `az network nic show-effective-route-table`. */
export const EFFECTIVE_ROUTE_OF_AZ = {
  source: 'Microsoft documentation, “Diagnose a virtual machine network routing problem - Azure CLI”',
  body: {
    additionalProperties: { disableBgpRoutePropagation: false },
    addressPrefix: ['0.0.0.0/0'],
    name: null,
    nextHopIpAddress: [],
    nextHopType: 'Internet',
    source: 'Default',
    state: 'Active',
  },
};

export const VNET = {
  source: `${NETWORK}/VirtualNetworkGet.json@4d0ca0ae`,
  body: {
    name: 'test-vnet',
    id: `${RG1}/virtualNetworks/test-vnet`,
    type: 'Microsoft.Network/virtualNetworks',
    location: 'westus',
    properties: {
      provisioningState: 'Succeeded',
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [
        {
          name: 'subnet1',
          id: `${RG1}/virtualNetworks/test-vnet/subnets/subnet1`,
          properties: {
            provisioningState: 'Succeeded',
            addressPrefix: '10.0.1.0/24',
            ipConfigurations: [{ id: `${RG1}/loadBalancers/lb/frontendIPConfigurations/fe` }],
          },
        },
      ],
      virtualNetworkPeerings: [],
      defaultPublicNatGateway: { id: `${RG1}/natGateways/test-ngw` },
    },
  },
};

export const ROUTE_TABLE = {
  source: `${NETWORK}/RouteTableGet.json@512f1837`,
  body: {
    name: 'testrt',
    id: `${RG1}/routeTables/testrt`,
    type: 'Microsoft.Network/routeTables',
    location: 'westus',
    properties: {
      provisioningState: 'Succeeded',
      disableBgpRoutePropagation: false,
      routes: [
        {
          name: 'route1',
          id: `${RG1}/routeTables/testrt/routes/route1`,
          properties: {
            provisioningState: 'Succeeded',
            addressPrefix: '10.0.3.0/24',
            nextHopType: 'VirtualNetworkGateway',
          },
        },
      ],
    },
  },
};

/** `az network route-table create`, copied from a terminal. */
export const ROUTE_TABLE_OF_A_TERMINAL = {
  source: 'a Japanese article about user-defined routes (file 19597135823 of the code index)',
  text: String.raw`{- Finished ..
  "disableBgpRoutePropagation": false,
  "etag": "W/\"55ca8069-42c5-40d4-b4ff-684dcc74b278\"",
  "id": "/subscriptions/cacb158e-adcf-4815-b7d4-1dd87212e9a0/resourceGroups/CustomRoute-rg/providers/Microsoft.Network/routeTables/publictable",
  "location": "japaneast",
  "name": "publictable",
  "provisioningState": "Succeeded",
  "resourceGroup": "CustomRoute-rg",
  "routes": [],
  "subnets": null,
  "tags": null,
  "type": "Microsoft.Network/routeTables"
}
`,
};

export const NIC = {
  source: `${NETWORK}/NetworkInterfaceGet.json@4957c262`,
  body: {
    name: 'test-nic',
    id: `${RG1}/networkInterfaces/test-nic`,
    location: 'eastus',
    properties: {
      provisioningState: 'Succeeded',
      ipConfigurations: [
        {
          name: 'ipconfig1',
          id: `${RG1}/networkInterfaces/test-nic/ipConfigurations/ipconfig1`,
          properties: {
            provisioningState: 'Succeeded',
            privateIPAddress: '172.20.2.4',
            privateIPAllocationMethod: 'Dynamic',
            publicIPAddress: { id: `${RG1}/publicIPAddresses/test-ip` },
            subnet: { id: `${RG1}/virtualNetworks/rg1-vnet/subnets/default` },
            primary: true,
            privateIPAddressVersion: 'IPv4',
          },
        },
        {
          name: 'ipconfig2',
          id: `${RG1}/networkInterfaces/test-nic/ipConfigurations/ipconfig2`,
          properties: {
            provisioningState: 'Succeeded',
            privateIPAddress: '172.20.2.16/28',
            privateIPAddressPrefixLength: 28,
            privateIPAllocationMethod: 'Dynamic',
            subnet: { id: `${RG1}/virtualNetworks/rg1-vnet/subnets/default` },
            primary: false,
            privateIPAddressVersion: 'IPv4',
          },
        },
      ],
      dnsSettings: {
        dnsServers: [],
        appliedDnsServers: [],
        internalDomainNameSuffix: 'test.bx.internal.cloudapp.net',
      },
      macAddress: '00-0D-3A-1B-C7-21',
      enableIPForwarding: false,
      networkSecurityGroup: { id: `${RG1}/networkSecurityGroups/nsg` },
      primary: true,
      virtualMachine: {
        id: '/subscriptions/subid/resourceGroups/rg1/providers/Microsoft.Compute/virtualMachines/vm1',
      },
    },
    type: 'Microsoft.Network/networkInterfaces',
  },
};

export const PUBLIC_IP = {
  source: `${NETWORK}/PublicIpAddressGet.json@9134ebb0`,
  body: {
    name: 'testDNS-ip',
    id: `${RG1}/publicIPAddresses/testDNS-ip`,
    location: 'westus',
    properties: {
      provisioningState: 'Succeeded',
      publicIPAddressVersion: 'IPv4',
      publicIPAllocationMethod: 'Dynamic',
      idleTimeoutInMinutes: 4,
      ipConfiguration: { id: `${RG1}/networkInterfaces/testDNS649/ipConfigurations/ipconfig1` },
    },
    type: 'Microsoft.Network/publicIPAddresses',
  },
};

/** `az network public-ip create` */
export const CREATED_PUBLIC_IP = {
  source:
    'Microsoft documentation, “Configure private IP addresses for a virtual machine using the Azure CLI”',
  body: {
    publicIp: {
      idleTimeoutInMinutes: 4,
      ipAddress: '52.176.43.167',
      provisioningState: 'Succeeded',
      publicIPAllocationMethod: 'Static',
      resourceGuid: '79e8baa3-33ce-466a-846c-37af3c721ce1',
    },
  },
};

export const FIREWALL_RULES = {
  source: `${NETWORK}/FirewallPolicyRuleCollectionGroupGet.json@1741b90f`,
  body: {
    name: 'ruleCollectionGroup1',
    id: `${RG1}/firewallPolicies/firewallPolicy/ruleCollectionGroups/ruleCollectionGroup1`,
    properties: {
      size: '1.2MB',
      provisioningState: 'Succeeded',
      priority: 110,
      ruleCollections: [
        {
          ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
          name: 'Example-Filter-Rule-Collection',
          priority: 200,
          action: { type: 'Deny' },
          rules: [
            {
              ruleType: 'NetworkRule',
              name: 'network-rule1',
              sourceAddresses: ['10.1.25.0/24'],
              destinationAddresses: ['*'],
              ipProtocols: ['TCP'],
              destinationPorts: ['*'],
            },
          ],
        },
      ],
    },
  },
};

/** `az network private-dns link vnet create`, whose author hid the subscription. */
export const PRIVATE_DNS_LINK = {
  source: 'the demonstration of a talk, Global Azure 2022 (file 4633802459 of the code index)',
  body: {
    id: '/subscriptions/********-****-****-****-*********16e/resourceGroups/fer-globalazure-2022/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io/virtualNetworkLinks/fergab22acrlink',
    location: 'global',
    name: 'fergab22acrlink',
    provisioningState: 'Succeeded',
    registrationEnabled: false,
    resourceGroup: 'fer-globalazure-2022',
    tags: null,
    type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
    virtualNetwork: {
      id: '/subscriptions/********-****-****-****-*********16e/resourceGroups/fer-globalazure-2022/providers/Microsoft.Network/virtualNetworks/fergab22',
      resourceGroup: 'fer-globalazure-2022',
    },
    virtualNetworkLinkState: 'Completed',
  },
};

const certificate = {
  expiry: '2036-01-01T07:00:00+00:00',
  thumbprint: '8E989XXXXXXXXXXXXXXXXF1D174FDB3A2',
  subject: 'CN=*.msitesting.net',
};

export const API_MANAGEMENT = {
  source: `${SPECS}/apimanagement/resource-manager/Microsoft.ApiManagement/ApiManagement/stable/2024-05-01/examples/ApiManagementCreateMultiRegionServiceWithCustomHostname.json@cfc781db`,
  body: {
    id: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg1/providers/Microsoft.ApiManagement/service/apimService1',
    name: 'apimService1',
    type: 'Microsoft.ApiManagement/service',
    location: 'West US',
    etag: 'AAAAAAACXok=',
    properties: {
      publisherEmail: 'apim@autorestsdk.com',
      publisherName: 'autorestsdk',
      provisioningState: 'Succeeded',
      gatewayUrl: 'https://apimService1.azure-api.net',
      gatewayRegionalUrl: 'https://apimService1-westus-01.regional.azure-api.net',
      hostnameConfigurations: [
        {
          type: 'Proxy',
          hostName: 'apimService1.azure-api.net',
          negotiateClientCertificate: false,
          defaultSslBinding: false,
        },
        { type: 'Proxy', hostName: 'gateway1.msitesting.net', certificate, defaultSslBinding: true },
        { type: 'Management', hostName: 'mgmt.msitesting.net', certificate, defaultSslBinding: false },
        { type: 'Portal', hostName: 'portal1.msitesting.net', certificate, defaultSslBinding: false },
        {
          type: 'ConfigurationApi',
          hostName: 'configuration-api.msitesting.net',
          certificate,
          defaultSslBinding: false,
        },
      ],
      publicIPAddresses: ['13.91.32.113'],
      additionalLocations: [
        {
          location: 'East US',
          sku: { name: 'Premium', capacity: 1 },
          publicIPAddresses: ['23.101.138.153'],
          gatewayRegionalUrl: 'https://apimService1-eastus-01.regional.azure-api.net',
          disableGateway: true,
        },
      ],
      virtualNetworkType: 'None',
      disableGateway: false,
      apiVersionConstraint: { minApiVersion: '2019-01-01' },
    },
    sku: { name: 'Premium', capacity: 1 },
  },
};
