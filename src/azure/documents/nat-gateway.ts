/** A NAT gateway: `az network nat gateway show`. */
import { references } from './fields.ts';
import { resource, resourceOf } from './resource.ts';
import type { NatGateway } from './types.ts';

export const NatGatewayResource = resource({
  publicIpAddresses: references,
  publicIpPrefixes: references,
  subnets: references,
}).transform(
  (gateway): NatGateway => ({
    kind: 'nat-gateway',
    ...resourceOf(gateway),
    publicAddresses: [...gateway.publicIpAddresses, ...gateway.publicIpPrefixes],
    subnets: gateway.subnets,
  }),
);
