/**
 * The route that Azure takes: the longest prefix among the active ones; of equal ones that of a user, then of BGP, then of
 * the system. Source: "Virtual network traffic routing", sections "How Azure selects a route" and "Exact Match". Pure.
 */
import type { Prefix, Route } from '../documents/types.ts';
import { addressesOf, covers } from './address-set.ts';

export interface ChosenRoute {
  readonly route: Route;
  readonly prefix: Prefix;
}

/** @returns the route to an IP address; null when no active one has it, or the address is not readable */
export type ChooseRoute = (address: string) => ChosenRoute | null;

interface Candidate extends ChosenRoute {
  readonly addresses: ReturnType<typeof addressesOf>;
  readonly length: number;
}

/** Prepares the routes of one subnet or network interface. Service tags that are not expanded match nothing. */
export function createRouting(routes: readonly Route[]): ChooseRoute {
  const candidates = routes
    .filter(({ isActive }) => isActive)
    .flatMap((route) => route.prefixes.map((prefix) => candidateOf(route, prefix)))
    .sort(byPreference);
  const isPreferred = candidates.filter(({ route }) => isOfTheNetwork(route));
  return (address) => {
    const party = addressesOf([address]);
    const matches = ({ addresses }: Candidate): boolean => covers(addresses, party);
    const first = candidates.find(matches);
    if (first?.route.source !== 'bgp' || !isPreferred.some(matches)) return first ?? null;
    return candidates.find((each) => each.route.source !== 'bgp' && matches(each)) ?? null;
  };
}

function candidateOf(route: Route, prefix: Prefix): Candidate {
  const [, bits] = prefix.cidr.split('/');
  const length = bits === undefined ? Number.POSITIVE_INFINITY : Number(bits);
  return { route, prefix, addresses: addressesOf([prefix.cidr]), length };
}

function byPreference(one: Candidate, other: Candidate): number {
  return (
    other.length - one.length || rankOf(one.route) - rankOf(other.route) || rankOfTag(one) - rankOfTag(other)
  );
}

const SOURCES: readonly Route['source'][] = ['user', 'bgp', 'system', 'unknown'];

function rankOf({ source }: Route): number {
  return SOURCES.indexOf(source);
}

/** Explicit prefixes, then tags of one region, of all regions, AzureCloud of one region, AzureCloud. */
function rankOfTag({ prefix: { tag } }: Candidate): number {
  if (tag === null) return 0;
  const [name, region] = tag.toLowerCase().split('.');
  const isCloud = name === 'azurecloud';
  return (isCloud ? 3 : 1) + (region === undefined ? 1 : 0);
}

/**
 * The system's routes for the virtual network, peerings and service endpoints come before BGP routes, even of longer
 * prefixes. That of a private endpoint counts as one of the network: an inference.
 */
const NETWORK_HOPS: readonly string[] = [
  'vnetlocal',
  'vnetpeering',
  'vnetglobalpeering',
  'virtualnetworkserviceendpoint',
  'interfaceendpoint',
  'connectedgroup',
];

function isOfTheNetwork({ source, nextHopType }: Route): boolean {
  return source === 'system' && NETWORK_HOPS.includes(nextHopType.toLowerCase());
}
