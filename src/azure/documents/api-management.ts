/** The API Management service: `az apim show`, or `Get-AzApiManagement` with names of its own. */
import { z } from 'zod';
import { fields, listOf, number, reference, text, textList } from './fields.ts';
import { regionName, resource, resourceOf } from './resource.ts';
import type { ApiManagement, CustomDomain, HostRole } from './types.ts';

/** `{"name": "Premium", "capacity": 2}`; Azure PowerShell has the name alone, and the capacity beside it. */
const Sku = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  fields({ name: text, capacity: number }).nullish(),
);

const Network = fields({ subnetResourceId: text }).nullish();

const Location = fields({
  location: text,
  sku: Sku,
  capacity: number,
  privateIpAddresses: textList,
  virtualNetworkConfiguration: Network,
  virtualNetwork: Network,
});

const Domain = fields({
  type: text,
  hostnameType: text,
  hostName: text,
  certificateSource: text,
  keyVaultId: text,
  certificate: fields({ expiry: text }).nullish(),
  certificateInformation: fields({ expiration: text }).nullish(),
});

const ROLES: Readonly<Record<string, HostRole>> = {
  proxy: 'gateway',
  portal: 'portal',
  developerportal: 'developer',
  management: 'management',
  scm: 'scm',
  configurationapi: 'configuration',
};

export const ApiManagementResource = resource({
  sku: Sku,
  capacity: number,
  virtualNetworkType: text,
  vpnType: text,
  virtualNetworkConfiguration: Network,
  virtualNetwork: Network,
  publicIpAddressId: reference,
  publicIpAddresses: textList,
  privateIpAddresses: textList,
  platformVersion: text,
  provisioningState: text,
  hostnameConfigurations: listOf(Domain),
  proxyCustomHostnameConfiguration: listOf(Domain),
  portalCustomHostnameConfiguration: listOf(Domain),
  developerPortalHostnameConfiguration: listOf(Domain),
  managementCustomHostnameConfiguration: listOf(Domain),
  scmCustomHostnameConfiguration: listOf(Domain),
  additionalLocations: listOf(Location),
  additionalRegions: listOf(Location),
}).transform((service): ApiManagement => {
  const domains = [
    ...service.hostnameConfigurations,
    ...service.proxyCustomHostnameConfiguration,
    ...service.portalCustomHostnameConfiguration,
    ...service.developerPortalHostnameConfiguration,
    ...service.managementCustomHostnameConfiguration,
    ...service.scmCustomHostnameConfiguration,
  ];
  return {
    kind: 'api-management',
    ...resourceOf(service),
    sku: service.sku?.name ?? null,
    units: service.sku?.capacity ?? service.capacity,
    networkType: service.virtualNetworkType ?? service.vpnType,
    subnet: subnetOf(service),
    publicIp: service.publicIpAddressId,
    publicAddresses: service.publicIpAddresses,
    privateAddresses: service.privateIpAddresses,
    platformVersion: service.platformVersion,
    provisioningState: service.provisioningState,
    customDomains: domains.flatMap(readDomain),
    furtherLocations: [...service.additionalLocations, ...service.additionalRegions].map((one) => ({
      location: regionName(one.location ?? ''),
      units: one.sku?.capacity ?? one.capacity,
      privateAddresses: one.privateIpAddresses,
      subnet: subnetOf(one),
    })),
  };
});

function subnetOf({
  virtualNetworkConfiguration,
  virtualNetwork,
}: Pick<z.infer<typeof Location>, 'virtualNetworkConfiguration' | 'virtualNetwork'>): string | null {
  return virtualNetworkConfiguration?.subnetResourceId ?? virtualNetwork?.subnetResourceId ?? null;
}

/** Nothing for the names that every instance has. */
function readDomain(domain: z.infer<typeof Domain>): CustomDomain[] {
  const { hostName: host } = domain;
  const role = ROLES[(domain.type ?? domain.hostnameType ?? '').toLowerCase()];
  if (role === undefined || host === null || /\.azure-api\.(?:net|us|cn)$/i.test(host)) return [];
  const expiry = Date.parse(domain.certificate?.expiry ?? domain.certificateInformation?.expiration ?? '');
  return [
    {
      role,
      host: host.toLowerCase(),
      certificateSource: domain.certificateSource ?? (domain.keyVaultId === null ? null : 'KeyVault'),
      expiry: Number.isNaN(expiry) ? null : new Date(expiry).toISOString(),
    },
  ];
}
