/**
 * Rules as Azure Firewall processes them: network rules before application rules, within each the groups and then the
 * collections by priority; the first match ends, and what matches nothing is denied. Source: "Azure Firewall rule
 * processing logic". Pure.
 */
import type { FirewallRule } from '../documents/types.ts';
import { type AddressSet, addressesOf, covers } from './address-set.ts';

export interface FirewallFlow {
  readonly source: AddressSet;
  readonly destination: AddressSet;
  /** The service tag of the destination; null without one. */
  readonly tag: string | null;
  /** Lower-case host name, which the firewall reads from TLS or HTTP. */
  readonly host: string;
  readonly transport: 'tcp' | 'udp' | 'icmp';
  /** What application rules look at; null for all else. */
  readonly application: 'http' | 'https' | 'mssql' | null;
  readonly port: number;
}

export interface FirewallRuling {
  /** `unknown`: members of a group or the addresses of a tag would decide. */
  readonly access: 'allow' | 'deny' | 'unknown';
  /** The rule that decides, or the first that may match; null when none matches. */
  readonly rule: FirewallRule | null;
}

type Match = 'yes' | 'unknown' | 'no';

/** Prepares the rules of one policy. What a parent policy adds is not among them. */
export function createFirewall(rules: readonly FirewallRule[]): (flow: FirewallFlow) => FirewallRuling {
  const ordered = rules
    .filter(({ kind }) => kind !== 'nat')
    .toSorted(
      (one, other) =>
        Number(one.kind === 'application') - Number(other.kind === 'application') ||
        one.priority[0] - other.priority[0] ||
        one.priority[1] - other.priority[1],
    );
  const prepared = ordered.map((rule) => ({
    rule,
    sources: addressesOf(rule.sources.map(({ cidr }) => cidr)),
    destinations: addressesOf(rule.destinations.map(({ cidr }) => cidr)),
  }));
  return (flow) => {
    const uncertain: FirewallRule[] = [];
    for (const each of prepared) {
      const match = matchRule(each, flow);
      if (match === 'unknown') uncertain.push(each.rule);
      if (match === 'yes') return conclude(each.rule.access, each.rule, uncertain);
    }
    return conclude('deny', null, uncertain);
  };
}

function conclude(
  access: FirewallRule['access'],
  rule: FirewallRule | null,
  uncertain: readonly FirewallRule[],
): FirewallRuling {
  const other = uncertain.find((each) => each.access !== access);
  return other === undefined ? { access, rule } : { access: 'unknown', rule: other };
}

interface Prepared {
  readonly rule: FirewallRule;
  readonly sources: AddressSet;
  readonly destinations: AddressSet;
}

function matchRule(prepared: Prepared, flow: FirewallFlow): Match {
  const { rule } = prepared;
  const isCarried =
    rule.kind === 'network'
      ? rule.protocols.includes('any') || rule.protocols.includes(flow.transport)
      : flow.application !== null && rule.protocols.includes(flow.application);
  const isPort =
    flow.transport === 'icmp' || rule.ports.some(([first, last]) => first <= flow.port && flow.port <= last);
  if (!isCarried || !isPort) return 'no';
  const [source, destination] = [matchSource(prepared, flow), matchDestination(prepared, flow)];
  if (source === 'no' || destination === 'no') return 'no';
  return source === 'yes' && destination === 'yes' ? 'yes' : 'unknown';
}

function matchSource({ rule, sources }: Prepared, flow: FirewallFlow): Match {
  if (covers(sources, flow.source)) return 'yes';
  return rule.ipGroups.length > 0 ? 'unknown' : 'no';
}

function matchDestination({ rule, destinations }: Prepared, flow: FirewallFlow): Match {
  if (covers(destinations, flow.destination)) return 'yes';
  if (rule.hosts.some((pattern) => isHost(pattern, flow.host))) return 'yes';
  const tag = flow.tag?.toLowerCase();
  if (tag !== undefined && rule.destinationTags.some((name) => name.toLowerCase() === tag)) return 'yes';
  const isOpen = rule.destinationTags.length + rule.hostTags.length + rule.ipGroups.length > 0;
  return isOpen ? 'unknown' : 'no';
}

/** `*` alone, `*.example.net` or `*example.net`: a wildcard stands at the beginning. */
function isHost(pattern: string, host: string): boolean {
  const name = pattern.toLowerCase();
  return name.startsWith('*') ? host.endsWith(name.slice(1)) : host === name;
}
