/** Builders of Azure's rules and routes for tests, in the terms of the Azure CLI. */
import type {
  FirewallRule,
  PortRange,
  Prefix,
  Route,
  RuleEnd,
  SecurityGroup,
  SecurityRule,
} from '../../src/azure/documents/types.ts';
import { addressesOf } from '../../src/azure/evaluate/address-set.ts';
import type { KnownNetwork } from '../../src/azure/evaluate/party.ts';
import type { Flow } from '../../src/azure/evaluate/security-rules.ts';

const EVERY: readonly Prefix[] = ['0.0.0.0/0', '::/0'].map((cidr) => ({ cidr, tag: null }));
const ANY_PORT: readonly PortRange[] = [[0, 65535]];

/** `*`, CIDRs, or a service tag; `Tag=CIDR,CIDR` is one that the document expands, `asg:ID` an application security group. */
function end(...texts: readonly string[]): RuleEnd {
  const prefixes: Prefix[] = [];
  const tags: string[] = [];
  const applicationGroups: string[] = [];
  for (const text of texts) {
    const [name = '', expanded] = text.split('=');
    if (text === '*') prefixes.push(...EVERY);
    else if (text.startsWith('asg:')) applicationGroups.push(text.slice(4));
    else if (expanded !== undefined)
      prefixes.push(...expanded.split(',').map((cidr) => ({ cidr, tag: name })));
    else if (/^[\d:]/.test(text)) prefixes.push({ cidr: text, tag: null });
    else tags.push(text);
  }
  return { prefixes, tags, applicationGroups };
}

export function rule(
  priority: number,
  access: SecurityRule['access'],
  given: {
    readonly to?: string | readonly string[];
    readonly from?: string | readonly string[];
    readonly ports?: readonly (number | PortRange)[];
    readonly name?: string;
  } & Partial<Pick<SecurityRule, 'direction' | 'protocol' | 'sourcePorts'>> = {},
): SecurityRule {
  const { to = '*', from = '*', ports, name = `rule-${priority}`, direction = 'outbound' } = given;
  return {
    ...{ name, priority, direction, access },
    protocol: given.protocol ?? 'any',
    source: end(...[from].flat()),
    destination: end(...[to].flat()),
    sourcePorts: given.sourcePorts ?? ANY_PORT,
    destinationPorts: ports?.map((port) => (typeof port === 'number' ? [port, port] : port)) ?? ANY_PORT,
  };
}

/** The six rules that each network security group ends with, as effective rules or without expanded tags. */
export function defaultRules(vnet: string | null = null): SecurityRule[] {
  const network = vnet === null ? 'VirtualNetwork' : `VirtualNetwork=${vnet},168.63.129.16/32`;
  const internet = vnet === null ? 'Internet' : `Internet=${PUBLIC}`;
  const host = vnet === null ? 'AzureLoadBalancer' : 'AzureLoadBalancer=168.63.129.16/32';
  const both = { from: network, to: network };
  return [
    rule(65000, 'allow', { ...both, name: 'AllowVnetOutBound' }),
    rule(65001, 'allow', { to: internet, name: 'AllowInternetOutBound' }),
    rule(65500, 'deny', { name: 'DenyAllOutBound' }),
    rule(65000, 'allow', { ...both, name: 'AllowVnetInBound', direction: 'inbound' }),
    rule(65001, 'allow', { from: host, name: 'AllowAzureLoadBalancerInBound', direction: 'inbound' }),
    rule(65500, 'deny', { name: 'DenyAllInBound', direction: 'inbound' }),
  ];
}

/** As the API expands Internet: everything without the private and reserved ranges (its first blocks are documented). */
const PUBLIC =
  '1.0.0.0/8,2.0.0.0/7,4.0.0.0/6,8.0.0.0/7,11.0.0.0/8,12.0.0.0/6,16.0.0.0/4,32.0.0.0/3,64.0.0.0/3,96.0.0.0/6,' +
  '104.0.0.0/5,112.0.0.0/5,120.0.0.0/6,124.0.0.0/7,126.0.0.0/8,128.0.0.0/3,160.0.0.0/5,168.0.0.0/6,172.0.0.0/12,' +
  '173.0.0.0/8,174.0.0.0/7,176.0.0.0/4,193.0.0.0/8,194.0.0.0/7,196.0.0.0/6,200.0.0.0/5,208.0.0.0/4';

export function group(
  association: SecurityGroup['association'],
  rules: readonly SecurityRule[],
  given: Partial<SecurityGroup> = {},
): SecurityGroup {
  return {
    kind: association === 'network-manager' ? 'security-admin' : 'nsg',
    ...{ id: null, name: `${association}-nsg`, location: null, association, attachedTo: [], rules },
    ...given,
  };
}

export const NOTHING_KNOWN: KnownNetwork = { vnet: null, connected: null, userRoutes: null, region: null };

export function known(given: {
  readonly vnet?: readonly string[];
  readonly connected?: readonly string[];
  readonly userRoutes?: readonly string[];
  readonly region?: string;
}): KnownNetwork {
  return {
    vnet: given.vnet === undefined ? null : addressesOf(given.vnet),
    connected: given.connected === undefined ? null : addressesOf(given.connected),
    userRoutes: given.userRoutes === undefined ? null : addressesOf(given.userRoutes),
    region: given.region ?? null,
  };
}

/** From the VM at 10.1.0.4, or to it. */
export function flow(
  address: string,
  port: number,
  given: Partial<Pick<Flow, 'direction' | 'protocol'>> & { readonly tag?: string } = {},
): Flow {
  const far = { addresses: addressesOf([address]), tag: given.tag ?? null };
  const near = { addresses: addressesOf(['10.1.0.4']), tag: null };
  const { direction = 'outbound', protocol = 'tcp' } = given;
  return direction === 'outbound'
    ? { direction, protocol, source: near, destination: far, port }
    : { direction, protocol, source: far, destination: near, port };
}

export function route(
  prefixes: string | readonly string[],
  nextHopType: string,
  given: Partial<Route> & { readonly tag?: string } = {},
): Route {
  const { tag = null, ...rest } = given;
  return {
    name: null,
    source: 'system',
    isActive: true,
    prefixes: [prefixes].flat().map((cidr) => ({ cidr, tag })),
    tags: [],
    nextHopType,
    nextHopAddresses: [],
    ...rest,
  };
}

export function firewallRule(
  name: string,
  access: FirewallRule['access'],
  given: Partial<Omit<FirewallRule, 'name' | 'access'>> = {},
): FirewallRule {
  return {
    ...{ name, access },
    collection: 'collection',
    priority: [200, 100],
    kind: 'network',
    protocols: ['tcp'],
    sources: [{ cidr: '0.0.0.0/0', tag: null }],
    ipGroups: [],
    destinations: [],
    destinationTags: [],
    hosts: [],
    hostTags: [],
    ports: ANY_PORT,
    ...given,
  };
}
