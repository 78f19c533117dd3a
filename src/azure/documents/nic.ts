/** A network interface: `az network nic show`. */
import { fields, flag, listOf, reference, text, textList } from './fields.ts';
import { resource, resourceOf } from './resource.ts';
import type { Nic } from './types.ts';

const IpConfiguration = fields({ privateIpAddress: text, publicIpAddress: reference, subnet: reference });

export const NicResource = resource({
  ipConfigurations: listOf(IpConfiguration),
  networkSecurityGroup: reference,
  dnsSettings: fields({ dnsServers: textList, appliedDnsServers: textList }).nullish(),
  defaultOutboundConnectivityEnabled: flag,
  virtualMachine: reference,
}).transform((nic): Nic => {
  const { ipConfigurations: all, dnsSettings } = nic;
  const known = <Value>(values: readonly (Value | null)[]) => values.filter((value) => value !== null);
  return {
    kind: 'nic',
    ...resourceOf(nic),
    subnet: known(all.map(({ subnet }) => subnet))[0] ?? null,
    // A block of addresses has its prefix length behind it.
    privateAddresses: known(all.map((one) => one.privateIpAddress?.split('/')[0] ?? null)),
    publicAddresses: known(all.map(({ publicIpAddress }) => publicIpAddress)),
    nsg: nic.networkSecurityGroup,
    dnsServers: dnsSettings?.dnsServers ?? [],
    appliedDnsServers: dnsSettings?.appliedDnsServers ?? [],
    defaultOutbound: nic.defaultOutboundConnectivityEnabled,
    vm: nic.virtualMachine,
  };
});
