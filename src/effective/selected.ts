/** Which of Azure's documents apply to the subnet and the network interface of this VM. Pure. */

import { type Found, ofKind, only, sameId, subnetsOf } from '../azure/documents/find.ts';
import type {
  EffectiveNsg,
  FirewallRules,
  GivenDocument,
  Nic,
  ResourceId,
  Route,
  RouteTable,
  SecurityGroup,
  Subnet,
} from '../azure/documents/types.ts';
import { addressesOf, intersects, NO_ADDRESS } from '../azure/evaluate/address-set.ts';
import type { KnownNetwork } from '../azure/evaluate/party.ts';
import type { Environment } from '../model/report.ts';

export interface Selected {
  /** The groups that filter this VM's traffic, and the file that shows that there are none. */
  readonly groups: Groups | null;
  /** Null when no document shows a route of it. */
  readonly routes: {
    readonly value: readonly Route[];
    readonly given: GivenDocument;
    readonly isWhole: boolean;
  } | null;
  readonly firewall: readonly Found<FirewallRules>[];
  readonly subnet: Found<Subnet> | null;
  readonly nic: Found<Nic> | null;
  readonly known: KnownNetwork;
  /** IPv4 addresses of this VM, else the prefixes of its subnet; empty when neither is known. */
  readonly sources: readonly string[];
}

/** Null when no document shows any group. */
interface Groups {
  readonly value: readonly Found<SecurityGroup>[];
  readonly given: GivenDocument;
  /** Whether that of the subnet is among them, when it has one. */
  readonly hasSubnet: boolean;
}

/** @param given in the order of `--from`; those without a doubt come first */
export function selectDocuments(given: readonly GivenDocument[], environment: Environment): Selected {
  const documents = given.toSorted((one, other) => Number(one.doubt !== null) - Number(other.doubt !== null));
  const { interfaces, subnet: prefix } = environment.network;
  const own = interfaces.filter(({ family }) => family === 4).map(({ address }) => address);
  const nic = findNic(documents, own);
  const subnet = findSubnet(documents, nic?.document.subnet ?? null, prefix === null ? own : [prefix]);
  const [effective] = ofKind(documents, 'effective-nsg');
  const [routing] = ofKind(documents, 'effective-routes');
  const groups = effective === undefined ? groupsOf(documents, subnet, nic) : effectiveGroups(effective);
  const table = findRouteTable(documents, subnet);
  const routes =
    routing === undefined
      ? table && { value: table.document.routes, given: table.given, isWhole: false }
      : { value: routing.document.routes, given: routing.given, isWhole: true };
  const inSubnet = prefix === null ? [] : own.filter((address) => isWithin(address, prefix));
  const sources = [inSubnet, nic?.document.privateAddresses ?? [], own, prefix === null ? [] : [prefix]];
  return {
    groups,
    routes,
    firewall: ofKind(documents, 'firewall-rules'),
    subnet,
    nic,
    known: { ...knownNetwork(documents, subnet, routes), region: environment.region },
    sources: sources.find((some) => some.length > 0) ?? subnet?.document.prefixes ?? [],
  };
}

function isWithin(prefix: string, outer: string): boolean {
  return intersects(addressesOf([outer]), addressesOf([prefix]));
}

function findNic(documents: readonly GivenDocument[], own: readonly string[]): Found<Nic> | null {
  const nics = ofKind(documents, 'nic');
  return (
    nics.find(({ document }) => document.privateAddresses.some((one) => own.includes(one))) ?? only(nics)
  );
}

/** That of the network interface, else the one that has this VM's addresses, else the only one. */
function findSubnet(
  documents: readonly GivenDocument[],
  id: ResourceId | null,
  own: readonly string[],
): Found<Subnet> | null {
  const all = subnetsOf(documents);
  const hasOwn = ({ prefixes }: Subnet): boolean =>
    prefixes.some((outer) => own.some((one) => isWithin(one, outer)));
  return (
    all.find(({ document }) => sameId(document.id, id)) ??
    all.find(({ document }) => hasOwn(document)) ??
    only(ofKind(documents, 'subnet')) ??
    only(all)
  );
}

function effectiveGroups({ document, given }: Found<EffectiveNsg>): Groups {
  return { value: document.groups.map((group) => ({ document: group, given })), given, hasSubnet: true };
}

/** The groups by the documents of the resources. That of the VM's network interface is left out when none shows it. */
function groupsOf(
  documents: readonly GivenDocument[],
  subnet: Found<Subnet> | null,
  nic: Found<Nic> | null,
): Groups | null {
  const all = ofKind(documents, 'nsg');
  const attached = all.filter(({ document }) => document.attachedTo.some((id) => /\/subnets\//i.test(id)));
  const ofSubnet =
    subnet === null
      ? only(attached)
      : (all.find(({ document }) => sameId(document.id, subnet.document.nsg)) ?? null);
  const ofNic = nic && (all.find(({ document }) => sameId(document.id, nic.document.nsg)) ?? null);
  const isSubnetOpen = subnet !== null && subnet.document.nsg === null;
  const given = (ofSubnet ?? ofNic ?? (isSubnetOpen ? subnet : null))?.given;
  if (given === undefined) return null;
  const value = [
    ...(ofSubnet === null ? [] : [withAssociation(ofSubnet, 'subnet')]),
    ...(ofNic === null ? [] : [withAssociation(ofNic, 'network-interface')]),
  ];
  return { value, given, hasSubnet: ofSubnet !== null || isSubnetOpen };
}

function withAssociation(
  { document, given }: Found<SecurityGroup>,
  association: SecurityGroup['association'],
): Found<SecurityGroup> {
  return { document: { ...document, association }, given };
}

function findRouteTable(
  documents: readonly GivenDocument[],
  subnet: Found<Subnet> | null,
): Found<RouteTable> | null {
  const tables = ofKind(documents, 'route-table');
  if (subnet !== null)
    return tables.find(({ document }) => sameId(document.id, subnet.document.routeTable)) ?? null;
  return only(tables.filter(({ document }) => document.subnets.length > 0));
}

const CONNECTED: readonly string[] = [
  'vnetpeering',
  'vnetglobalpeering',
  'connectedgroup',
  'virtualnetworkgateway',
];

function knownNetwork(
  documents: readonly GivenDocument[],
  subnet: Found<Subnet> | null,
  routes: Selected['routes'],
): Omit<KnownNetwork, 'region'> {
  const ranges = ofKind(documents, 'vnet')
    .map(({ document }) => document.prefixes)
    .filter((prefixes, _, all) => all.length === 1 || isNetworkOf(subnet?.document, prefixes));
  const hops = (types: readonly string[]): string[] =>
    (routes?.isWhole ? routes.value : [])
      .filter(({ nextHopType, isActive }) => isActive && types.includes(nextHopType.toLowerCase()))
      .flatMap(({ prefixes }) => prefixes.map(({ cidr }) => cidr))
      .filter((cidr) => !isDefault(cidr));
  const vnet = [...(ranges[0] ?? []), ...hops(['vnetlocal'])];
  const user = (routes?.value ?? [])
    .filter(
      ({ source, isActive, prefixes }) =>
        isActive && (source === 'user' || (source === 'bgp' && prefixes.some(({ cidr }) => isDefault(cidr)))),
    )
    .flatMap(({ prefixes }) => prefixes.map(({ cidr }) => cidr));
  const isWithoutTable = subnet !== null && subnet.document.routeTable === null;
  return {
    vnet: vnet.length === 0 ? null : addressesOf(vnet),
    connected: routes?.isWhole ? addressesOf(hops(CONNECTED)) : null,
    userRoutes: routes === null ? (isWithoutTable ? NO_ADDRESS : null) : addressesOf(user),
  };
}

function isNetworkOf(subnet: Subnet | undefined, prefixes: readonly string[]): boolean {
  return subnet?.prefixes.some((inner) => prefixes.some((outer) => isWithin(inner, outer))) ?? false;
}

function isDefault(cidr: string): boolean {
  return cidr === '0.0.0.0/0' || cidr === '::/0';
}
