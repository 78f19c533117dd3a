import type { Failure } from '../../../probes/failures.ts';
import type { Target } from '../../model/report.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { nameable, type Rule } from '../rule.ts';
import { allServers, answersOf, isUnresolved, targetOf } from '../servers.ts';
import { count, list } from '../text.ts';

/** Failures when TCP port 53 is closed, reset or dropped. */
const CLOSED: ReadonlySet<string> = new Set([
  'tcp_timeout',
  'tcp_refused',
  'tcp_unreachable',
  'tcp_reset',
  'dns_timeout',
  'dns_unreachable',
  'protocol_timeout',
  'protocol_closed',
] satisfies Failure[]);

interface Half {
  readonly server: string;
  readonly target: Target;
  readonly failure: string;
}

/**
 * Servers that answer over UDP but not over TCP, in one finding. It names the hosts whose answer did not fit into UDP
 * and that no server resolved.
 */
export const dnsTcpBlocked: Rule = (scene) => {
  const { observations, targets, open } = scene;
  const halves = allServers(observations, targets).flatMap((server) => findHalf(server, targets));
  if (halves.length === 0) return [];
  const servers = halves.map(({ server }) => server);
  const cut = new Set(
    halves.flatMap(({ server }) =>
      [...answersOf(server, targets)].filter(([, { truncated }]) => truncated).map(([host]) => host),
    ),
  );
  const lost = open.filter(
    (target) =>
      isUnresolved(target) &&
      target.resolutions.some(
        ({ server, truncated, failure }) => truncated && failure !== null && servers.includes(server),
      ),
  );
  return [
    createFinding('dns-tcp-blocked', {
      ...(lost.length === 0 ? { severity: 'warning' as const } : {}),
      title: `DNS ${servers.length === 1 ? 'server' : 'servers'} ${list(servers, 3)} cannot be asked over TCP`,
      explanation:
        `${halves.map(({ server, failure }) => `${server} answers over UDP; over TCP: ${failure}.`).join(' ')} ` +
        (cut.size === 0
          ? 'No answer of this run was too long for UDP; the next one that is will be missing.'
          : `In this run ${count(cut.size, 'answer')} did not fit into UDP: ${list([...cut].sort(), 3)}.`),
      targets: [
        ...nameable(
          scene,
          halves.map(({ target }) => target),
        ),
        ...lost,
      ],
      confirm: rerunCommand(
        observations,
        halves.map(({ target }) => target),
      ),
    }),
  ];
};

function findHalf(server: string, targets: readonly Target[]): Half[] {
  const target = targetOf(server, targets);
  if (target?.status !== 'reachable') return [];
  const outcomes = target.attempts.flatMap(({ ok, facts }) => (ok && facts.dns ? [facts.dns.tcp] : []));
  const [failure] = outcomes;
  // A lost connection is not a closed port, so every attempt must have failed this way.
  if (failure === undefined || !outcomes.every((outcome) => CLOSED.has(outcome))) return [];
  return [{ server, target, failure }];
}
