/** The subnet of the service: its capacity, and whether --subnet agrees with the metadata service. Pure. */
import { isInside, prefixOf } from '../common/cidr.ts';
import type { Options } from '../config/types.ts';
import type { Environment } from '../model/report.ts';
import { isV2 } from '../model/tiers.ts';
import { subnetCapacity } from './subnet-capacity.ts';

type Network = Environment['network'];

/**
 * The network as the report describes it.
 * @param known the subnet that the instance metadata service names; null when it names none
 */
export function networkOf(
  options: Options,
  known: string | null,
  interfaces: Network['interfaces'],
): { readonly network: Network; readonly notes: readonly string[] } {
  const subnet = options.subnet ?? known;
  const capacityOf = (cidr: string) => {
    // In a container the interfaces are not those of the VM, so the metadata service is more reliable.
    const vmInside = cidr === known || interfaces.some(({ address }) => isInside(address, cidr));
    return subnetCapacity(prefixOf(cidr), options.tier, options.units, vmInside);
  };
  // No VM can stand in the subnet of a v2 tier: the metadata service knows another one.
  const own = isV2(options.tier) ? options.subnet : subnet;
  const capacity = own === null ? null : capacityOf(own);
  return {
    network: { interfaces, subnet, subnetCapacity: capacity, vip: options.vip },
    notes: subnetNotes(options.subnet, known),
  };
}

/** --subnet takes precedence over the metadata service; a contradiction becomes a note. */
function subnetNotes(given: string | null, known: string | null): string[] {
  if (given === null || known === null || given === known) return [];
  return [`the metadata service names the subnet ${known}; the subnet ${given} that was given is followed`];
}
