/** A network security group: `az network nsg show`. Its service tags are not expanded to addresses. */
import { listOf, references } from './fields.ts';
import { resource, resourceOf } from './resource.ts';
import { Rule } from './security-rule.ts';
import type { Nsg, RuleEnd, SecurityRule } from './types.ts';

export const NsgResource = resource({
  securityRules: listOf(Rule),
  defaultSecurityRules: listOf(Rule),
  subnets: references,
  networkInterfaces: references,
}).transform((nsg): Nsg => {
  const { securityRules, defaultSecurityRules, subnets, networkInterfaces } = nsg;
  const kinds = [
    ...(subnets.length > 0 ? ['subnet' as const] : []),
    ...(networkInterfaces.length > 0 ? ['network-interface' as const] : []),
  ];
  return {
    kind: 'nsg',
    ...resourceOf(nsg),
    association: kinds.length === 1 ? (kinds[0] ?? null) : null,
    attachedTo: [...subnets, ...networkInterfaces],
    rules: [...securityRules, ...(defaultSecurityRules.length > 0 ? defaultSecurityRules : DEFAULT_RULES)],
  };
});

const ANY: RuleEnd = {
  prefixes: [
    { cidr: '0.0.0.0/0', tag: null },
    { cidr: '::/0', tag: null },
  ],
  tags: [],
  applicationGroups: [],
};
const tagged = (tag: string): RuleEnd => ({ prefixes: [], tags: [tag], applicationGroups: [] });

/**
 * The rules that every group has; a document may leave them out. Source: “Network security groups”, default security
 * rules.
 */
const DEFAULT_RULES: readonly SecurityRule[] = (
  [
    ['AllowVnetInBound', 65_000, 'inbound', 'allow', tagged('VirtualNetwork'), tagged('VirtualNetwork')],
    ['AllowAzureLoadBalancerInBound', 65_001, 'inbound', 'allow', tagged('AzureLoadBalancer'), ANY],
    ['DenyAllInBound', 65_500, 'inbound', 'deny', ANY, ANY],
    ['AllowVnetOutBound', 65_000, 'outbound', 'allow', tagged('VirtualNetwork'), tagged('VirtualNetwork')],
    ['AllowInternetOutBound', 65_001, 'outbound', 'allow', ANY, tagged('Internet')],
    ['DenyAllOutBound', 65_500, 'outbound', 'deny', ANY, ANY],
  ] as const
).map(([name, priority, direction, access, source, destination]) => ({
  ...{ name, priority, direction, access, source, destination },
  protocol: 'any',
  sourcePorts: [[0, 65_535]],
  destinationPorts: [[0, 65_535]],
}));
