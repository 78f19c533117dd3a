/** Which of Azure's documents apply to the subnet and the network interface of this VM. Pure. */

import { byId, type Found, ofKind, only, sameId, subnetsOf, vnetOf } from '../azure/documents/find.ts';
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
  /** Id of the subnet that was asked for; null for that of this VM. */
  readonly wanted: ResourceId | null;
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

/**
 * @param given in the order of `--from`; those without a doubt come first
 * @param wanted id of the subnet, whose documents alone are taken; null for that of this VM
 */
export function selectDocuments(
  given: readonly GivenDocument[],
  environment: Environment,
  wanted: ResourceId | null = null,
): Selected {
  const documents = given.toSorted((one, other) => Number(one.doubt !== null) - Number(other.doubt !== null));
  const { interfaces, subnet: prefix } = environment.network;
  const own = interfaces.filter(({ family }) => family === 4).map(({ address }) => address);
  const nic = findNic(documents, own);
  const id = wanted ?? nic?.document.subnet ?? null;
  const subnet = findSubnet(documents, id, prefix === null ? own : [prefix]);
  const ofVm = subnetOfVm(documents, own);
  // What is effective is of the VM's subnet alone.
  const isOfVm = wanted === null || ofVm === null || sameId(wanted, ofVm);
  const effective = isOfVm ? ofKind(documents, 'effective-nsg')[0] : undefined;
  const routing = isOfVm ? ofKind(documents, 'effective-routes')[0] : undefined;
  const groups = effective === undefined ? groupsOf(documents, subnet, id, nic) : effectiveGroups(effective);
  const table = findRouteTable(documents, subnet, id);
  const routes =
    routing === undefined
      ? table && { value: table.document.routes, given: table.given, isWhole: false }
      : { value: routing.document.routes, given: routing.given, isWhole: true };
  const inSubnet = prefix === null ? [] : own.filter((address) => isWithin(address, prefix));
  const sources = [inSubnet, nic?.document.privateAddresses ?? [], own, prefix === null ? [] : [prefix]];
  const [instance] = ofKind(documents, 'api-management');
  return {
    wanted,
    groups,
    routes,
    firewall: ofKind(documents, 'firewall-rules'),
    subnet,
    nic,
    known: {
      ...knownNetwork(documents, subnet, subnet?.document.id ?? id, routes),
      region: environment.region ?? instance?.document.location ?? null,
    },
    sources: isOfVm ? (sources.find((some) => some.length > 0) ?? subnet?.document.prefixes ?? []) : [],
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

/**
 * The subnet of the VM's network interface, which effective rules and routes are of; null when no document shows it.
 * @param own addresses of the VM; empty when unknown
 */
export function subnetOfVm(
  documents: readonly GivenDocument[],
  own: readonly string[] = [],
): ResourceId | null {
  const nic = findNic(documents, own);
  const attached = ofKind(documents, 'effective-nsg').flatMap(({ document }) =>
    document.groups.flatMap(({ attachedTo }) => attachedTo),
  );
  return nic?.document.subnet ?? attached.find((id) => /\/subnets\//i.test(id)) ?? null;
}

/** That of the id, else the one that has this VM's addresses; the only one where nothing is known of the VM. */
function findSubnet(
  documents: readonly GivenDocument[],
  id: ResourceId | null,
  own: readonly string[],
): Found<Subnet> | null {
  const all = subnetsOf(documents);
  if (id !== null) return byId(all, id);
  const hasOwn = ({ prefixes }: Subnet): boolean =>
    prefixes.some((outer) => own.some((one) => isWithin(one, outer)));
  if (own.length > 0) return all.find(({ document }) => hasOwn(document)) ?? null;
  return only(ofKind(documents, 'subnet')) ?? only(all);
}

function effectiveGroups({ document, given }: Found<EffectiveNsg>): Groups {
  return { value: document.groups.map((group) => ({ document: group, given })), given, hasSubnet: true };
}

/** The groups by the documents of the resources. That of the VM's network interface is left out when none shows it. */
function groupsOf(
  documents: readonly GivenDocument[],
  subnet: Found<Subnet> | null,
  id: ResourceId | null,
  nic: Found<Nic> | null,
): Groups | null {
  const all = ofKind(documents, 'nsg');
  const mayHave = mayBeOf(documents, id);
  const attached = all.filter(({ document }) => document.attachedTo.some(mayHave));
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

/** Whether an id is that of the subnet, or may be it: no document shows that it is another. */
function mayBeOf(
  documents: readonly GivenDocument[],
  id: ResourceId | null,
): (attached: ResourceId) => boolean {
  const others = subnetsOf(documents);
  return (attached) =>
    id === null ? /\/subnets\//i.test(attached) && byId(others, attached) === null : sameId(attached, id);
}

function findRouteTable(
  documents: readonly GivenDocument[],
  subnet: Found<Subnet> | null,
  id: ResourceId | null,
): Found<RouteTable> | null {
  const tables = ofKind(documents, 'route-table');
  if (subnet !== null)
    return tables.find(({ document }) => sameId(document.id, subnet.document.routeTable)) ?? null;
  const mayHave = mayBeOf(documents, id);
  return only(tables.filter(({ document }) => document.subnets.some(mayHave)));
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
  id: ResourceId | null,
  routes: Selected['routes'],
): Omit<KnownNetwork, 'region'> {
  const own = vnetOf(documents, id);
  const hops = (types: readonly string[]): string[] =>
    (routes?.isWhole ? routes.value : [])
      .filter(({ nextHopType, isActive }) => isActive && types.includes(nextHopType.toLowerCase()))
      .flatMap(({ prefixes }) => prefixes.map(({ cidr }) => cidr))
      .filter((cidr) => !isDefault(cidr));
  const vnet = [...(own?.document.prefixes ?? []), ...hops(['vnetlocal'])];
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

function isDefault(cidr: string): boolean {
  return cidr === '0.0.0.0/0' || cidr === '::/0';
}
