/** How many units of API Management a subnet holds, in internal mode. Pure. */
import type { SubnetCapacity } from '../model/report.ts';

type Tier = SubnetCapacity['tier'];

/** Addresses that Azure keeps of every subnet: the first four and the last. */
const KEPT = 5;
/** The internal load balancer has an address of its own. */
const LOAD_BALANCER = 1;
const OF_A_UNIT: Readonly<Record<Tier, number>> = { premium: 2, developer: 1 };
/** What the service itself allows in a region. */
const MOST_UNITS: Readonly<Record<Tier, number>> = { premium: 31, developer: 1 };

/**
 * The room of an IPv4 subnet, other resources in it not counted. Source: “Virtual network injection resources:
 * Azure API Management”, 2025-04-17.
 * @param prefixLength 0 to 32
 * @param units asked for; null is one
 * @param vmInside whether this VM has an address in it
 */
export function subnetCapacity(
  prefixLength: number,
  tier: Tier,
  units: number | null,
  vmInside: boolean,
): SubnetCapacity {
  const total = 2 ** (32 - prefixLength);
  const usable = Math.max(0, total - KEPT);
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
