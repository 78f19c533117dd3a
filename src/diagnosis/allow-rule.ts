/** The rule that a finding asks for, in words and as a command of the Azure CLI. Pure. */

import { shellWord } from '../common/shell-quote.ts';
import { capitalize } from '../common/wording.ts';
import type { PreflightCheck, RuleDecision } from '../model/azure-documents.ts';
import type { Target } from '../model/report.ts';
import { dialledAddresses } from './addresses.ts';
import { nameOfResource } from './azure-side.ts';
import { destinations } from './destinations.ts';
import { list, listHosts } from './text.ts';

/** Traffic that one rule of a network security group allows. */
export type Needed = NonNullable<PreflightCheck['needs']> & {
  /** Host names, for application rules of a firewall; empty when unknown. */
  readonly hosts: readonly string[];
};

/** What these targets need, one for each destination and protocol. */
export function neededBy(targets: readonly Target[]): Needed[] {
  return [...Map.groupBy(targets, protocolOf)].flatMap(([protocol, some]) =>
    destinations(some).map((group) => ({
      direction: 'outbound' as const,
      protocol,
      peers: group.isPrivate
        ? [...new Set(group.targets.flatMap(dialledAddresses))].sort()
        : [group.serviceTag ?? 'Internet'],
      ports: [...group.ports],
      hosts: [...new Set(group.targets.map(({ host }) => host))],
    })),
  );
}

function protocolOf({ protocol }: Target): Needed['protocol'] {
  return protocol === 'dns' || protocol === 'ntp' ? 'udp' : 'tcp';
}

/** Joins what has the same destination. */
export function mergeNeeded(all: readonly Needed[]): Needed[] {
  const keyOf = ({ direction, protocol, peers }: Needed): string =>
    [direction, protocol, ...peers].join(' ').toLowerCase();
  return [...Map.groupBy(all, keyOf).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const ports = [...new Set(same.flatMap((each) => each.ports))].sort((one, other) => one - other);
    return [{ ...first, ports, hosts: [...new Set(same.flatMap(({ hosts }) => hosts))] }];
  });
}

/** “TCP 1433 to Sql” */
export function describeNeeded({ direction, protocol, peers, ports }: Needed): string {
  const far = direction === 'inbound' ? 'from' : 'to';
  return `${direction === 'inbound' ? 'inbound ' : ''}${protocol.toUpperCase()} ${list(ports.map(String), 12)} ${far} ${list(peers, 4)}`;
}

/** @param index of this step among those for the same rule, so that each takes a priority of its own */
export function describeStep(rule: RuleDecision, needed: Needed, index: number): string {
  const what = describeNeeded(needed);
  const name = nameOfResource(rule.resource);
  if (rule.kind === 'firewall') return describeFirewallStep(rule, needed);
  if (rule.kind === 'security-admin') {
    return `Security admin configuration ${name}: add a rule that allows ${what}, with a lower priority number than ${rule.priority}.`;
  }
  const priority = rule.freePriorities?.[index];
  if (rule.freePriorities !== undefined && priority === undefined) {
    return `NSG ${name}: no priority before ${rule.priority} is free. Renumber its rules, and then allow ${what} before ${rule.rule}.`;
  }
  const number =
    priority === undefined ? `with a lower priority number than ${rule.priority}` : `at priority ${priority}`;
  return `NSG ${name}: allow ${what}, ${number}: ${createCommand(rule, needed, priority)}`;
}

function createCommand({ resource }: RuleDecision, needed: Needed, priority: number | undefined): string {
  const { direction, protocol, peers, ports } = needed;
  const group = /\/resourceGroups\/([^/]+)\//i.exec(resource ?? '')?.[1] ?? '';
  const safe = (word: string, placeholder: string): string =>
    (word === '' ? null : shellWord(word)) ?? placeholder;
  const far = peers.map((peer) => safe(peer, 'ADDRESS')).join(' ');
  const [source, destination] = direction === 'inbound' ? [far, 'VirtualNetwork'] : ['VirtualNetwork', far];
  const name = `allow-${safe(peers[0] ?? '', 'this')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')}-${ports[0]}-${direction}`;
  return [
    `az network nsg rule create --resource-group ${safe(group, 'GROUP')} --nsg-name ${safe(nameOfResource(resource), 'NSG')}`,
    `--name ${name} --priority ${priority ?? 'PRIORITY'} --direction ${capitalize(direction)} --access Allow`,
    `--protocol ${capitalize(protocol)} --source-address-prefixes ${source} --destination-address-prefixes ${destination}`,
    `--destination-port-ranges ${ports.join(' ')}`,
  ].join(' ');
}

function describeFirewallStep(
  { resource, rule, priority }: RuleDecision,
  { protocol, peers, ports, hosts }: Needed,
): string {
  const before =
    priority === null ? '' : `, in a collection before the one of ${rule} (priority ${priority})`;
  const isWeb = ports.every((port) => port === 80 || port === 443) && hosts.length > 0;
  const what = isWeb
    ? `an application rule for ${listHosts(
        hosts.map((host) => ({ host })),
        8,
      )}, ${ports.map((port) => (port === 80 ? 'http:80' : 'https:443')).join(', ')}`
    : `a network rule for ${list(peers, 4)}, ${protocol.toUpperCase()} ${list(ports.map(String), 12)}`;
  return `Azure Firewall policy ${nameOfResource(resource)}: add ${what}, with this subnet as the source${before}.`;
}
