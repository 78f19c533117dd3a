/** Decisions of rules and routes in the form of the report. Pure. */

import type { Found } from '../azure/documents/find.ts';
import type {
  FirewallRule,
  FirewallRules,
  Prefix,
  RuleEnd,
  SecurityGroup,
  SecurityRule,
} from '../azure/documents/types.ts';
import { addressesOf, covers } from '../azure/evaluate/address-set.ts';
import type { ChosenRoute } from '../azure/evaluate/routes.ts';
import type { MatchedRule } from '../azure/evaluate/security-rules.ts';
import type { RouteDecision, RuleDecision } from '../model/azure-documents.ts';

/** Priorities of rules that users make. */
const [FIRST, LAST] = [100, 4096];

/** @param far the addresses or tag that the rule matched, at the far end of the flow */
export function describeRule(
  { group, rule }: MatchedRule,
  far: { readonly addresses: readonly string[]; readonly tag: string | null },
  document: string,
): RuleDecision {
  const end = rule.direction === 'outbound' ? rule.destination : rule.source;
  return {
    access: rule.access === 'deny' ? 'deny' : 'allow',
    kind: group.kind,
    resource: group.id ?? group.name,
    association: group.association,
    rule: rule.name,
    priority: rule.priority,
    ...matchedPrefix(end, far),
    addresses: [...far.addresses],
    document,
    ...(group.kind === 'nsg' ? { freePriorities: findFreePriorities(group, rule) } : {}),
  };
}

/** The longest prefix that has the address, or the tag that the far end belongs to. */
function matchedPrefix(
  { prefixes, tags }: RuleEnd,
  far: { readonly addresses: readonly string[]; readonly tag: string | null },
): Pick<RuleDecision, 'prefix' | 'tag'> {
  const [address] = far.addresses;
  const target = addressesOf(address === undefined ? [] : [address]);
  const found = prefixes.filter(({ cidr }) => covers(addressesOf([cidr]), target)).sort(byLength)[0] ?? null;
  if (found !== null) return { prefix: found.cidr, tag: found.tag };
  const own = tags.find((tag) => tag.toLowerCase() === far.tag?.toLowerCase()) ?? tags[0];
  const [first] = prefixes;
  return { prefix: own ?? first?.tag ?? first?.cidr ?? '*', tag: null };
}

function byLength(one: Prefix, other: Prefix): number {
  return Number(other.cidr.split('/')[1] ?? 128) - Number(one.cidr.split('/')[1] ?? 128);
}

/** So many rules can be added by the commands of one finding. */
const MOST_FREE = 12;

/** The highest numbers before this rule's that no rule of its direction has. */
function findFreePriorities({ rules }: SecurityGroup, { priority: end, direction }: SecurityRule): number[] {
  const taken = new Set(rules.filter((rule) => rule.direction === direction).map(({ priority }) => priority));
  const free: number[] = [];
  for (let priority = Math.min(LAST, end - 1); priority >= FIRST && free.length < MOST_FREE; priority -= 1) {
    if (!taken.has(priority)) free.push(priority);
  }
  return free;
}

/** What allows everything where no network security group is attached. */
export function withoutGroup(addresses: readonly string[], document: string): RuleDecision {
  return {
    access: 'allow',
    kind: 'nsg',
    ...{ resource: null, association: null, rule: 'no network security group', priority: null },
    ...{ prefix: '*', tag: null, addresses: [...addresses], document },
  };
}

/** @param rule null when none matches, which denies */
export function describeFirewallRule(
  { document: policy, given }: Found<FirewallRules>,
  rule: FirewallRule | null,
  access: 'allow' | 'deny',
  addresses: readonly string[],
): RuleDecision {
  const end =
    rule === null ? '*' : (rule.hosts[0] ?? rule.destinationTags[0] ?? rule.destinations[0]?.cidr ?? '*');
  return {
    ...{ access, kind: 'firewall', resource: policy.id ?? policy.name, association: null },
    rule: rule?.name ?? 'no rule matches',
    priority: rule?.priority[1] ?? null,
    ...{ prefix: end, tag: null, addresses: [...addresses], document: given.file },
  };
}

/** @param addresses those of the target that take this route */
export function describeRoute(
  { route, prefix }: ChosenRoute,
  addresses: readonly string[],
  document: string,
): RouteDecision {
  return {
    prefix: prefix.cidr,
    source: route.source,
    name: route.name,
    tag: prefix.tag,
    nextHopType: route.nextHopType,
    nextHopAddress: route.nextHopAddresses[0] ?? null,
    addresses: [...addresses],
    document,
  };
}
