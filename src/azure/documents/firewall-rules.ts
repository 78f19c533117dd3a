/** Rules of Azure Firewall: a policy's rule collection groups, or the classic rules of a firewall. */
import { z } from 'zod';
import { check } from './check.ts';
import { fields, listOf, number, references, text, textList } from './fields.ts';
import { readPorts, splitPrefixes } from './prefixes.ts';
import { resource, resourceOf } from './resource.ts';
import type { FirewallRule, FirewallRules } from './types.ts';

type Kind = FirewallRule['kind'];
type Protocol = FirewallRule['protocols'][number];

/** A protocol of a network rule is a word; one of an application rule has its port. */
const WrittenProtocol = z.preprocess(
  (value) => (typeof value === 'string' ? { protocolType: value } : value),
  fields({ protocolType: text, port: number }),
);

const WrittenRule = fields({
  name: text,
  ruleType: text,
  ipProtocols: listOf(WrittenProtocol),
  protocols: listOf(WrittenProtocol),
  sourceAddresses: textList,
  sourceIpGroups: references,
  destinationAddresses: textList,
  destinationIpGroups: references,
  destinationFqdns: textList,
  destinationPorts: textList,
  targetFqdns: textList,
  targetUrls: textList,
  fqdnTags: textList,
  webCategories: textList,
}).transform((rule, context) => {
  const none = { cidrs: [], tags: [] };
  const sources = check(context, 'sourceAddresses', () => splitPrefixes(rule.sourceAddresses), none);
  const given = rule.destinationAddresses;
  const destinations = check(context, 'destinationAddresses', () => splitPrefixes(given), none);
  const protocols = [...rule.ipProtocols, ...rule.protocols];
  const applied = protocols.flatMap(({ port }) => (port === null ? [] : [String(port)]));
  return {
    name: rule.name ?? 'without a name',
    ruleType: rule.ruleType,
    protocols: protocols.map(({ protocolType }) => protocolOf(protocolType)).filter((one) => one !== null),
    sources: sources.cidrs.map((cidr) => ({ cidr, tag: null })),
    ipGroups: [...rule.sourceIpGroups, ...rule.destinationIpGroups],
    destinations: destinations.cidrs.map((cidr) => ({ cidr, tag: null })),
    destinationTags: destinations.tags,
    hosts: [...rule.destinationFqdns, ...rule.targetFqdns, ...rule.targetUrls.map(hostOf)],
    hostTags: [...rule.fqdnTags, ...rule.webCategories],
    ports: check(context, 'destinationPorts', () => readPorts([...rule.destinationPorts, ...applied]), []),
  };
});

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  any: 'any',
  '*': 'any',
  tcp: 'tcp',
  udp: 'udp',
  icmp: 'icmp',
  http: 'http',
  https: 'https',
  mssql: 'mssql',
};

function protocolOf(written: string | null): Protocol | null {
  return PROTOCOLS[(written ?? '').toLowerCase()] ?? null;
}

/** `www.contoso.com/path` */
function hostOf(url: string): string {
  return url.replace(/^https?:\/\//i, '').split('/')[0] ?? url;
}

const Collection = fields({
  name: text,
  priority: number,
  ruleCollectionType: text,
  action: fields({ type: text }).nullish(),
  rules: listOf(WrittenRule),
});

const Group = resource({
  priority: number,
  ruleCollections: listOf(Collection),
  ruleCollection: listOf(Collection),
  networkRuleCollections: listOf(Collection),
  applicationRuleCollections: listOf(Collection),
  natRuleCollections: listOf(Collection),
});

/** `az network firewall policy rule-collection-group list` or `show`, and `az network firewall show`. */
export const FirewallRuleList = listOf(Group).transform(
  (groups): FirewallRules => ({
    kind: 'firewall-rules',
    ...resourceOf(groups.length === 1 && groups[0] !== undefined ? groups[0] : policyOf(groups)),
    rules: groups.flatMap((group) => [
      ...rulesIn(group, [...group.ruleCollections, ...group.ruleCollection], null),
      ...rulesIn(group, group.natRuleCollections, 'nat'),
      ...rulesIn(group, group.networkRuleCollections, 'network'),
      ...rulesIn(group, group.applicationRuleCollections, 'application'),
    ]),
  }),
);

/** The policy that several groups belong to. */
function policyOf([first]: readonly z.infer<typeof Group>[]): Pick<
  FirewallRules,
  'id' | 'name' | 'location'
> {
  const id = first?.id?.replace(/\/ruleCollectionGroups\/[^/]*$/i, '') ?? null;
  return { id, name: null, location: null };
}

function rulesIn(
  group: z.infer<typeof Group>,
  collections: readonly z.infer<typeof Collection>[],
  kind: Kind | null,
): FirewallRule[] {
  return collections.flatMap((collection) =>
    collection.rules.map(({ ruleType, ...rule }) => ({
      ...rule,
      collection: collection.name ?? 'without a name',
      priority: [group.priority ?? 0, collection.priority ?? 0] as const,
      kind: kind ?? kindOf(ruleType, collection.ruleCollectionType),
      access: /^deny$/i.test(collection.action?.type ?? '') ? ('deny' as const) : ('allow' as const),
    })),
  );
}

function kindOf(ruleType: string | null, collectionType: string | null): Kind {
  if (/nat/i.test(`${ruleType}`) || /NatRuleCollection/i.test(`${collectionType}`)) return 'nat';
  return /application/i.test(`${ruleType}`) ? 'application' : 'network';
}
