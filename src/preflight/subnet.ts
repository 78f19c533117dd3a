/** The prerequisites of the subnet and its virtual network. Pure. */

import { byId, type Found, nameOf, ofKind, sameId, subnetsOf } from '../azure/documents/find.ts';
import { subscriptionIn } from '../azure/documents/resource.ts';
import { idOption, saveCommand } from '../azure/documents/save-command.ts';
import type { ApiManagement, RouteTable, Subnet } from '../azure/documents/types.ts';
import { isInside, prefixOf } from '../common/cidr.ts';
import { count, few } from '../common/text-lines.ts';
import { subnetOfVm } from '../effective/selected.ts';
import { TIER_FACTS } from '../model/tiers.ts';
import type { Judged, Known, Prerequisite } from './types.ts';

/** Addresses that Azure keeps in every subnet. */
const RESERVED = 5;
const SHOWN = 4;

function saveSubnet({ subnet, instance }: Known): string {
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

const delegation: Prerequisite = {
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

const nsgAttached: Prerequisite = {
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

const size: Prerequisite = {
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

const links: Prerequisite = {
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

const region: Prerequisite = {
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

/** The services whose traffic has to leave a subnet with forced tunnelling by service endpoints. */
const ENDPOINTS = ['Microsoft.Sql', 'Microsoft.Storage', 'Microsoft.EventHub', 'Microsoft.KeyVault'];

const serviceEndpoints: Prerequisite = {
  check: 'service-endpoints',
  title: 'With forced tunnelling: service endpoints for Sql, Storage, EventHub and KeyVault',
  required: true,
  judge: (known) => {
    const tunnel = findTunnel(known);
    const { subnet } = known;
    if (tunnel === null) return null;
    if (tunnel.nextHop === null)
      return {
        outcome: 'met',
        evidence: 'no default route leads to an appliance or gateway',
        from: tunnel.from,
      };
    if (subnet === null) return null;
    const has = subnet.document.serviceEndpoints.map((name) => name.toLowerCase());
    const missing = ENDPOINTS.filter((name) => !has.includes(name.toLowerCase()));
    const seen = `0.0.0.0/0 leads to ${tunnel.nextHop}`;
    const from = [...tunnel.from, subnet.given];
    return missing.length === 0
      ? { outcome: 'met', evidence: `${seen}, and ${nameOf(subnet.document)} has all four`, from }
      : {
          outcome: 'not-met',
          // The device may let these services through; then the run shows it.
          required: false,
          evidence: `${seen}, and ${nameOf(subnet.document)} has none for ${few(missing, SHOWN)}`,
          from,
        };
  },
  command: (known) =>
    known.subnet === null
      ? saveSubnet(known)
      : known.subnet.document.routeTable === null
        ? saveCommand('effective-routes')
        : saveCommand('route-table', idOption(known.subnet.document.routeTable, 'ROUTE_TABLE_ID')),
};

interface Tunnel {
  /** Type and address of the next hop of the default route; null when it is the Internet's own. */
  readonly nextHop: string | null;
  readonly from: Judged['from'];
}

/** The default route, by the effective routes, or by the subnet's route table; null when neither is known. */
function findTunnel({ given, subnet }: Pick<Known, 'given' | 'subnet'>): Tunnel | null {
  const ofVm = subnetOfVm(given);
  const isOfVm = subnet === null || ofVm === null || sameId(subnet.document.id, ofVm);
  const effective = isOfVm ? ofKind(given, 'effective-routes')[0] : undefined;
  const table =
    subnet === null ? null : byId<RouteTable>(ofKind(given, 'route-table'), subnet.document.routeTable);
  const found = effective ?? table;
  if (found === undefined || found === null) {
    // Without a route table, BGP could still announce a default route; only effective routes show that.
    return null;
  }
  const route = found.document.routes.find(
    ({ isActive, prefixes, nextHopType }) =>
      isActive &&
      prefixes.some(({ cidr }) => cidr === '0.0.0.0/0') &&
      /^Virtual(?:Appliance|NetworkGateway)$/i.test(nextHopType),
  );
  const address = route?.nextHopAddresses[0];
  return {
    nextHop: route === undefined ? null : `${route.nextHopType}${address === undefined ? '' : ` ${address}`}`,
    from: [found.given],
  };
}

const defaultOutbound: Prerequisite = {
  check: 'default-outbound',
  title: 'This VM has an outbound path as the instance will have',
  required: false,
  judge: ({ given, subnet: ofInstance, intent: { own = [] } }) => {
    const ofVm = subnetOfVm(given, own);
    const subnet = ofVm === null ? subnetWith(given, own, ofInstance) : byId(subnetsOf(given), ofVm);
    if (subnet === null) return null;
    const { defaultOutboundAccess, natGateway } = subnet.document;
    const tunnel = findTunnel({ given, subnet });
    const from = [subnet.given, ...(tunnel?.from ?? [])];
    const name = nameOf(subnet.document);
    if (natGateway !== null) return { outcome: 'met', evidence: `${name} has a NAT gateway`, from };
    if (tunnel?.nextHop) return { outcome: 'met', evidence: `0.0.0.0/0 leads to ${tunnel.nextHop}`, from };
    if (defaultOutboundAccess !== false)
      return { outcome: 'met', evidence: `${name} has default outbound access`, from };
    return {
      outcome: 'not-met',
      evidence:
        `${name} is a private subnet without a NAT gateway: a VM without a public address reaches nothing public from it. ` +
        'The instance has its own public address, so a failed test proves nothing about it',
      from,
    };
  },
  command: saveSubnet,
};

/** The subnet that has this machine's addresses, where they are known. */
function subnetWith(
  given: Known['given'],
  own: readonly string[],
  otherwise: Found<Subnet> | null,
): Found<Subnet> | null {
  if (own.length === 0) return otherwise;
  const hasOwn = ({ document }: Found<Subnet>): boolean =>
    document.prefixes.some((cidr) => own.some((address) => isInside(address, cidr)));
  return subnetsOf(given).find(hasOwn) ?? null;
}

const locks: Prerequisite = {
  check: 'scope-locks',
  title: 'No lock keeps the deployment from changing the network',
  required: true,
  judge: (known) => {
    const found = ofKind(known.given, 'locks');
    const [first] = found;
    if (first === undefined) return null;
    const listed = found.flatMap(({ document }) => document.locks);
    const all = listed.filter(({ scope }) => isLocked(known, scope));
    const from = found.map((each) => each.given);
    if (all.length === 0) {
      const evidence = listed.length === 0 ? 'there is no lock' : 'no lock is of the network or the instance';
      return { outcome: 'met', evidence, from };
    }
    const named = all.map(({ name, level }) => `${name} (${level})`);
    return {
      outcome: 'not-met',
      required: all.some(({ level }) => /^ReadOnly$/i.test(level)),
      evidence: `${few(named, SHOWN)}: ReadOnly stops the deployment, CanNotDelete later changes of the network`,
      from,
    };
  },
  command: ({ vnet, subnet }) => {
    const id = vnet?.document.id ?? subnet?.document.id ?? null;
    const group = id === null ? null : (/\/resourceGroups\/([\w.-]{1,90})\//i.exec(id)?.[1] ?? null);
    return saveCommand('locks', `--resource-group ${group ?? 'GROUP'}`);
  },
};

/** Whether the scope of a lock has the network or the instance in it. Unless one is known, each group may have them. */
function isLocked({ vnet, subnet, publicIp, instance }: Known, scope: string | null): boolean {
  const ids = [
    vnet?.document.id,
    ...[subnet?.document.id, subnet?.document.nsg, subnet?.document.routeTable, subnet?.document.natGateway],
    publicIp?.document.id,
    ...[instance?.document.id, instance?.document.subnet],
  ].flatMap((id) => id?.toLowerCase() ?? []);
  if (scope === null) return true;
  if (ids.length === 0) return !/\/providers\//i.test(scope);
  const within = scope.toLowerCase();
  return ids.some((id) => `${id}/`.startsWith(`${within}/`));
}

export const CLASSIC_SUBNET: readonly Prerequisite[] = [
  delegation,
  size,
  links,
  nsgAttached,
  region,
  serviceEndpoints,
  locks,
  defaultOutbound,
];

export const V2_SUBNET: readonly Prerequisite[] = [
  { ...delegation, title: 'The subnet is delegated to the service that the tier demands' },
  size,
  links,
  nsgAttached,
  region,
  locks,
];
