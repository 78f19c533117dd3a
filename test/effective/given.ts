/** Documents of one subnet for tests: 10.1.0.0/24 in 10.1.0.0/16, with this VM at 10.1.0.4. */
import type {
  FirewallRule,
  GivenDocument,
  Nic,
  ResourceDocument,
  Route,
  SecurityGroup,
  SecurityRule,
  Subnet,
  Vnet,
} from '../../src/azure/documents/types.ts';
import type { Environment } from '../../src/model/report.ts';
import { group, route } from '../azure/rules.ts';
import { observations } from '../diagnosis/build.ts';
import { nic as anyNic } from '../preflight/documents.ts';

const ARM =
  '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/net/providers/Microsoft.Network';
const SUBNET_ID = `${ARM}/virtualNetworks/vnet/subnets/apim`;
export const NSG_ID = `${ARM}/networkSecurityGroups/apim-nsg`;
const NIC_ID = `${ARM}/networkInterfaces/vm-nic`;
export const TABLE_ID = `${ARM}/routeTables/apim-routes`;

const { environment } = observations({
  targets: [],
  servers: ['10.1.0.5'],
  environment: {
    network: {
      interfaces: [{ name: 'eth0', address: '10.1.0.4', prefixLength: 24, family: 4 }],
      subnet: '10.1.0.0/24',
      subnetCapacity: null,
      vip: null,
    },
  },
});
export const ENVIRONMENT: Environment = environment;

export function given(file: string, document: ResourceDocument, doubt: string | null = null): GivenDocument {
  return { file, savedAt: null, document, doubt };
}

export function effectiveNsg(...groups: readonly SecurityGroup[]): GivenDocument {
  return given('effective-nsg.json', { kind: 'effective-nsg', groups });
}

/** The group of the subnet, as effective rules have it. */
export function ofSubnet(...rules: readonly SecurityRule[]): SecurityGroup {
  return group('subnet', rules, { id: NSG_ID, name: 'apim-nsg', attachedTo: [SUBNET_ID] });
}

/** `az network nsg show` */
export function nsg(...rules: readonly SecurityRule[]): GivenDocument {
  return given('nsg.json', { ...ofSubnet(...rules), kind: 'nsg' });
}

/** With the system's routes of a network without peerings, and these. */
export function effectiveRoutes(...routes: readonly Route[]): GivenDocument {
  const hasDefault = routes.some(({ prefixes }) => prefixes.some(({ cidr }) => cidr === '0.0.0.0/0'));
  const system = [route('10.1.0.0/16', 'VnetLocal'), route('10.0.0.0/8', 'None')];
  return given('effective-routes.json', {
    kind: 'effective-routes',
    routes: [...system, route('0.0.0.0/0', 'Internet', { isActive: !hasDefault }), ...routes],
  });
}

export const TO_FIREWALL = route('0.0.0.0/0', 'VirtualAppliance', {
  source: 'user',
  name: 'to-firewall',
  nextHopAddresses: ['10.2.0.4'],
});

export function subnet(changes: Partial<Subnet> = {}): Subnet {
  return {
    kind: 'subnet',
    ...{
      id: SUBNET_ID,
      name: 'apim',
      location: null,
      prefixes: ['10.1.0.0/24'],
      delegations: [],
      serviceEndpoints: [],
    },
    ...{ nsg: NSG_ID, routeTable: null, natGateway: null, defaultOutboundAccess: null, usedAddresses: null },
    ...{ ipConfigurations: [], navigationLinks: [], associationLinks: [] },
    ...changes,
  };
}

export function vnet(changes: Partial<Vnet> = {}): Vnet {
  return {
    kind: 'vnet',
    ...{ id: `${ARM}/virtualNetworks/vnet`, name: 'vnet', location: 'westeurope', prefixes: ['10.1.0.0/16'] },
    ...{ dnsServers: [], subnets: [], peerings: [] },
    ...changes,
  };
}

export function nic(changes: Partial<Nic> = {}): Nic {
  return anyNic({ id: NIC_ID, location: null, subnet: SUBNET_ID, ...changes });
}

export function routeTable(...routes: readonly Route[]): GivenDocument {
  return given('routes.json', {
    kind: 'route-table',
    ...{
      id: TABLE_ID,
      name: 'apim-routes',
      location: null,
      bgpDisabled: false,
      routes,
      subnets: [SUBNET_ID],
    },
  });
}

export function firewall(...rules: readonly FirewallRule[]): GivenDocument {
  const id = `${ARM}/firewallPolicies/hub-policy/ruleCollectionGroups/apim`;
  return given('firewall.json', { kind: 'firewall-rules', id, name: 'apim', location: null, rules });
}
