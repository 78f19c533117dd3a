/** Whether the virtual IP given with --vip can be the gateway's. Pure. */
import ipaddr from 'ipaddr.js';
import type { Environment } from '../model/report.ts';

/** An address of this VM or of Azure cannot be the gateway's; an address outside the subnet is only suspicious. */
export function vipNotes({ vip, subnet, interfaces }: Environment['network']): string[] {
  if (vip === null) return [];
  if (interfaces.some(({ address }) => address === vip)) {
    return [`--vip ${vip} is an address of this VM itself, so it cannot be the gateway’s`];
  }
  if (subnet === null || !ipaddr.IPv4.isValidCIDR(subnet) || !isIPv4(vip)) return [];
  if (!ipaddr.process(vip).match(ipaddr.IPv4.parseCIDR(subnet))) {
    return [
      `--vip ${vip} lies outside of the subnet ${subnet}: right when the instance is in another subnet, perhaps of a ` +
        'peered network; else the address or the subnet is not the instance’s',
    ];
  }
  if (!isReserved(vip, subnet)) return [];
  const why = 'one of the five that Azure reserves in every subnet (the first four and the last)';
  return [`--vip ${vip} cannot be the gateway’s: it is ${why}, here ${subnet}`];
}

function isIPv4(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).kind() === 'ipv4';
}

function isReserved(address: string, subnet: string): boolean {
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
