/** A subnet: `az network vnet subnet show`, or one of those in a virtual network. */
import { check } from './check.ts';
import { fields, flag, listOf, reference, references, text, textList } from './fields.ts';
import { splitPrefixes } from './prefixes.ts';
import { resource, resourceOf } from './resource.ts';
import type { Subnet } from './types.ts';

/** A reservation of another service. */
const Link = fields({ name: text, linkedResourceType: text, link: text }).transform(
  ({ name, linkedResourceType, link }) => linkedResourceType ?? link ?? name ?? 'without a name',
);

export const SubnetResource = resource({
  addressPrefix: textList,
  addressPrefixes: textList,
  delegations: listOf(fields({ serviceName: text })),
  serviceEndpoints: listOf(fields({ service: text })),
  networkSecurityGroup: reference,
  routeTable: reference,
  natGateway: reference,
  defaultOutboundAccess: flag,
  ipConfigurations: references,
  resourceNavigationLinks: listOf(Link),
  serviceAssociationLinks: listOf(Link),
  provisioningState: text,
}).transform((subnet, context): Subnet => {
  const written = [...new Set([...subnet.addressPrefix, ...subnet.addressPrefixes])];
  const { cidrs } = check(context, 'addressPrefix', () => splitPrefixes(written), { cidrs: [], tags: [] });
  const used = subnet.ipConfigurations.length;
  return {
    kind: 'subnet',
    ...resourceOf(subnet),
    prefixes: cidrs,
    delegations: subnet.delegations.map(({ serviceName }) => serviceName).filter((name) => name !== null),
    serviceEndpoints: subnet.serviceEndpoints.map(({ service }) => service).filter((name) => name !== null),
    nsg: subnet.networkSecurityGroup,
    routeTable: subnet.routeTable,
    natGateway: subnet.natGateway,
    defaultOutboundAccess: subnet.defaultOutboundAccess,
    // A subnet that exists has a state, and Azure leaves an empty list out; a template has neither.
    usedAddresses: used > 0 || subnet.provisioningState !== null ? used : null,
    ipConfigurations: subnet.ipConfigurations,
    navigationLinks: subnet.resourceNavigationLinks,
    associationLinks: subnet.serviceAssociationLinks,
  };
});
