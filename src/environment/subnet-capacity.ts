/** How many units of API Management fit into a subnet, in internal mode. Pure. */
import type { SubnetCapacity } from '../model/report.ts';
import { TIER_FACTS, type Tier } from '../model/tiers.ts';

/** Addresses that Azure reserves in every subnet: the first four and the last. */
const RESERVED = 5;

/**
 * The capacity of an IPv4 subnet, without other resources in it.
 * @param prefixLength 0 to 32
 * @param units requested; null means one
 * @param vmInside whether this VM has an address in the subnet
 */
export function subnetCapacity(
  prefixLength: number,
  tier: Tier,
  units: number | null,
  vmInside: boolean,
): SubnetCapacity {
  const total = 2 ** (32 - prefixLength);
  const usable = Math.max(0, total - RESERVED);
  const wanted = units ?? 1;
  const { addressesPerUnit, addressesBeside } = TIER_FACTS[tier];
  return {
    tier,
    units: wanted,
    total,
    usable,
    needed: wanted * addressesPerUnit + addressesBeside,
    vmInside,
    unitsThatFit: unitsIn(usable - (vmInside ? 1 : 0), tier),
    unitsWithoutVm: unitsIn(usable, tier),
  };
}

function unitsIn(addresses: number, tier: Tier): number {
  const { addressesPerUnit, addressesBeside, mostUnits } = TIER_FACTS[tier];
  const fitting = Math.floor((addresses - addressesBeside) / addressesPerUnit);
  return Math.min(mostUnits, Math.max(0, fitting));
}
