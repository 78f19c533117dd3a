import type { SubnetCapacity, Target } from '../../model/report.ts';
import { finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { count } from '../text.ts';

/** Addresses that Azure keeps of every subnet. */
const KEPT = 5;

/** The subnet has no room for the units asked for, or none as long as this VM stays in it. */
export const subnetTooSmall: Rule = ({ observations, targets }) => {
  const { subnet, subnetCapacity: room } = observations.environment.network;
  if (subnet === null || room === null) return [];
  const instance = targets.some(isNamedEndpoint);
  if (room.needed > room.usable) return [tooSmall(subnet, room, instance)];
  return room.vmInside && room.needed + 1 > room.usable ? [inTheWay(subnet, room, instance)] : [];
};

function tooSmall(subnet: string, room: SubnetCapacity, instance: boolean) {
  const without = room.vmInside ? ' even without this VM' : '';
  const most =
    room.unitsWithoutVm === 0 ? 'none fits' : `at most ${count(room.unitsWithoutVm, 'unit')} would fit`;
  return finding('subnet-too-small', {
    title: `${subnet} cannot hold ${unitsOf(room)}${without}: ${most}`,
    explanation: `${needs(subnet, room)}${taken(instance)}`,
    targets: [],
    // An instance that exists has its addresses, perhaps in this very subnet: then nothing is wrong any more.
    severity: instance ? 'info' : 'error',
    remedy: [
      `Use a /${prefixFor(room)}, the smallest subnet for ${unitsOf(room)}, or a larger one, which leaves room for ` +
        'scaling. A subnet that is in use cannot be resized in place.',
      ...(room.unitsWithoutVm > 0 && room.units > 1 ? ['Or ask for fewer units.'] : []),
    ],
    confirm: runAgain(room),
  });
}

/** The trap of a /29: what was tested from this VM is refused because of this VM. */
function inTheWay(subnet: string, room: SubnetCapacity, instance: boolean) {
  return finding('subnet-too-small', {
    title: `${subnet} holds ${unitsOf(room)} only once this VM is removed from it`,
    explanation:
      `${needs(subnet, room)} This VM has one of them, so the deployment would fail for the lack of a single ` +
      `address while every endpoint can be reached.${taken(instance)}`,
    targets: [],
    // The subnet fits once this VM is gone, and it has to go anyway.
    severity: 'info',
    owner: 'vm',
    remedy: [
      'Remove this VM and its network interface before the deployment: a deallocated VM keeps its address, and so ' +
        'does an interface that was left behind.',
      'Or test from a VM in another subnet of the same routes, rules and DNS servers.',
      'Or use a larger subnet: a /27 or larger leaves room for scaling.',
    ],
    confirm: 'az network vnet subnet show --ids SUBNET-ID --query ipConfigurations',
  });
}

/** An endpoint of the instance by its full name: somebody gave the name, so the instance exists. */
function isNamedEndpoint({ group, host }: Target): boolean {
  return (group === 'gateway' || group === 'control-plane') && !host.includes('<');
}

function taken(instance: boolean): string {
  if (!instance) return '';
  return (
    ' An instance exists already: if it is in this subnet, it has the addresses of the units that it has, and ' +
    'this matters only when it is to be scaled or deployed again.'
  );
}

function unitsOf({ units, tier }: SubnetCapacity): string {
  return `${count(units, 'unit')} of ${tierName(tier)}`;
}

function tierName(tier: SubnetCapacity['tier']): string {
  return tier === 'premium' ? 'Premium' : 'Developer';
}

/** The longest prefix with enough addresses; the service takes a /29 at the smallest. */
function prefixFor({ needed }: SubnetCapacity): number {
  return 32 - Math.max(3, Math.ceil(Math.log2(needed + KEPT)));
}

function needs(subnet: string, { usable, needed, units, tier }: SubnetCapacity): string {
  const each = tier === 'premium' ? 'two addresses a unit' : 'one address';
  return (
    `${subnet} has ${usable} usable addresses, as Azure keeps five. In internal mode ` +
    `${count(units, 'unit')} of ${tierName(tier)} ${units === 1 ? 'takes' : 'take'} ${needed}: ${each}, and one ` +
    'for the load balancer.'
  );
}

/** From a VM in the new subnet, which the metadata service then names. */
function runAgain({ tier, units }: SubnetCapacity): string {
  return tier === 'developer' ? 'apim-probe run --tier developer' : `apim-probe run --units ${units}`;
}
