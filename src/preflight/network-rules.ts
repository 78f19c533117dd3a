/** Judges the rows of API Management's own table against the rules and routes of the subnet. Pure. */
import { saveCommand } from '../azure/documents/save-command.ts';
import type { GivenDocument } from '../azure/documents/types.ts';
import { type AddressSet, addressesOf, covers, NO_ADDRESS } from '../azure/evaluate/address-set.ts';
import type { KnownNetwork, Party } from '../azure/evaluate/party.ts';
import { createEvaluation, type Evaluate, type Flow, type Ruling } from '../azure/evaluate/security-rules.ts';
import { DNS_SERVERS, NETWORK_RULES, type NetworkRule } from '../catalog/network-rules.ts';
import { describeRule } from '../effective/decisions.ts';
import { type Selected, selectDocuments } from '../effective/selected.ts';
import { AZURE_DNS } from '../model/azure.ts';
import type { PreflightCheck, RuleDecision } from '../model/azure-documents.ts';
import type { Environment } from '../model/report.ts';
import { isV2 } from '../model/tiers.ts';
import { judgeReturnRoutes } from './return-routes.ts';
import type { Intent } from './types.ts';

const SAVE_RULES = saveCommand('effective-nsg');

/**
 * One check for each row of the port table that applies, and for the two return routes. A document with a doubt makes what
 * is not met optional.
 * @param given in the order of `--from`; without any, every check is `not-shown`
 */
export function judgePortTable(
  given: readonly GivenDocument[],
  environment: Environment,
  intent: Pick<Intent, 'tier' | 'platform'>,
): PreflightCheck[] {
  const selected = selectDocuments(given, environment);
  const instance = given.flatMap(({ document }) => (document.kind === 'api-management' ? [document] : []))[0];
  const mode = instance?.networkType?.toLowerCase() === 'external' ? 'external' : 'internal';
  const isSeveral = (instance?.furtherLocations.length ?? 0) > 0;
  const judgeRule = ruleJudge(selected, serversOf(given, environment));
  const rules = NETWORK_RULES.filter((rule) => (rule.mode ?? mode) === mode)
    .filter(({ alsoV2 }) => !isV2(intent.tier) || alsoV2)
    .map((rule) => judgeRule(rule, isRequired(rule, intent, isSeveral)));
  const routes = isV2(intent.tier) ? [] : judgeReturnRoutes(selected, environment);
  return [...rules.filter((check) => check !== null), ...routes];
}

function isRequired(
  rule: NetworkRule,
  { tier, platform }: Pick<Intent, 'tier' | 'platform'>,
  isSeveral: boolean,
): boolean {
  if (rule.optionalInDeveloper && tier === 'developer') return false;
  return rule.required[platform] || (rule.requiredInSeveralRegions === true && isSeveral);
}

/** DNS servers of the virtual network, else those that this VM uses, without Azure's own. */
function serversOf(given: readonly GivenDocument[], { dns }: Environment): readonly string[] {
  const ofVnet = given.flatMap(({ document }) => (document.kind === 'vnet' ? document.dnsServers : []));
  const all = ofVnet.length > 0 ? ofVnet : dns.servers;
  return all.filter((server) => server !== AZURE_DNS && !covers(LOOPBACK, addressesOf([server])));
}

const LOOPBACK = addressesOf(['127.0.0.0/8', '::1']);

type JudgeRule = (rule: NetworkRule, required: boolean) => PreflightCheck | null;

/** @returns null for a row that does not apply here */
function ruleJudge(selected: Selected, servers: readonly string[]): JudgeRule {
  const { groups, known, subnet, sources } = selected;
  // The machines of API Management have no network interface of this subscription's.
  const applying = (groups?.value ?? []).filter(
    ({ document }) => document.association !== 'network-interface',
  );
  const evaluations = new Map<NetworkRule['direction'], Evaluate>(
    (['inbound', 'outbound'] as const).map((direction) => [
      direction,
      createEvaluation(
        applying.map(({ document }) => document),
        direction === 'inbound' ? withoutDefaultRoute(known) : known,
      ),
    ]),
  );
  const inside = subnet?.document.prefixes ?? sources;
  const near: Party = { addresses: inside.length === 0 ? null : addressesOf(inside), tag: 'VirtualNetwork' };
  return (rule, required) => {
    const peers = rule.peer === DNS_SERVERS ? servers : [rule.peer];
    if (peers.length === 0) return null;
    const needs = {
      direction: rule.direction,
      protocol: rule.protocol,
      peers: [...peers],
      ports: [...rule.ports],
    };
    const base = {
      check: rule.check,
      title: titleOf(rule, peers),
      required,
      rule: null,
      needs,
    };
    const evaluate = evaluations.get(rule.direction);
    if (groups === null || !groups.hasSubnet || evaluate === undefined)
      return { ...base, outcome: 'not-shown', evidence: '', command: SAVE_RULES };
    // The check nsg-attached reports the inbound traffic that a load balancer keeps out then.
    if (applying.length === 0) return rule.direction === 'inbound' ? null : openCheck(base, groups.given);
    const flows = peers.flatMap((peer) => {
      const far =
        rule.peer === DNS_SERVERS
          ? { addresses: addressesOf([peer]), tag: null }
          : partyOf(peer, selected, near);
      return rule.ports.map((port) => flowOf(rule, near, far, port));
    });
    const rulings = flows.map((flow) => ({ flow, ...evaluate(flow) }));
    const deciding =
      rulings.find(({ access }) => access === 'deny') ??
      rulings.find(({ access }) => access === 'unknown') ??
      rulings[0];
    if (deciding === undefined) return null;
    const decision = decisionOf(deciding, rule, applying, groups.given);
    const doubt = decision.given.doubt;
    return {
      ...base,
      required: required && (deciding.access !== 'deny' || doubt === null),
      outcome: OUTCOMES[deciding.access],
      evidence: `${describeRuling(deciding)} (${decision.given.file}${doubt === null ? '' : `; ${doubt}`})`,
      command: deciding.access === 'unknown' ? SAVE_RULES : null,
      rule: deciding.access === 'unknown' ? null : decision.rule,
    };
  };
}

const OUTCOMES = { allow: 'met', deny: 'not-met', unknown: 'not-shown' } as const;

/**
 * The tag VirtualNetwork might contain a default route of the user's. Where no document shows routes, that is left aside:
 * the documentation asks for a rule of its own all the same.
 */
function withoutDefaultRoute(known: KnownNetwork): KnownNetwork {
  return { ...known, userRoutes: known.userRoutes ?? NO_ADDRESS };
}

function flowOf({ direction, protocol }: NetworkRule, near: Party, far: Party, port: number): Flow {
  return direction === 'inbound'
    ? { direction, protocol, source: far, destination: near, port }
    : { direction, protocol, source: near, destination: far, port };
}

/** A tag with its addresses, when a rule of the documents expands it. */
function partyOf(tag: string, { groups }: Selected, near: Party): Party {
  if (tag === 'VirtualNetwork') return near;
  if (tag === 'AzureLoadBalancer') return { addresses: addressesOf([AZURE_DNS]), tag };
  const expanded = (groups?.value ?? []).flatMap(({ document }) =>
    document.rules.flatMap(({ source, destination }) =>
      [...source.prefixes, ...destination.prefixes]
        .filter((prefix) => prefix.tag === tag)
        .map(({ cidr }) => cidr),
    ),
  );
  return { addresses: expanded.length === 0 ? null : ipv4Of(addressesOf(expanded)), tag };
}

/** API Management uses IPv4. */
function ipv4Of({ ipv4 }: AddressSet): AddressSet {
  return { ipv4, ipv6: [] };
}

function titleOf(
  { direction, protocol, peer, ports, purpose }: NetworkRule,
  peers: readonly string[],
): string {
  const far = peer === DNS_SERVERS ? `${DNS_SERVERS} ${peers.join(', ')}` : peer;
  const way = direction === 'inbound' ? `Inbound from ${far}` : `Outbound to ${far}`;
  return `${way}, ${protocol.toUpperCase()} ${ports.join(', ')}: ${purpose}`;
}

type Judged = Ruling & { readonly flow: Flow };

function describeRuling({ access, rules, flow }: Judged): string {
  const what = `${flow.protocol.toUpperCase()} ${flow.port}`;
  const names = [
    ...new Set(
      rules.map(
        ({ group, rule }) => `${rule.name} of ${group.name ?? 'the group'} (priority ${rule.priority})`,
      ),
    ),
  ];
  if (access === 'unknown')
    return `${what} depends on addresses or members that the document does not list: ${names.slice(0, 4).join(', ') || 'no rule matches'}`;
  const verb = access === 'deny' ? 'denies' : 'allows';
  return `${names.at(access === 'deny' ? 0 : -1) ?? 'nothing'} ${verb} ${what}`;
}

function decisionOf(
  { access, rules, flow }: Judged,
  rule: NetworkRule,
  applying: NonNullable<Selected['groups']>['value'],
  otherwise: GivenDocument,
): { readonly rule: RuleDecision | null; readonly given: GivenDocument } {
  const matched = access === 'deny' ? rules[0] : rules.at(-1);
  const given = applying.find(({ document }) => document === matched?.group)?.given ?? otherwise;
  const far = rule.direction === 'inbound' ? flow.source : flow.destination;
  return {
    rule: matched === undefined ? null : describeRule(matched, { addresses: [], tag: far.tag }, given.file),
    given,
  };
}

function openCheck(
  base: Pick<PreflightCheck, 'check' | 'title' | 'required' | 'rule' | 'needs'>,
  { file }: GivenDocument,
): PreflightCheck {
  return {
    ...base,
    outcome: 'met',
    evidence: `the subnet has no network security group (${file})`,
    command: null,
  };
}
