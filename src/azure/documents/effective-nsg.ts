/** The effective rules of a network interface: `az network nic list-effective-nsg`. */
import type { z } from 'zod';
import { fields, listOf, reference } from './fields.ts';
import { Rule } from './security-rule.ts';
import type { EffectiveNsg, SecurityGroup, SecurityRule } from './types.ts';

const Association = fields({ subnet: reference, networkInterface: reference, networkManager: reference });

const Group = fields({
  networkSecurityGroup: reference,
  association: Association.nullish(),
  effectiveSecurityRules: listOf(Rule),
});

/** Each network security group, and each admin configuration of Virtual Network Manager, with its rules. */
export const EffectiveNsgList = listOf(Group).transform(
  (groups): EffectiveNsg => ({ kind: 'effective-nsg', groups: groups.map(readGroup) }),
);

function readGroup({
  networkSecurityGroup: id,
  association,
  effectiveSecurityRules,
}: z.infer<typeof Group>): SecurityGroup {
  const { subnet = null, networkInterface = null, networkManager = null } = association ?? {};
  const isAdmin =
    /\/securityAdminConfigurations\//i.test(id ?? '') ||
    (networkManager !== null && subnet === null && networkInterface === null);
  const attachedTo = [subnet, networkInterface].filter((one) => one !== null);
  const nsg = subnet !== null ? 'subnet' : networkInterface !== null ? 'network-interface' : null;
  return {
    kind: isAdmin ? 'security-admin' : 'nsg',
    id,
    name: id?.split('/').at(-1) ?? null,
    location: null,
    association: isAdmin ? 'network-manager' : nsg,
    attachedTo,
    rules: effectiveSecurityRules.map(asAzureMeans),
  };
}

/** These lists print `*` as 0.0.0.0/0. */
function asAzureMeans(rule: SecurityRule): SecurityRule {
  const { source, destination } = rule;
  return { ...rule, source: withIPv6(source), destination: withIPv6(destination) };
}

function withIPv6(end: SecurityRule['source']): SecurityRule['source'] {
  const has = (cidr: string) => end.prefixes.some((prefix) => prefix.cidr === cidr);
  return has('0.0.0.0/0') && !has('::/0')
    ? { ...end, prefixes: [...end.prefixes, { cidr: '::/0', tag: null }] }
    : end;
}
