/** A public IP address: `az network public-ip show`. */
import { fields, reference, text } from './fields.ts';
import { resource, resourceOf } from './resource.ts';
import type { PublicIp } from './types.ts';

export const PublicIpResource = resource({
  ipAddress: text,
  sku: fields({ name: text }).nullish(),
  publicIpAllocationMethod: text,
  publicIpAddressVersion: text,
  dnsSettings: fields({ domainNameLabel: text }).nullish(),
  ipConfiguration: reference,
}).transform((ip): PublicIp => {
  const allocation = ip.publicIpAllocationMethod?.toLowerCase();
  const version = ip.publicIpAddressVersion?.toLowerCase();
  return {
    kind: 'public-ip',
    ...resourceOf(ip),
    address: ip.ipAddress,
    sku: ip.sku?.name ?? null,
    allocation: allocation === 'static' || allocation === 'dynamic' ? allocation : null,
    version: version === 'ipv4' ? 4 : version === 'ipv6' ? 6 : null,
    dnsLabel: ip.dnsSettings?.domainNameLabel ?? null,
    usedBy: ip.ipConfiguration,
  };
});
