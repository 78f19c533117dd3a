/** The subnet of the service: how much fits into it, and whether what the user says agrees with it. Pure. */
import ipaddr from 'ipaddr.js';
import type { Options } from '../config/types.ts';
import type { Environment } from '../model/report.ts';
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
    // In a container the interfaces are not the VM's own, and the service knows better.
    const vmInside = cidr === known || interfaces.some(({ address }) => isInside(address, cidr));
    const [, prefixLength] = ipaddr.IPv4.parseCIDR(cidr);
    return subnetCapacity(prefixLength, options.tier, options.units, vmInside);
  };
  const room = subnet === null ? null : capacityOf(subnet);
  return {
    network: { interfaces, subnet, subnetCapacity: room, vip: options.vip },
    notes: [...subnetNotes(options.subnet, known), ...vipNotes(options, subnet, interfaces)],
  };
}

/** The user's word goes before the service's, but a contradiction is said. */
function subnetNotes(given: string | null, known: string | null): string[] {
  if (given === null || known === null || given === known) return [];
  return [`the metadata service names the subnet ${known}; --subnet ${given} is followed`];
}

/** A virtual IP that this VM or Azure itself has is none; one outside of the subnet may be right or wrong. */
function vipNotes(
  { vip, subnet: given }: Options,
  subnet: string | null,
  interfaces: Network['interfaces'],
): string[] {
  if (vip === null) return [];
  if (interfaces.some(({ address }) => address === vip)) {
    return [`--vip ${vip} is an address of this VM itself, so it cannot be the gateway’s`];
  }
  if (subnet === null || family(vip) !== 'ipv4') return [];
  if (isInside(vip, subnet)) {
    if (!isKept(vip, subnet)) return [];
    const why = 'one of the five that Azure keeps of every subnet (the first four and the last)';
    return [`--vip ${vip} cannot be the gateway’s: it is ${why}, here ${subnet}`];
  }
  return given === null
    ? [
        `--vip ${vip} lies outside of this VM’s subnet ${subnet}: right when the instance is in another one, ` +
          'perhaps of a peered network; else the address is wrong',
      ]
    : [`--vip ${vip} lies outside of --subnet ${subnet}: one of the two is not the instance’s`];
}

function family(address: string): 'ipv4' | 'ipv6' | null {
  return ipaddr.isValid(address) ? ipaddr.process(address).kind() : null;
}

function isInside(address: string, subnet: string): boolean {
  if (family(address) !== 'ipv4') return false;
  return ipaddr.process(address).match(ipaddr.IPv4.parseCIDR(subnet));
}

function isKept(address: string, subnet: string): boolean {
  const [, length] = ipaddr.IPv4.parseCIDR(subnet);
  const offset = numberOf(address) - numberOf(ipaddr.IPv4.networkAddressFromCIDR(subnet).toString());
  return offset < 4 || offset === 2 ** (32 - length) - 1;
}

/** An IPv4 address as a number. */
function numberOf(address: string): number {
  return ipaddr
    .process(address)
    .toByteArray()
    .reduce((number, byte) => number * 256 + byte, 0);
}
