/** One end of a flow against one end of a rule, with the service tags that a document does not expand. Pure. */
import { AZURE_DNS } from '../../model/azure.ts';
import type { RuleEnd } from '../documents/types.ts';
import { type AddressSet, addressesOf, covers, intersects, isEmpty, NO_ADDRESS } from './address-set.ts';

/** One end of a flow. */
export interface Party {
  /** Null for the addresses of a tag that no document expands. */
  readonly addresses: AddressSet | null;
  /** The service tag that these addresses belong to; null without one. */
  readonly tag: string | null;
}

/** What documents show of the network around the rules, for the tags that they do not expand. */
export interface KnownNetwork {
  /** Address space of the virtual network; null when no document shows it. */
  readonly vnet: AddressSet | null;
  /** What peerings and gateways reach; null without effective routes. */
  readonly connected: AddressSet | null;
  /** Prefixes of users' routes, which the tag VirtualNetwork may include; null when no document shows them. */
  readonly userRoutes: AddressSet | null;
  /** Azure's region in its short form; null when unknown. */
  readonly region: string | null;
}

/**
 * `partly`: some addresses of the party match, and others do not. `unknown`: the documents do not show it, because they
 * list neither the addresses of a tag nor the members of a group.
 */
export type Match = 'yes' | 'partly' | 'unknown' | 'no';

/** An end of a rule, ready to be compared. */
export interface PreparedEnd {
  readonly addresses: AddressSet;
  /** Those that the document does not expand, in lower case. */
  readonly tags: readonly string[];
  /** Those that the document expands to the addresses, in lower case. */
  readonly expanded: readonly string[];
  readonly hasApplicationGroups: boolean;
}

/** RFC 1918, RFC 6598, RFC 4193: no service tag but VirtualNetwork has these. */
const PRIVATE_PREFIXES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];
const PRIVATE = addressesOf(PRIVATE_PREFIXES);
/** The host of each VM: probes of load balancers come from there, DNS answers too. */
const HOST = addressesOf([AZURE_DNS]);
const NO_SERVICE = addressesOf([...PRIVATE_PREFIXES, AZURE_DNS]);

/** Service tags that do not stand for the addresses of a service. */
const VIRTUAL_NETWORK = 'virtualnetwork';
const INTERNET = 'internet';
const LOAD_BALANCER = 'azureloadbalancer';

/** The addresses and tags of a rule's end, in the form in which flows are compared with it. */
export function prepareEnd({ prefixes, tags, applicationGroups }: RuleEnd): PreparedEnd {
  return {
    addresses: prefixes.length === 0 ? NO_ADDRESS : addressesOf(prefixes.map(({ cidr }) => cidr)),
    tags: tags.map((tag) => tag.toLowerCase()),
    expanded: [...new Set(prefixes.map(({ tag }) => tag))].flatMap((tag) => tag?.toLowerCase() ?? []),
    hasApplicationGroups: applicationGroups.length > 0,
  };
}

/** Whether an end of a rule matches all addresses of the party. */
export function matchEnd(end: PreparedEnd, party: Party, known: KnownNetwork): Match {
  let best = matchAddresses(end, party);
  for (const tag of end.tags) {
    if (best === 'yes') return best;
    best = better(best, matchTag(tag, party, known));
  }
  // The members are network interfaces of the virtual network.
  if (end.hasApplicationGroups && !isPublic(party)) best = better(best, 'unknown');
  return best;
}

/** The weaker of two conditions that must both hold. */
export function weaker(one: Match, other: Match): Match {
  return ORDER.indexOf(one) > ORDER.indexOf(other) ? one : other;
}

const ORDER: readonly Match[] = ['yes', 'partly', 'unknown', 'no'];

function better(one: Match, other: Match): Match {
  return weaker(one, other) === one ? other : one;
}

function matchAddresses({ addresses: rule, expanded }: PreparedEnd, { addresses, tag }: Party): Match {
  if (isEmpty(rule)) return 'no';
  if (addresses === null) {
    if (covers(rule, EVERY_IPV4) || (tag !== null && expanded.includes(tag.toLowerCase()))) return 'yes';
    // The tag Internet has the addresses of every service.
    if (expanded.includes(INTERNET) && isServiceTag(tag)) return 'yes';
    // A service has no private address.
    return isServiceTag(tag) && covers(NO_SERVICE, rule) ? 'no' : 'unknown';
  }
  if (covers(rule, addresses)) return 'yes';
  return intersects(rule, addresses) ? 'partly' : 'no';
}

const EVERY_IPV4 = addressesOf(['0.0.0.0/0']);

function matchTag(tag: string, party: Party, known: KnownNetwork): Match {
  const own = party.tag?.toLowerCase() ?? null;
  if (tag === own && (own === VIRTUAL_NETWORK || !isPrivate(party))) return 'yes';
  if (tag === VIRTUAL_NETWORK) return matchVirtualNetwork(party, known);
  if (tag === INTERNET) return matchInternet(party, known);
  if (tag === LOAD_BALANCER) {
    return party.addresses !== null && covers(HOST, party.addresses) ? 'yes' : 'no';
  }
  if (isPrivate(party) || own === VIRTUAL_NETWORK || own === LOAD_BALANCER) return 'no';
  if (own === INTERNET && party.addresses === null) return 'partly';
  if (own !== null && party.addresses === null && tag === `${own}.${known.region}`) return 'yes';
  return 'unknown';
}

/**
 * The address space of the network, what is connected to it, the host, and prefixes of users' routes ("Virtual network
 * service tags": it might contain default routes).
 */
function matchVirtualNetwork(party: Party, { vnet, connected, userRoutes }: KnownNetwork): Match {
  const { addresses } = party;
  if (addresses === null) {
    if (userRoutes === null || covers(userRoutes, EVERY_IPV4)) return 'unknown';
    return 'no';
  }
  if (covers(HOST, addresses)) return 'yes';
  if (vnet !== null && covers(vnet, addresses)) return 'yes';
  if (connected !== null && covers(connected, addresses)) return 'yes';
  if (userRoutes === null || intersects(userRoutes, addresses)) return 'unknown';
  return isPublic(party) || (vnet !== null && connected !== null) ? 'no' : 'unknown';
}

/** Public addresses outside the virtual network, those of Azure's services too. */
function matchInternet(party: Party, { vnet }: KnownNetwork): Match {
  const { addresses, tag } = party;
  if (addresses === null) return isServiceTag(tag) ? 'yes' : 'no';
  if (isPrivate(party)) return 'no';
  const isOutside = vnet === null || !intersects(vnet, addresses);
  return isPublic(party) && isOutside && !covers(HOST, addresses) ? 'yes' : 'unknown';
}

function isServiceTag(tag: string | null): boolean {
  return tag !== null && tag.toLowerCase() !== VIRTUAL_NETWORK;
}

function isPrivate({ addresses }: Party): boolean {
  return addresses !== null && covers(PRIVATE, addresses);
}

function isPublic({ addresses, tag }: Party): boolean {
  return addresses === null ? isServiceTag(tag) : !intersects(PRIVATE, addresses);
}
