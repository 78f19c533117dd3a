/** Gives each observed target the rule and the route of Azure's documents that decide its flow. Pure. */
import { isIP, isIPv4 } from 'node:net';
import { addressScope } from '../../probes/address-scope.ts';
import type { FirewallRules, GivenDocument, Route } from '../azure/documents/types.ts';
import { addressesOf } from '../azure/evaluate/address-set.ts';
import { createFirewall, type FirewallFlow } from '../azure/evaluate/firewall.ts';
import type { Party } from '../azure/evaluate/party.ts';
import { type ChosenRoute, createRouting } from '../azure/evaluate/routes.ts';
import { createEvaluation, type MatchedRule } from '../azure/evaluate/security-rules.ts';
import { AZURE_DNS, METADATA_ADDRESS } from '../model/azure.ts';
import type { RouteDecision, RuleDecision } from '../model/azure-documents.ts';
import type { Environment, ObservedTarget } from '../model/report.ts';
import { transportOf } from '../plan/transport.ts';
import { describeFirewallRule, describeRoute, describeRule, withoutGroup } from './decisions.ts';
import { type Selected, selectDocuments } from './selected.ts';

/**
 * The targets with `rule` and `route`. Of several addresses the decision is that of one that is denied, or dropped.
 * @param given in the order of `--from`
 */
export function applyDocuments(
  targets: readonly ObservedTarget[],
  given: readonly GivenDocument[],
  environment: Environment,
): ObservedTarget[] {
  if (given.length === 0) return [...targets];
  const selected = selectDocuments(given, environment);
  const decideRule = ruleDecider(selected);
  const decideRoute = routeDecider(selected);
  const decideFirewall = firewallDecider(selected);
  return targets.map((target) => {
    const addresses = addressesToReach(target);
    const route = decideRoute(target, addresses);
    const rule = decideRule(target, addresses);
    const behind = rule?.access === 'deny' ? null : decideFirewall(target, route);
    return { ...target, rule: behind ?? rule, route };
  });
}

/** The IPv4 addresses that a run dials, because API Management uses IPv4; else those of IPv6. */
function addressesToReach({ addresses, attempts, host }: ObservedTarget): readonly string[] {
  const dialled = attempts.filter(({ addressFrom }) => addressFrom === 'name').map(({ address }) => address);
  const all = [...new Set([...dialled, ...addresses.map(({ address }) => address)])];
  if (all.length === 0 && isIP(host) > 0) return [host];
  const ipv4 = all.filter((address) => isIPv4(address));
  return ipv4.length > 0 ? ipv4 : all;
}

type DecideRule = (target: ObservedTarget, addresses: readonly string[]) => RuleDecision | null;

/** Azure's rules do not filter what stays on the VM, what its host answers, nor activation, but for tags of their own. */
function isOfThePlatform({ group }: ObservedTarget, address: string): boolean {
  return (
    group === 'kms' ||
    address === AZURE_DNS ||
    address === METADATA_ADDRESS ||
    addressScope(address) === 'loopback'
  );
}

function ruleDecider({ groups, known, sources }: Selected): DecideRule {
  if (groups === null) return () => null;
  const evaluate = createEvaluation(
    groups.value.map(({ document }) => document),
    known,
  );
  const files = new Map(groups.value.map(({ document, given: { file } }) => [document, file]));
  const source: Party = {
    addresses: sources.length === 0 ? null : addressesOf(sources),
    tag: 'VirtualNetwork',
  };
  return (target, all) => {
    const addresses = all.filter((address) => !isOfThePlatform(target, address));
    const rulings = addresses.map((address) => ({
      address,
      ...evaluate({
        direction: 'outbound',
        protocol: transportOf(target.protocol),
        source,
        destination: { addresses: addressesOf([address]), tag: target.serviceTag },
        port: target.port,
      }),
    }));
    const denied = rulings.filter(({ access }) => access === 'deny');
    const describe = (some: typeof rulings, by: MatchedRule): RuleDecision => {
      const far = { addresses: some.map(({ address }) => address), tag: target.serviceTag };
      return describeRule(by, far, files.get(by.group) ?? groups.given.file);
    };
    const deciding = denied[0] && ofTheSubnet(denied[0].rules);
    if (deciding !== undefined)
      return describe(
        denied.filter(({ rules }) => rules.some(({ rule }) => rule === deciding.rule)),
        deciding,
      );
    if (rulings.length === 0 || rulings.some(({ access }) => access === 'unknown') || !groups.hasSubnet)
      return null;
    const last = rulings[0]?.rules.at(-1);
    return last === undefined ? withoutGroup(addresses, groups.given.file) : describe(rulings, last);
  };
}

/** That of the subnet first, because the machines of API Management have it as well. */
function ofTheSubnet(rules: readonly MatchedRule[]): MatchedRule | undefined {
  return rules.find(({ group }) => group.association !== 'network-interface') ?? rules[0];
}

type DecideRoute = (target: ObservedTarget, addresses: readonly string[]) => RouteDecision | null;

function routeDecider(selected: Selected): DecideRoute {
  const { routes } = selected;
  if (routes === null) return () => null;
  const choose = createRouting(routes.value);
  return (target, addresses) => {
    const chosen = addresses.map((address) => ({ address, by: choose(address) }));
    const drops = chosen.find(({ by }) => by !== null && isDropped(by));
    const first = drops ?? chosen[0];
    if (first?.by == null || (drops === undefined && chosen.some(({ by }) => by === null))) return null;
    if (isUncertain(first.by, target, selected)) return null;
    const { by } = first;
    const same = chosen.filter((each) => each.by?.route === by.route).map(({ address }) => address);
    return describeRoute(by, same, routes.given.file);
  };
}

function isDropped({ route }: ChosenRoute): boolean {
  return route.nextHopType.toLowerCase() === 'none';
}

/** Services of service endpoints, by their tags. Their routes are longer than 0.0.0.0/0; only effective routes show them. */
const ENDPOINTS: Readonly<Record<string, string>> = {
  storage: 'microsoft.storage',
  sql: 'microsoft.sql',
  azurekeyvault: 'microsoft.keyvault',
  eventhub: 'microsoft.eventhub',
  azureactivedirectory: 'microsoft.azureactivedirectory',
};

/** Whether a route that the documents do not show, or do not expand, may be longer. */
function isUncertain(
  chosen: ChosenRoute,
  { serviceTag }: ObservedTarget,
  { routes, subnet }: Selected,
): boolean {
  const tag = serviceTag?.toLowerCase().split('.')[0] ?? null;
  const isOther = ({ nextHopType, nextHopAddresses }: Route): boolean =>
    nextHopType !== chosen.route.nextHopType || nextHopAddresses[0] !== chosen.route.nextHopAddresses[0];
  const tagged = (routes?.value ?? []).filter((route) => route.isActive && isOther(route));
  const names = tagged.flatMap((route) => route.tags.map((name) => name.toLowerCase().split('.')[0]));
  // AzureCloud has the addresses of other tags too.
  if (names.some((name) => name === tag || name === 'azurecloud')) return true;
  if (routes?.isWhole || tag === null) return false;
  const endpoint = ENDPOINTS[tag];
  if (endpoint === undefined) return false;
  const enabled = subnet?.document.serviceEndpoints.map((name) => name.toLowerCase());
  return enabled === undefined || enabled.some((name) => name.startsWith(endpoint));
}

/** What application rules of Azure Firewall look at, by the protocol of the target. */
const APPLICATIONS: Readonly<Record<string, FirewallFlow['application']>> = {
  http: 'http',
  https: 'https',
  tls: 'https',
  tds: 'mssql',
};

/** Decides when the route leads to a device, and rules of Azure Firewall were given. */
function firewallDecider({
  firewall,
  sources,
}: Selected): (target: ObservedTarget, route: RouteDecision | null) => RuleDecision | null {
  const [first] = firewall;
  if (first === undefined) return () => null;
  const same = firewall.filter(({ document }) => policyOf(document) === policyOf(first.document));
  const evaluate = createFirewall(same.flatMap(({ document }) => document.rules));
  const source = addressesOf(sources);
  return (target, route) => {
    if (route?.nextHopType.toLowerCase() !== 'virtualappliance') return null;
    const rulings = route.addresses.map((address) => ({
      address,
      ...evaluate({
        source,
        destination: addressesOf([address]),
        tag: target.serviceTag,
        host: target.host.toLowerCase(),
        transport: transportOf(target.protocol),
        application: APPLICATIONS[target.protocol] ?? null,
        port: target.port,
      }),
    }));
    const [ruling] = [...rulings.filter(({ access }) => access === 'deny'), ...rulings];
    if (ruling === undefined || ruling.access === 'unknown') return null;
    const alike = rulings.filter(({ access, rule }) => access === ruling.access && rule === ruling.rule);
    const addresses = alike.map(({ address }) => address);
    if (ruling.access === 'allow' && alike.length < rulings.length) return null;
    const holder = same.find(({ document }) => ruling.rule !== null && document.rules.includes(ruling.rule));
    return describeFirewallRule(holder ?? first, ruling.rule, ruling.access, addresses);
  };
}

/** The policy of a rule collection group. */
function policyOf({ id, name }: FirewallRules): string {
  return (id ?? name ?? '').toLowerCase().replace(/\/rulecollectiongroups\/.*$/, '');
}
