/** What Azure's own documents show of a target: the rule that denies it, or that none explains its silence. Pure. */
import type { RouteDecision, RuleDecision } from '../model/azure-documents.ts';
import type { Observations, Target } from '../model/report.ts';
import { connectFailure } from './attempts.ts';

/** Why this document yields warnings only; null when it counts fully. */
export function doubtOf(file: string, { documents }: Observations): string | null {
  return documents?.find((each) => each.file === file)?.doubt ?? null;
}

/**
 * Whether the target gave no sign at all, as packets do that a rule or route drops. A redirected connection says nothing
 * of the addresses that rules and routes were judged for.
 */
export function isSilent(target: Target): boolean {
  if (isRedirected(target)) return false;
  if (connectFailure(target) === 'dropped') return true;
  const { status, failure } = target;
  return (
    status === 'unreachable' &&
    (failure === 'udp_timeout' || (target.group === 'dns' && failure === 'dns_timeout'))
  );
}

/** Whether each connection was made to another address, as --connect-to asks. */
export function isRedirected({ attempts }: Target): boolean {
  return attempts.length > 0 && attempts.every(({ facts }) => facts.dialled !== undefined);
}

/** The name of a resource, at the end of its id. */
export function nameOfResource(resource: string | null): string {
  return resource?.split('/').at(-1) ?? 'without a name';
}

/** “network security group apim-nsg on the subnet” */
export function describeHolder({ kind, resource, association }: RuleDecision): string {
  const name = nameOfResource(resource);
  if (kind === 'firewall') return `the Azure Firewall policy ${name}`;
  if (kind === 'security-admin') return `the security admin configuration ${name} of Virtual Network Manager`;
  const where = {
    subnet: ' on the subnet',
    'network-interface': ' on this VM’s network interface',
    'network-manager': '',
  };
  return `network security group ${name}${association === null ? '' : where[association]}`;
}

/** “10.2.0.4”, or the type of the next hop where it has no address. */
export function describeNextHop({ nextHopType, nextHopAddress }: RouteDecision): string {
  if (nextHopAddress !== null) return nextHopAddress;
  if (/^virtualnetworkgateway$/i.test(nextHopType)) return 'the VPN or ExpressRoute gateway';
  if (/^vnet(global)?peering$/i.test(nextHopType)) return 'the peering';
  return `the next hop ${nextHopType}`;
}

/** What remains to be looked at when the documents allow the traffic of all these targets. */
export interface AzureSide {
  /** A sentence for the explanation. */
  readonly text: string;
  /** The step that takes the place of rules of network security groups, and of routes where they are known. */
  readonly step: string;
  readonly hasRoutes: boolean;
}

/** @returns null unless documents without a doubt show that a rule allows each of these targets */
export function describeAzureSide(targets: readonly Target[], observations: Observations): AzureSide | null {
  const rules = targets.map(({ rule }) => rule).filter((rule) => rule !== null);
  const isAllowed = rules.every(
    ({ access, document }) => access === 'allow' && doubtOf(document, observations) === null,
  );
  if (targets.length === 0 || rules.length < targets.length || !isAllowed) return null;
  if (targets.some(isRedirected)) return null;
  const routes = targets.map(({ route }) => route).filter((route) => route !== null);
  const isClear = routes.every(
    (route) => !isDropped(route) && doubtOf(route.document, observations) === null,
  );
  const [route] = routes;
  const files = [...new Set([...rules, ...routes].map(({ document }) => document))].join(', ');
  const hidden = describeHidden(rules, observations);
  if (route === undefined || routes.length < targets.length || !isClear) {
    return {
      text: ` The rules that were given allow it (${files})${hidden}: look at the routes, and at what is behind them.`,
      step: 'Save the effective routes of the network interface (“az network nic show-effective-route-table”), and give them with --from.',
      hasRoutes: false,
    };
  }
  const hops = [...new Set(routes.map(describeNextHop))].sort();
  const behind = hops.slice(0, 3).join(', ');
  return {
    text: ` No rule or route on Azure’s side explains this (${files})${hidden}: look behind ${behind}.`,
    step: describeStep(
      route,
      behind,
      rules.some(({ kind }) => kind === 'firewall'),
    ),
    hasRoutes: true,
  };
}

/** Whether Azure drops what takes this route. */
export function isDropped({ nextHopType }: RouteDecision): boolean {
  return nextHopType.toLowerCase() === 'none';
}

/** Only effective rules, or the network interface's own document, show its group. */
function describeHidden(rules: readonly RuleDecision[], { documents }: Observations): string {
  const isShown = (documents ?? []).some(({ kind }) => kind === 'effective-nsg' || kind === 'nic');
  const isSubnet = rules.some(({ association }) => association === 'subnet');
  return isShown || !isSubnet ? '' : ', unless this VM’s network interface has a group of its own';
}

function describeStep({ nextHopType }: RouteDecision, behind: string, hasFirewall: boolean): string {
  if (/^internet$/i.test(nextHopType)) {
    return (
      'Azure hands this traffic to the Internet or to the service itself: look at the service’s own network rules, and at ' +
      'whether this VM has an outbound path (a public IP address, a NAT gateway or default outbound access).'
    );
  }
  const log = hasFirewall
    ? 'its rules allow this as they were given, so look for a parent policy, for threat intelligence, and in its log'
    : 'look in its log for this VM’s address, and at its rules and its own routes';
  return `Look behind ${behind}: ${log}.`;
}
