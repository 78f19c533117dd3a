/**
 * Security rules as Azure evaluates them: admin rules of Virtual Network Manager first, then each network security group,
 * which must all allow; within one the lowest priority number first, and the first match decides. Sources: "How network
 * security groups filter network traffic", "Security admin rules in Azure Virtual Network Manager". Pure.
 */

import type { PortRange, SecurityGroup, SecurityRule } from '../documents/types.ts';
import type { AddressSet } from './address-set.ts';
import {
  type KnownNetwork,
  type Match,
  matchEnd,
  type Party,
  type PreparedEnd,
  prepareEnd,
  weaker,
} from './party.ts';

export interface Flow {
  readonly direction: SecurityRule['direction'];
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly source: Party;
  readonly destination: Party;
  /** Of the destination; 0 for ICMP. */
  readonly port: number;
}

export interface MatchedRule {
  readonly group: SecurityGroup;
  readonly rule: SecurityRule;
}

export interface Ruling {
  /** `unknown`: what the documents do not show would decide. */
  readonly access: 'allow' | 'deny' | 'unknown';
  /**
   * In the order of evaluation. For `deny` each rule that denies by itself, for `allow` the rules that allow, for
   * `unknown` those that may match. Empty where nothing filters.
   */
  readonly rules: readonly MatchedRule[];
  /** Those that let some of the addresses pass, before what decides for all of them. */
  readonly partly: readonly MatchedRule[];
}

/** @throws never; a rule that cannot match because it is malformed matches nothing */
export type Evaluate = (flow: Flow) => Ruling;

/**
 * Prepares the rules of one network interface or subnet.
 * @param groups all that apply; without any, everything is allowed
 * @param known for the tags that the documents do not expand
 */
export function createEvaluation(groups: readonly SecurityGroup[], known: KnownNetwork): Evaluate {
  const admin = prepareRules(groups.filter(({ kind }) => kind === 'security-admin'));
  const nsgs = groups.filter(({ kind }) => kind === 'nsg');
  const outward = nsgs
    .toSorted((one, other) => distance(one) - distance(other))
    .map((one) => prepareRules([one]));
  const inward = outward.toReversed();
  return (flow) => {
    const order = flow.direction === 'outbound' ? outward : inward;
    return combine(
      decide(admin(flow), flow, known),
      order.map((rules) => decide(rules(flow), flow, known)),
    );
  };
}

/** Seen from the VM: what leaves it passes the group of its network interface before that of the subnet. */
function distance({ association }: SecurityGroup): number {
  return association === 'network-interface' ? 0 : 1;
}

/** What a list of rules may do, and the rules that do it. `none`: no rule matches. */
interface Outcome {
  readonly possible: ReadonlySet<SecurityRule['access'] | 'none'>;
  readonly rules: readonly MatchedRule[];
  readonly partly: readonly MatchedRule[];
}

function combine(admin: Outcome, nsgs: readonly Outcome[]): Ruling {
  const goesOn = admin.possible.has('allow') || admin.possible.has('none');
  const isDenied = (outcome: Outcome): boolean => outcome.possible.size === 1 && outcome.possible.has('deny');
  // A network security group has a last rule that denies; where the document has none, it is cut off.
  const mayDeny =
    admin.possible.has('deny') ||
    (goesOn && nsgs.some(({ possible }) => possible.has('deny') || possible.has('none')));
  const mayAllow =
    admin.possible.has('always-allow') ||
    (goesOn && nsgs.every(({ possible }) => possible.has('allow') || possible.has('none')));
  const partly = [admin, ...nsgs].flatMap((outcome) => outcome.partly);
  if (mayAllow === mayDeny)
    return { access: 'unknown', rules: [admin, ...nsgs].filter(isOpen).flatMap(rulesOf), partly };
  if (mayAllow) return { access: 'allow', rules: [admin, ...(goesOn ? nsgs : [])].flatMap(rulesOf), partly };
  return { access: 'deny', rules: [admin, ...nsgs].filter(isDenied).flatMap(rulesOf), partly };
}

function isOpen({ possible }: Outcome): boolean {
  return possible.size > 1;
}

function rulesOf({ rules }: Outcome): readonly MatchedRule[] {
  return rules;
}

/** A rule whose match is unknown leaves what it does possible, until one that surely matches. */
function decide(candidates: readonly PreparedRule[], flow: Flow, known: KnownNetwork): Outcome {
  const possible = new Set<SecurityRule['access'] | 'none'>();
  const uncertain: MatchedRule[] = [];
  const partly: MatchedRule[] = [];
  for (const candidate of candidates) {
    const { matched } = candidate;
    const match = matchRule(candidate, flow, known);
    const { access } = matched.rule;
    if (match === 'no') continue;
    // A rule that lets only some of the addresses pass is not enough for the others.
    if (match === 'partly' && access !== 'deny') {
      partly.push(matched);
      continue;
    }
    possible.add(access);
    if (match === 'yes') {
      return { possible, rules: possible.size === 1 ? [matched] : [...uncertain, matched], partly };
    }
    uncertain.push(matched);
  }
  return { possible: possible.add('none'), rules: uncertain, partly };
}

function matchRule(
  { source, destination, sourcePorts }: PreparedRule,
  flow: Flow,
  known: KnownNetwork,
): Match {
  const far = matchEnd(destination, flow.destination, known);
  if (far === 'no') return far;
  return weaker(sourcePorts, weaker(far, matchEnd(source, flow.source, known)));
}

interface PreparedRule {
  readonly matched: MatchedRule;
  readonly source: PreparedEnd;
  readonly destination: PreparedEnd;
  readonly sourcePorts: Match;
}

type RulesFor = (flow: Flow) => readonly PreparedRule[];

/** The rules in their order, filtered once for each direction, protocol and port, which many flows share. */
function prepareRules(groups: readonly SecurityGroup[]): RulesFor {
  const all = groups
    .flatMap((group) => group.rules.map((rule) => ({ group, rule })))
    .sort((one, other) => one.rule.priority - other.rule.priority);
  const prepare = memoize((matched: MatchedRule): PreparedRule => {
    const { source, destination, sourcePorts } = matched.rule;
    return {
      matched,
      source: prepareEnd(source),
      destination: prepareEnd(destination),
      sourcePorts: matchSourcePorts(sourcePorts),
    };
  });
  const filtered = new Map<string, RulesFor>();
  return (flow) => {
    const key = `${flow.direction} ${flow.protocol} ${flow.port}`;
    const choose =
      filtered.get(key) ?? createIndex(all.filter(({ rule }) => concerns(rule, flow)).map(prepare), flow);
    filtered.set(key, choose);
    return choose(flow);
  };
}

/** The search in a rule's own sorted addresses is faster from here on. */
const MANY_SPANS = 16;

/**
 * Chooses the rules that may match the far end of a flow, in their order. All but single IPv4 addresses get every rule.
 * Numbers in one array, because 50,000 rules times 500 addresses are many comparisons.
 */
function createIndex(rules: readonly PreparedRule[], { direction }: Flow): RulesFor {
  const spans = rules.flatMap((rule, index) => {
    const far = direction === 'outbound' ? rule.destination : rule.source;
    const isOpen = far.tags.length > 0 || far.hasApplicationGroups || far.addresses.ipv4.length > MANY_SPANS;
    return (isOpen ? [EVERY_ADDRESS] : far.addresses.ipv4).map(([first, end]) => ({ first, end, index }));
  });
  const numbers = Float64Array.from(spans.flatMap(({ first, end }) => [first, end]));
  return (flow) => {
    const address = singleIPv4(direction === 'outbound' ? flow.destination : flow.source);
    if (address === null) return rules;
    const chosen = new Set<number>();
    for (let at = 0; at < numbers.length; at += 2) {
      if ((numbers[at] ?? 0) <= address && address < (numbers[at + 1] ?? 0))
        chosen.add(spans[at / 2]?.index ?? 0);
    }
    return [...chosen].flatMap((index) => rules[index] ?? []);
  };
}

const EVERY_ADDRESS: AddressSet['ipv4'][number] = [0, 2 ** 32];

function singleIPv4({ addresses }: Party): number | null {
  const [span, ...others] = addresses?.ipv4 ?? [];
  if (span === undefined || others.length > 0 || addresses?.ipv6.length !== 0) return null;
  return span[1] - span[0] === 1 ? span[0] : null;
}

function memoize<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

/** Whether direction, protocol and port match. */
function concerns(rule: SecurityRule, { direction, protocol, port }: Flow): boolean {
  if (rule.direction !== direction) return false;
  if (rule.protocol !== 'any' && rule.protocol !== protocol) return false;
  return protocol === 'icmp' || rule.destinationPorts.some(([first, last]) => first <= port && port <= last);
}

/** Clients send from the ports above the well-known ones (RFC 6335, section 6). */
const CLIENT_PORTS: PortRange = [1024, 65535];

function matchSourcePorts(ranges: readonly PortRange[]): Match {
  const [lowest, highest] = CLIENT_PORTS;
  if (ranges.some(([first, last]) => first <= lowest && last >= highest)) return 'yes';
  return ranges.some(([, last]) => last >= lowest) ? 'unknown' : 'no';
}
