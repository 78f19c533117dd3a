/** Judges the rows of API Management's own table against the rules and routes of the subnet. Pure. */
import { vnetOf } from '../azure/documents/find.ts';
import { saveCommand } from '../azure/documents/save-command.ts';
import type { GivenDocument, ResourceId } from '../azure/documents/types.ts';
import { type AddressSet, addressesOf, covers, NO_ADDRESS } from '../azure/evaluate/address-set.ts';
import type { KnownNetwork, Party } from '../azure/evaluate/party.ts';
import {
  createEvaluation,
  type Evaluate,
  type Flow,
  type MatchedRule,
  type Ruling,
} from '../azure/evaluate/security-rules.ts';
import { DNS_SERVERS, NETWORK_RULES, type NetworkRule } from '../catalog/network-rules.ts';
import { describeRule } from '../effective/decisions.ts';
import { type Selected, selectDocuments } from '../effective/selected.ts';
import { AZURE_DNS } from '../model/azure.ts';
import type { PreflightCheck, RuleDecision } from '../model/azure-documents.ts';
import type { Environment } from '../model/report.ts';
import { isV2 } from '../model/tiers.ts';
import { judgeReturnRoutes } from './return-routes.ts';
import type { Intent } from './types.ts';

/** What the rows of the table are judged for. */
export interface PortTableIntent extends Pick<Intent, 'tier' | 'platform'> {
  /** Of the instance's subnet; null when unknown, and then this VM's is taken. */
  readonly subnetId: ResourceId | null;
}

const SAVE_RULES = saveCommand('effective-nsg');
const SAVE_VNET = saveCommand('vnet');

/**
 * One check for each row of the port table that applies, and for the two return routes. A document with a doubt makes what
 * is not met optional.
 * @param given in the order of `--from`; without any, every check is `not-shown`
 */
export function judgePortTable(
  given: readonly GivenDocument[],
  environment: Environment,
  intent: PortTableIntent,
): PreflightCheck[] {
  const selected = selectDocuments(given, environment, intent.subnetId);
  const instance = given.flatMap(({ document }) => (document.kind === 'api-management' ? [document] : []))[0];
  const mode = instance?.networkType?.toLowerCase() === 'external' ? 'external' : 'internal';
  const isSeveral = (instance?.furtherLocations.length ?? 0) > 0;
  const judgeRule = ruleJudge(selected, serversOf(given, selected, environment), environment);
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

/**
 * DNS servers of the virtual network, else those that this VM uses, without Azure's own; null when neither is known. The
 * servers of a machine outside of Azure say nothing.
 */
function serversOf(
  given: readonly GivenDocument[],
  selected: Selected,
  environment: Environment,
): readonly string[] | null {
  const { subnet, wanted } = selected;
  const vnet = vnetOf(given, subnet?.document.id ?? wanted);
  const all = vnet?.document.dnsServers ?? (isVm(selected, environment) ? environment.dns.servers : null);
  return all?.filter((server) => server !== AZURE_DNS && !covers(LOOPBACK, addressesOf([server]))) ?? null;
}

/** Whether this machine is in Azure: documents are judged on others too, whose addresses and servers say nothing. */
function isVm({ known, sources }: Selected, { vm }: Environment): boolean {
  return vm !== null || (known.vnet !== null && covers(known.vnet, addressesOf(sources)));
}

const LOOPBACK = addressesOf(['127.0.0.0/8', '::1']);

type JudgeRule = (rule: NetworkRule, required: boolean) => PreflightCheck | null;

/** @returns null for a row that does not apply here */
function ruleJudge(
  selected: Selected,
  servers: readonly string[] | null,
  environment: Environment,
): JudgeRule {
  const { groups, known, subnet, sources } = selected;
  // The machines of API Management have no network interface of this subscription's.
  const applying = (groups?.value ?? []).filter(
    ({ document }) => document.association !== 'network-interface',
  );
  const evaluateWith = (network: KnownNetwork): Evaluate =>
    createEvaluation(
      applying.map(({ document }) => document),
      network,
    );
  const evaluate = evaluateWith(known);
  const evaluateInbound = evaluateWith(withoutDefaultRoute(known));
  const inside = subnet?.document.prefixes ?? (isVm(selected, environment) ? sources : []);
  const near: Party = {
    addresses: inside.length === 0 ? null : ipv4Of(addressesOf(inside)),
    tag: 'VirtualNetwork',
  };
  return (rule, required) => {
    const peers = rule.peer === DNS_SERVERS ? servers : [rule.peer];
    if (peers === null) return hiddenCheck(rule, required);
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
    if (groups === null || !groups.hasSubnet)
      return { ...base, outcome: 'not-shown', evidence: '', command: SAVE_RULES };
    // The check nsg-attached reports the inbound traffic that a load balancer keeps out then.
    if (applying.length === 0) return rule.direction === 'inbound' ? null : openCheck(base, groups.given);
    const flows = peers.flatMap((peer) => {
      const far =
        rule.peer === DNS_SERVERS
          ? { addresses: addressesOf([peer]), tag: null }
          : rule.ofClients && peer === near.tag
            ? { addresses: known.vnet, tag: peer }
            : partyOf(peer, selected, near);
      return rule.ports.map((port) => flowOf(rule, near, far, port));
    });
    const decide = rule.direction === 'inbound' ? evaluateInbound : evaluate;
    const rulings = flows.map((flow) => ({ flow, ...decide(flow) }));
    const deciding =
      rulings.find(({ access }) => access === 'deny') ??
      rulings.find(({ access }) => access === 'unknown') ??
      rulings[0];
    if (deciding === undefined) return null;
    const some =
      rule.ofClients && deciding.access === 'deny' ? deciding.partly.find(isForClients) : undefined;
    if (some !== undefined)
      return {
        ...base,
        outcome: 'met',
        evidence: `${nameOfRule(some)} allows some of these clients alone (${groups.given.file})`,
        command: null,
      };
    const decision = decisionOf(deciding, rule, applying, groups.given);
    const doubt = decision.given.doubt;
    const isAssumed = deciding.access !== 'unknown' && evaluate(deciding.flow).access !== deciding.access;
    return {
      ...base,
      required: required && (deciding.access !== 'deny' || doubt === null),
      outcome: OUTCOMES[deciding.access],
      evidence:
        `${describeRuling(deciding)} (${decision.given.file}${doubt === null ? '' : `; ${doubt}`})` +
        (isAssumed ? WITHOUT_ROUTES : ''),
      command: deciding.access === 'unknown' ? SAVE_RULES : null,
      rule: deciding.access === 'unknown' ? null : decision.rule,
    };
  };
}

/** The rules that every group has let in machines of the network and Azure’s host, which are no clients. */
function isForClients({ rule: { priority, source } }: MatchedRule): boolean {
  return (
    priority <= LAST_OF_USERS &&
    !source.prefixes.some(({ tag }) => tag === 'VirtualNetwork' || tag === 'AzureLoadBalancer')
  );
}

/** The highest priority number of a rule that is not of every group. */
const LAST_OF_USERS = 4096;

const WITHOUT_ROUTES =
  '; no document shows the routes: with a default route of a user’s, the tag VirtualNetwork may have these addresses too';

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
  const far = peer === DNS_SERVERS ? [DNS_SERVERS, peers.join(', ')].join(' ').trim() : peer;
  const way = direction === 'inbound' ? `Inbound from ${far}` : `Outbound to ${far}`;
  return `${way}, ${protocol.toUpperCase()} ${ports.join(', ')}: ${purpose}`;
}

function nameOfRule({ group, rule }: MatchedRule): string {
  return `${rule.name} of ${group.name ?? 'the group'} (priority ${rule.priority})`;
}

type Judged = Ruling & { readonly flow: Flow };

function describeRuling({ access, rules, flow }: Judged): string {
  const what = `${flow.protocol.toUpperCase()} ${flow.port}`;
  const names = [...new Set(rules.map(nameOfRule))];
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

/** The check of the DNS servers, while they are unknown. */
function hiddenCheck(rule: NetworkRule, required: boolean): PreflightCheck {
  return {
    ...{ check: rule.check, title: titleOf(rule, []), required, rule: null },
    ...{ outcome: 'not-shown', evidence: '', command: SAVE_VNET },
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
