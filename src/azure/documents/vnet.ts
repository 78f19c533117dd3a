/** A virtual network with its subnets: `az network vnet show`. */
import { fields, listOf, reference, text, textList } from './fields.ts';
import { resource, resourceOf } from './resource.ts';
import { SubnetResource } from './subnet.ts';
import type { Vnet } from './types.ts';

const Peering = fields({ peeringState: text, remoteVirtualNetwork: reference }).transform(
  ({ peeringState, remoteVirtualNetwork }) => ({
    state: peeringState ?? 'unknown',
    remote: remoteVirtualNetwork,
  }),
);

export const VnetResource = resource({
  addressSpace: fields({ addressPrefixes: textList }).nullish(),
  dhcpOptions: fields({ dnsServers: textList }).nullish(),
  subnets: listOf(SubnetResource),
  virtualNetworkPeerings: listOf(Peering),
}).transform(
  (vnet): Vnet => ({
    kind: 'vnet',
    ...resourceOf(vnet),
    prefixes: vnet.addressSpace?.addressPrefixes ?? [],
    dnsServers: vnet.dhcpOptions?.dnsServers ?? [],
    subnets: vnet.subnets,
    peerings: vnet.virtualNetworkPeerings,
  }),
);
