/** The prerequisites of the subnet and its virtual network. Pure. */

import { nameOf, ofKind, sameId } from '../azure/documents/find.ts';
import { subscriptionIn } from '../azure/documents/resource.ts';
import { idOption, saveCommand } from '../azure/documents/save-command.ts';
import type { ApiManagement, Subnet } from '../azure/documents/types.ts';
import { prefixOf } from '../common/cidr.ts';
import { count, few } from '../common/wording.ts';
import { TIER_FACTS } from '../model/tiers.ts';
import type { Judged, Known, Prerequisite } from './types.ts';

/** Addresses that Azure keeps in every subnet. */
const RESERVED = 5;
const SHOWN = 4;

export function saveSubnet({ subnet, instance }: Known): string {
  const id = subnet?.document.id ?? instance?.document.subnet ?? null;
  return saveCommand('subnet', idOption(id, 'SUBNET_ID'));
}

/** The command that saves the virtual network of the subnet. */
export function saveVnet({ subnet }: Known): string {
  const id = subnet?.document.id?.replace(/\/subnets\/[^/]+$/i, '') ?? null;
  return saveCommand('vnet', idOption(id, 'VNET_ID'));
}

/** Judges by the subnet's document, when there is one. */
function bySubnet(
  judge: (subnet: Subnet, known: Known) => Omit<Judged, 'from'> | null,
): Prerequisite['judge'] {
  return (known) => {
    const { subnet } = known;
    const judged = subnet === null ? null : judge(subnet.document, known);
    return subnet === null || judged === null ? null : { ...judged, from: [subnet.given] };
  };
}

export const delegation: Prerequisite = {
  check: 'subnet-delegation',
  title: 'The subnet is not delegated to another service',
  required: true,
  judge: bySubnet((subnet, { intent }) => {
    const wanted = TIER_FACTS[intent.tier].delegation;
    const has = subnet.delegations;
    const list = few(has, SHOWN);
    if (wanted === null) {
      return has.length === 0
        ? { outcome: 'met', evidence: `${nameOf(subnet)} has no delegation` }
        : {
            outcome: 'not-met',
            evidence: `${nameOf(subnet)} is delegated to ${list}; a classic tier takes none`,
          };
    }
    return has.some((name) => name.toLowerCase() === wanted.toLowerCase())
      ? { outcome: 'met', evidence: `${nameOf(subnet)} is delegated to ${wanted}` }
      : {
          outcome: 'not-met',
          evidence: `${nameOf(subnet)} ${has.length === 0 ? 'has no delegation' : `is delegated to ${list}`}; the tier demands ${wanted}`,
        };
  }),
  command: saveSubnet,
};

/** Effective rules name the group of the subnet; without one they prove nothing, since they may be of another subnet. */
function attachedByEffectiveRules({ given, subnet }: Known): Judged | null {
  if (subnet !== null) return null;
  for (const { document, given: file } of ofKind(given, 'effective-nsg')) {
    const group = document.groups.find(({ association }) => association === 'subnet');
    if (group !== undefined)
      return { outcome: 'met', evidence: `the subnet has ${nameOf(group)}`, from: [file] };
  }
  return null;
}

export const nsgAttached: Prerequisite = {
  check: 'nsg-attached',
  title: 'A network security group is attached to the subnet',
  required: true,
  judge: (known) =>
    attachedByEffectiveRules(known) ??
    bySubnet((subnet) =>
      subnet.nsg === null
        ? {
            outcome: 'not-met',
            evidence: `${nameOf(subnet)} has none, and the internal load balancer denies all inbound traffic without one`,
          }
        : { outcome: 'met', evidence: `${nameOf(subnet)} has ${subnet.nsg.split('/').at(-1)}` },
    )(known),
  command: saveSubnet,
};

export const size: Prerequisite = {
  check: 'subnet-size',
  title: 'The subnet has room for the units',
  required: true,
  judge: bySubnet((subnet, { intent: { tier, units }, instance, given }) => {
    const cidr = subnet.prefixes.find((prefix) => !prefix.includes(':'));
    if (cidr === undefined) return null;
    const { addressesPerUnit, addressesBeside, mostUnits, name, smallestSubnet } = TIER_FACTS[tier];
    const usable = 2 ** (32 - prefixOf(cidr)) - RESERVED;
    const used = subnet.usedAddresses ?? 0;
    // What the instance has already is its own.
    const isInside = isDeployedIn(subnet, instance?.document ?? null);
    const ofVm = ofKind(given, 'nic').some(({ document }) => sameId(document.subnet, subnet.id)) ? 1 : 0;
    const free = isInside ? usable : usable - used;
    const needed = units * addressesPerUnit + addressesBeside;
    const room = Math.max(
      0,
      Math.min(mostUnits, Math.floor((free + ofVm - addressesBeside) / addressesPerUnit)),
    );
    const wanted = `${count(units, 'unit')} of ${name} ${units === 1 ? 'takes' : 'take'} ${needed}`;
    const seen = `${cidr} has ${usable} usable addresses${isInside ? '' : `, ${used} in use${ofVm > 0 ? ', one of them by this VM' : ''}`}; ${wanted}`;
    if (prefixOf(cidr) > smallestSubnet)
      return {
        outcome: 'not-met',
        evidence: `${cidr} is too small: ${name} takes a /${smallestSubnet} or larger`,
      };
    const perhapsOwn = isInside ? 0 : usedByMicrosoft(subnet);
    if (free + ofVm < needed && free + ofVm + perhapsOwn >= needed)
      return {
        outcome: 'met',
        evidence: `${seen}: only if the ${perhapsOwn} in use by a service in another subscription are the instance’s own, as “az apim show” tells`,
      };
    if (free + ofVm < needed) return { outcome: 'not-met', evidence: `${seen}: ${most(room)}` };
    if (free < needed)
      return { outcome: 'met', evidence: `${seen}: only once this VM and its network interface are removed` };
    const scaling = room > units ? `up to ${count(room, 'unit')} fit` : 'there is no room to scale out';
    return { outcome: 'met', evidence: `${seen}: ${scaling}` };
  }),
  command: saveSubnet,
};

function most(units: number): string {
  return units === 0 ? 'none fits' : `at most ${count(units, 'unit')} would fit`;
}

/** An instance of the mode External has no private address in its document. */
function isDeployedIn(subnet: Subnet, instance: ApiManagement | null): boolean {
  if (instance === null) return false;
  const isInjected = /^(?:Internal|External)$/i.test(instance.networkType ?? '');
  return instance.privateAddresses.length > 0 || (isInjected && sameId(instance.subnet, subnet.id));
}

/** The machines of an instance are in a subscription of Microsoft's. */
function usedByMicrosoft({ id, ipConfigurations }: Subnet): number {
  const own = subscriptionIn(id ?? '');
  const others = ipConfigurations.map(subscriptionIn).filter((user) => user !== null && user !== own);
  return own === null ? 0 : others.length;
}

/** The instance's own link, once it is deployed. */
const OWN_LINK = /Microsoft\.ApiManagement/i;

export const links: Prerequisite = {
  check: 'subnet-links',
  title: 'No other service has reserved the subnet',
  required: true,
  judge: bySubnet((subnet, { intent: { tier } }) => {
    const own = TIER_FACTS[tier].delegation;
    const foreign = [...subnet.navigationLinks, ...subnet.associationLinks].filter(
      (type) => !OWN_LINK.test(type) && type.toLowerCase() !== own?.toLowerCase(),
    );
    return foreign.length === 0
      ? {
          outcome: 'met',
          evidence: `${nameOf(subnet)} has no resource navigation link or service association link of another service`,
        }
      : { outcome: 'not-met', evidence: `${nameOf(subnet)} is linked to ${few(foreign, SHOWN)}` };
  }),
  command: saveSubnet,
};

export const region: Prerequisite = {
  check: 'vnet-region',
  title: 'The virtual network is in the region of the instance',
  required: true,
  judge: ({ vnet, instance, intent }) => {
    const wanted = instance?.document.location ?? intent.region;
    if (vnet === null || vnet.document.location === null || wanted === null) return null;
    const isSame = vnet.document.location === wanted;
    return {
      outcome: isSame ? 'met' : 'not-met',
      evidence: `${nameOf(vnet.document)} is in ${vnet.document.location}${isSame ? '' : `, and the instance in ${wanted}`}`,
      from: [vnet.given, ...(instance === null ? [] : [instance.given])],
    };
  },
  command: (known) =>
    known.vnet === null ? saveVnet(known) : 'apim-probe preflight --region REGION --from …',
};
