/** How many units of API Management fit into a subnet, in internal mode. Pure. */
import type { SubnetCapacity } from '../model/report.ts';

type Tier = SubnetCapacity['tier'];

/** Addresses that Azure reserves in every subnet: the first four and the last. */
const RESERVED = 5;
/** Addresses of the internal load balancer. */
const LOAD_BALANCER = 1;
const OF_A_UNIT: Readonly<Record<Tier, number>> = { premium: 2, developer: 1 };
/** The service's limit per region. */
const MOST_UNITS: Readonly<Record<Tier, number>> = { premium: 31, developer: 1 };

/**
 * The capacity of an IPv4 subnet, without other resources in it. Source: “Virtual network injection resources: Azure
 * API Management”, 2025-04-17.
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
  return {
    tier,
    units: wanted,
    total,
    usable,
    needed: wanted * OF_A_UNIT[tier] + LOAD_BALANCER,
    vmInside,
    unitsThatFit: unitsIn(usable - (vmInside ? 1 : 0), tier),
    unitsWithoutVm: unitsIn(usable, tier),
  };
}

function unitsIn(addresses: number, tier: Tier): number {
  const fitting = Math.floor((addresses - LOAD_BALANCER) / OF_A_UNIT[tier]);
  return Math.min(MOST_UNITS[tier], Math.max(0, fitting));
}
