import { isIPv4 } from 'node:net';
import type { Failure } from '../../../probes/failures.ts';
import type { Attempt, Finding, Observations, Target } from '../../model/report.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { findRoute, hasDefaultRoute, type Route } from '../routes.ts';
import type { Rule } from '../rule.ts';
import { count, list, listEndpoints } from '../text.ts';

/** What the operating system's own refusal to send becomes, by protocol. */
const NOT_SENT: readonly (Failure | null)[] = ['tcp_unreachable', 'udp_refused', 'dns_unreachable'];

/**
 * Endpoints that this VM has no route to. Both are required: the refusal, and a routing table without a route that
 * covers the address. A device's ICMP message alone looks the same, and a policy may route what the table lacks.
 */
export const noRoute: Rule = ({ observations, targets, open }) => {
  const { routes } = observations.environment.network;
  if (routes === undefined) return [];
  // Beside a DNS server that answers, one without a route costs time and no endpoint.
  const hasServer = targets.some(({ group, status }) => group === 'dns' && status === 'reachable');
  const cut = open.filter(
    (target) => !(hasServer && target.group === 'dns') && isWithoutRoute(target, observations, routes),
  );
  if (cut.length === 0) return [];
  const rejecting = [
    ...new Set(
      cut.flatMap((target) =>
        destinationsOf(target).flatMap((address) => findRoute(address, routes)?.destination ?? []),
      ),
    ),
  ].sort();
  return [noRouteFinding(observations, { cut, rejecting, hasDefault: hasDefaultRoute(routes) })];
};

interface Cut {
  readonly cut: readonly Target[];
  /** Destinations of the routes that refuse. */
  readonly rejecting: readonly string[];
  readonly hasDefault: boolean;
}

function noRouteFinding(observations: Observations, { cut, rejecting, hasDefault }: Cut): Finding {
  const seen = listEndpoints(cut, 4);
  const why =
    rejecting.length === 0
      ? 'no route in its routing table covers them'
      : `this VM’s own ${rejecting.length === 1 ? 'route' : 'routes'} for ${list(rejecting, 4)} ` +
        `${rejecting.length === 1 ? 'refuses' : 'refuse'} what goes there`;
  return createFinding('no-route', {
    title: hasDefault
      ? `This VM has no route to ${cut.length === 1 ? seen : count(cut.length, 'endpoint')}`
      : `This VM has no default route: ${count(cut.length, 'endpoint')} cannot be reached`,
    explanation:
      `The operating system refused to send anything to ${seen}, and ${why}. ` +
      `${hasDefault ? '' : 'Without a default route it reaches its own subnet alone. '}` +
      'No packet left this VM, so nothing is known of the network behind it.',
    targets: cut,
    remedy: hasDefault ? CAUSE_TEXTS['no-route'].remedy.slice(1) : CAUSE_TEXTS['no-route'].remedy,
    confirm: rerunCommand(observations, cut),
  });
}

function isWithoutRoute(target: Target, { environment }: Observations, routes: readonly Route[]): boolean {
  if (target.status !== 'unreachable' || !NOT_SENT.includes(target.failure)) return false;
  const attempts = target.attempts.filter(({ address }) => isIPv4(address));
  if (attempts.some((attempt) => !isNotSent(attempt))) return false;
  const addresses = attempts.length > 0 ? destinationsOf(target) : serversOf(target, environment.dns.servers);
  return addresses.length > 0 && addresses.every((address) => findRoute(address, routes)?.rejects !== false);
}

/** With --connect-to the connection went elsewhere. */
function isNotSent({ failure, facts }: Attempt): boolean {
  return NOT_SENT.includes(failure) && facts.dialled === undefined;
}

function destinationsOf({ attempts }: Target): readonly string[] {
  return attempts.map(({ address }) => address).filter((address) => isIPv4(address));
}

/** The IPv4 addresses of the DNS servers, where none could be asked for the name; else none. */
function serversOf({ failure, resolutions }: Target, servers: readonly string[]): readonly string[] {
  const isNeverSent = resolutions.every((resolution) => NOT_SENT.includes(resolution.failure));
  if (failure !== 'dns_unreachable' || !isNeverSent) return [];
  const asked = resolutions.length > 0 ? resolutions.map(({ server }) => server) : servers;
  return asked.map((server) => server.replace(/:\d+$/, '')).filter((server) => isIPv4(server));
}
