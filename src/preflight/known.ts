/** Finds, among Azure's documents, those of the instance and its subnet. Pure. */
import {
  byId,
  type Found,
  type Of,
  ofKind,
  only,
  sameId,
  subnetsOf,
  vnetOf,
} from '../azure/documents/find.ts';
import type { GivenDocument, Subnet } from '../azure/documents/types.ts';
import { isV2, TIER_FACTS } from '../model/tiers.ts';
import type { Intent, Known } from './types.ts';

/** @param given in the order of `--from` */
export function findDocuments(given: readonly GivenDocument[], intent: Intent): Known {
  const instance = ofKind(given, 'api-management')[0] ?? null;
  const subnet = findSubnet(given, intent, instance?.document.subnet ?? null);
  return {
    intent,
    given,
    instance,
    subnet,
    vnet: vnetOf(given, instance?.document.subnet ?? subnet?.document.id ?? null),
    publicIp: findPublicIp(given, instance?.document.publicIp ?? null),
  };
}

/**
 * The subnet of the instance: the one that the instance names, --subnet, or this VM's network interface. A v2 tier's is
 * the one with its delegation, because the VM stands in another. Otherwise the only one that was given.
 */
function findSubnet(
  given: readonly GivenDocument[],
  { subnet: cidr, tier }: Intent,
  id: string | null,
): Found<Subnet> | null {
  const subnets = subnetsOf(given);
  if (id !== null) return byId(subnets, id);
  const named = cidr === null ? [] : subnets.filter(({ document }) => document.prefixes.includes(cidr));
  if (named.length > 0) return named[0] ?? null;
  const { delegation } = TIER_FACTS[tier];
  if (isV2(tier)) return only(subnets.filter((each) => isDelegated(each, delegation))) ?? only(subnets);
  const ofVm = ofKind(given, 'nic').flatMap(({ document }) => byId(subnets, document.subnet) ?? []);
  return ofVm[0] ?? only(ofKind(given, 'subnet')) ?? only(subnets);
}

function isDelegated({ document }: Found<Subnet>, service: string | null): boolean {
  return document.delegations.some((name) => sameId(name, service));
}

function findPublicIp(given: readonly GivenDocument[], id: string | null): Found<Of<'public-ip'>> | null {
  const addresses = ofKind(given, 'public-ip');
  if (id !== null) return byId(addresses, id);
  // Addresses of NAT gateways and of VMs are others.
  const ofOthers = [...ofKind(given, 'nat-gateway'), ...ofKind(given, 'nic')].flatMap(
    ({ document }) => document.publicAddresses,
  );
  return addresses.find(({ document }) => !ofOthers.some((each) => sameId(each, document.id))) ?? null;
}
