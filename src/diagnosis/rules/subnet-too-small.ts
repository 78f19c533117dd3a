import type { Observations, SubnetCapacity, Target } from '../../model/report.ts';
import { TIER_FACTS } from '../../model/tiers.ts';
import { rerunAllCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { count } from '../text.ts';

/** Addresses that Azure reserves in every subnet. */
const RESERVED_ADDRESSES = 5;

/** The subnet is too small for the requested units, or too small until this VM is removed. */
export const subnetTooSmall: Rule = ({ observations, targets }) => {
  const { subnet, subnetCapacity: capacity } = observations.environment.network;
  if (subnet === null || capacity === null) return [];
  const instance = targets.some(isNamedEndpoint);
  if (capacity.needed > capacity.usable || capacity.total < smallestOf(capacity))
    return [tooSmall(observations, subnet, capacity, instance)];
  return capacity.vmInside && capacity.needed + 1 > capacity.usable
    ? [vmInTheWay(observations, subnet, capacity, instance)]
    : [];
};

function tooSmall(observations: Observations, subnet: string, capacity: SubnetCapacity, instance: boolean) {
  const without = capacity.vmInside ? ' even without this VM' : '';
  const most = describeMost(capacity);
  return createFinding('subnet-too-small', {
    title: `${subnet} cannot hold ${unitsOf(capacity)}${without}: ${most}`,
    explanation: `${describeNeed(subnet, capacity)}${describeInstance(instance)}`,
    targets: [],
    // An existing instance has its addresses, perhaps in this subnet, so this is not an error.
    severity: instance ? 'info' : 'error',
    remedy: [
      `Use a /${prefixFor(capacity)}, the smallest subnet for ${unitsOf(capacity)}, or a larger one, which leaves room for ` +
        'scaling. A subnet that is in use cannot be resized in place.',
      ...(capacity.unitsWithoutVm > 0 && capacity.units > 1 ? ['Or ask for fewer units.'] : []),
    ],
    // From a VM in the larger subnet, which the metadata service then names.
    confirm: rerunAllCommand(observations, { key: 'subnet', value: null }),
  });
}

function describeMost(capacity: SubnetCapacity): string {
  if (capacity.unitsWithoutVm === 0) return 'none fits';
  if (capacity.total < smallestOf(capacity)) {
    return `the tier takes a /${TIER_FACTS[capacity.tier].smallestSubnet} or larger`;
  }
  return `at most ${count(capacity.unitsWithoutVm, 'unit')} would fit`;
}

/** In a /29, this VM takes the address that the deployment needs. */
function vmInTheWay(observations: Observations, subnet: string, capacity: SubnetCapacity, instance: boolean) {
  return createFinding('subnet-too-small', {
    title: `${subnet} holds ${unitsOf(capacity)} only once this VM is removed from it`,
    explanation:
      `${describeNeed(subnet, capacity)} This VM has one of them, so the deployment would fail for the lack of a single ` +
      `address while every endpoint can be reached.${describeInstance(instance)}`,
    targets: [],
    // The subnet is large enough after the VM is removed, and the user removes it anyway.
    severity: 'info',
    owner: 'vm',
    remedy: [
      'Remove this VM and its network interface before the deployment: a deallocated VM keeps its address, and so ' +
        'does an interface that was left behind.',
      'Or test from a VM in another subnet of the same routes, rules and DNS servers.',
      'Or use a larger subnet: a /27 or larger leaves room for scaling.',
    ],
    // From a VM in another subnet.
    confirm: rerunAllCommand(observations, { key: 'subnet', value: subnet }),
  });
}

/** An endpoint with the instance's full name; the user gave it, so the instance exists. */
function isNamedEndpoint({ group, host }: Target): boolean {
  return (group === 'gateway' || group === 'control-plane') && !host.includes('<');
}

function describeInstance(instance: boolean): string {
  if (!instance) return '';
  return (
    ' An instance exists already: if it is in this subnet, it has the addresses of the units that it has, and ' +
    'this matters only when it is to be scaled or deployed again.'
  );
}

function unitsOf({ units, tier }: SubnetCapacity): string {
  return `${count(units, 'unit')} of ${TIER_FACTS[tier].name}`;
}

/** Addresses of the smallest subnet that the tier takes, whatever its units. */
function smallestOf({ tier }: SubnetCapacity): number {
  return 2 ** (32 - TIER_FACTS[tier].smallestSubnet);
}

/** The longest prefix with enough addresses that the tier takes. */
function prefixFor({ needed, tier }: SubnetCapacity): number {
  return Math.min(TIER_FACTS[tier].smallestSubnet, 32 - Math.ceil(Math.log2(needed + RESERVED_ADDRESSES)));
}

function describeNeed(subnet: string, { usable, needed, units, tier }: SubnetCapacity): string {
  const { name, addressesPerUnit } = TIER_FACTS[tier];
  const each = addressesPerUnit === 2 ? 'two addresses a unit' : 'one address';
  return (
    `${subnet} has ${usable} usable addresses, as Azure keeps five. In internal mode ` +
    `${count(units, 'unit')} of ${name} ${units === 1 ? 'takes' : 'take'} ${needed}: ${each}, and one ` +
    'for the load balancer.'
  );
}
