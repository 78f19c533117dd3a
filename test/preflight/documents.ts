/** Documents of a virtual network in which API Management can be deployed, for tests to change. */
import type {
  ApiManagement,
  EffectiveRoutes,
  GivenDocument,
  Nic,
  PublicIp,
  ResourceDocument,
  Route,
  Subnet,
  Vnet,
} from '../../src/azure/documents/types.ts';

const GROUP = '/subscriptions/s1/resourceGroups/net/providers';
export const VNET_ID = `${GROUP}/Microsoft.Network/virtualNetworks/hub`;
export const SUBNET_ID = `${VNET_ID}/subnets/apim`;
const IP_ID = `${GROUP}/Microsoft.Network/publicIPAddresses/apim-ip`;
const APIM_ID = `${GROUP}/Microsoft.ApiManagement/service/contoso`;

export const given = (
  document: ResourceDocument,
  changes: Partial<Omit<GivenDocument, 'document'>> = {},
): GivenDocument => ({
  file: `${document.kind}.json`,
  savedAt: null,
  doubt: null,
  ...changes,
  document,
});

export const subnet = (changes: Partial<Subnet> = {}): Subnet => ({
  kind: 'subnet',
  id: SUBNET_ID,
  name: 'apim',
  location: null,
  prefixes: ['10.1.0.0/27'],
  delegations: [],
  serviceEndpoints: [],
  nsg: `${GROUP}/Microsoft.Network/networkSecurityGroups/apim-nsg`,
  routeTable: null,
  natGateway: null,
  defaultOutboundAccess: null,
  usedAddresses: 1,
  ipConfigurations: [],
  navigationLinks: [],
  associationLinks: [],
  ...changes,
});

export const vnet = (changes: Partial<Vnet> = {}): Vnet => ({
  kind: 'vnet',
  id: VNET_ID,
  name: 'hub',
  location: 'westeurope',
  prefixes: ['10.1.0.0/16'],
  dnsServers: [],
  subnets: [],
  peerings: [],
  ...changes,
});

export const nic = (changes: Partial<Nic> = {}): Nic => ({
  kind: 'nic',
  id: `${GROUP}/Microsoft.Network/networkInterfaces/vm-nic`,
  name: 'vm-nic',
  location: 'westeurope',
  subnet: SUBNET_ID,
  privateAddresses: ['10.1.0.4'],
  publicAddresses: [],
  nsg: null,
  dnsServers: [],
  appliedDnsServers: [],
  defaultOutbound: null,
  vm: null,
  ...changes,
});

export const publicIp = (changes: Partial<PublicIp> = {}): PublicIp => ({
  kind: 'public-ip',
  id: IP_ID,
  name: 'apim-ip',
  location: 'westeurope',
  address: '20.50.2.1',
  sku: 'Standard',
  allocation: 'static',
  version: 4,
  dnsLabel: 'contoso',
  usedBy: null,
  ...changes,
});

export const instance = (changes: Partial<ApiManagement> = {}): ApiManagement => ({
  kind: 'api-management',
  id: APIM_ID,
  name: 'contoso',
  location: 'westeurope',
  sku: 'Premium',
  units: 1,
  networkType: 'Internal',
  subnet: SUBNET_ID,
  publicIp: null,
  publicAddresses: [],
  privateAddresses: [],
  platformVersion: 'stv2',
  provisioningState: 'Succeeded',
  customDomains: [],
  furtherLocations: [],
  ...changes,
});

export const route = (changes: Partial<Route> = {}): Route => ({
  name: null,
  source: 'user',
  isActive: true,
  prefixes: [{ cidr: '0.0.0.0/0', tag: null }],
  tags: [],
  nextHopType: 'VirtualAppliance',
  nextHopAddresses: ['10.1.100.4'],
  ...changes,
});

export const effectiveRoutes = (...routes: readonly Route[]): EffectiveRoutes => ({
  kind: 'effective-routes',
  routes,
});
