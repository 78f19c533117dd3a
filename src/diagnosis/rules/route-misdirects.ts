import { capitalize } from '../../common/wording.ts';
import type { RouteDecision } from '../../model/azure-documents.ts';
import type { Finding, Target } from '../../model/report.ts';
import { connected } from '../attempts.ts';
import { describeNextHop, doubtOf, isDropped, isSilent } from '../azure-side.ts';
import { rerunCommand } from '../command.ts';
import { describeGroups, destinations, triesOf } from '../destinations.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { count } from '../text.ts';

/** With this many silent hosts, and no other, the next hop is likelier at fault than its rules. */
const ENOUGH = 3;

/**
 * A route of Azure's documents that explains silent targets: its next hop drops, or nothing that takes it was answered.
 * Where some was, a rule of that device is the likelier cause, and `outbound-dropped` names the next hop.
 */
export const routeMisdirects: Rule = (scene) => findingsOf(scene, false);

/** The same by a document with a doubt: a warning that explains nothing. After all rules that explain. */
export const routeMayMisdirect: Rule = (scene) => findingsOf({ ...scene, open: scene.targets }, true);

function findingsOf(scene: Scene, isDoubtful: boolean): Finding[] {
  const { observations, targets, open } = scene;
  const silent = open.filter(
    (target) =>
      target.route !== null &&
      target.rule?.access !== 'deny' &&
      isSilent(target) &&
      (doubtOf(target.route.document, observations) !== null) === isDoubtful,
  );
  return [...Map.groupBy(silent, ({ route }) => keyOf(route)).values()].flatMap((same) => {
    const route = same[0]?.route ?? null;
    if (route === null || !(isDropped(route) || isDeadEnd(route, same, targets))) return [];
    return [describeFinding(scene, route, same)];
  });
}

function keyOf(route: RouteDecision | null): string {
  return JSON.stringify([route?.document, route?.prefix, route?.source, route?.name, route?.nextHopAddress]);
}

/** Whether a user's or BGP's route leads all of its targets, and only those, into silence. */
function isDeadEnd(route: RouteDecision, silent: readonly Target[], targets: readonly Target[]): boolean {
  if (route.source !== 'user' && route.source !== 'bgp') return false;
  if (!/^virtual(appliance|networkgateway)$/i.test(route.nextHopType)) return false;
  const hop = describeNextHop(route);
  const answered = targets.filter(
    (target) => target.attempts.some(connected) || target.status === 'reachable',
  );
  if (answered.some((target) => target.route !== null && describeNextHop(target.route) === hop)) return false;
  const elsewhere = answered.filter((target) => target.route !== null);
  return elsewhere.length > 0 || new Set(silent.map(({ host }) => host)).size >= ENOUGH;
}

function describeFinding(
  { observations, targets }: Scene,
  route: RouteDecision,
  silent: readonly Target[],
): Finding {
  const doubt = doubtOf(route.document, observations);
  const hop = isDropped(route) ? 'None' : describeNextHop(route);
  const others = targets.filter((target) => target.attempts.some(connected));
  return createFinding('route-misdirects', {
    title: isDropped(route)
      ? `${capitalize(describeRoute(route))} drops what ${count(silent.length, 'endpoint')} ${silent.length === 1 ? 'needs' : 'need'}`
      : `Nothing that takes ${describeRoute(route)} is answered (${count(silent.length, 'endpoint')})`,
    explanation:
      `No reply to ${triesOf(silent)}. Their longest active prefix is ${route.prefix}, with the next hop ${hop} ` +
      `(${route.document}). ` +
      (isDropped(route)
        ? 'Azure drops what has the next hop None. '
        : `Not one endpoint by that next hop connected${others.length > 0 ? `, and ${others.length} by others did` : ''}. `) +
      (silent.every(({ rule }) => rule?.access === 'allow') ? 'The security rules allow it.' : '') +
      (doubt === null ? '' : ` The document is in doubt: ${doubt}.`),
    targets: silent,
    remedy: remedyFor(route, hop, silent),
    confirm: rerunCommand(observations, silent),
    ...(doubt === null ? {} : { severity: 'warning' }),
  });
}

/** “route to-firewall (0.0.0.0/0)” */
function describeRoute({ name, prefix, source, tag }: RouteDecision): string {
  const whose = { user: 'user route', bgp: 'BGP route', system: 'system route', unknown: 'route' }[source];
  return `${whose}${name === null ? '' : ` ${name}`} (${tag === null ? prefix : `${prefix} of ${tag}`})`;
}

function remedyFor(route: RouteDecision, hop: string, silent: readonly Target[]): string[] {
  const needs = describeGroups(destinations(silent));
  if (!isDropped(route)) {
    return [
      `See that ${hop} is running, forwards (“IP forwarding” of its network interface), and has routes in both directions.`,
      `Its rules have to let through: ${needs}.`,
    ];
  }
  if (route.source === 'user') {
    return [
      `Route table of the subnet: delete ${route.name ?? `the route for ${route.prefix}`}, or give it the next hop that delivers ${needs}.`,
    ];
  }
  if (route.source === 'bgp')
    return [
      `At the other end of the gateway: stop the announcement of ${route.prefix}, or deliver ${needs}.`,
    ];
  return [
    `${route.prefix} is a private range that this virtual network has no connection to: add the peering or gateway to the ` +
      `network of ${silent
        .map(({ host }) => host)
        .slice(0, 3)
        .join(', ')}, or correct the address in DNS.`,
  ];
}
