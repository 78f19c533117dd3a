/** A target's attempts to its status. Pure: a run's observations and a report's targets give the same. */
import { isIPv6 } from 'node:net';
import type { Attempt, ObservedTarget, Target } from '../model/report.ts';
import { rejectForeignIssuer } from './azure-issuer.ts';

export type Outcome = Pick<Target, 'status' | 'failure' | 'reason'>;

/** The target with its attempts as the diagnosis takes them. */
export function withJudgedAttempts<Kind extends ObservedTarget>(target: Kind): Kind {
  return { ...target, attempts: target.attempts.map((attempt) => rejectForeignIssuer(target, attempt)) };
}

/**
 * The attempts that count: at addresses that the target's own name led to, and not ended by the run's end, by a defect
 * of this program or by what this VM ran out of. What answers at --vip is evidence, but users get where the name leads.
 */
export function finishedAttempts({ attempts }: Pick<ObservedTarget, 'attempts'>): readonly Attempt[] {
  return attempts.filter(
    ({ addressFrom, failure, facts }) =>
      addressFrom === 'name' &&
      failure !== 'deadline_exceeded' &&
      failure !== 'local_limit' &&
      facts.defect !== true,
  );
}

/** What a target's observations amount to. */
export function outcomeOf(observed: ObservedTarget): Outcome {
  const target = withJudgedAttempts(observed);
  const finished = finishedAttempts(target);
  if (finished.length > 0 && !onlyIPv6Failed(target, finished)) return statusOf(finished);
  const { failure, reason } = target;
  return { status: failure !== null && reason === null ? 'unreachable' : 'untested', failure, reason };
}

/** IPv4, over which API Management reaches its dependencies, could not be tried, and IPv6 alone has failed. */
function onlyIPv6Failed({ failure }: ObservedTarget, finished: readonly Attempt[]): boolean {
  return failure === 'local_limit' && finished.every(({ ok, address }) => !ok && isIPv6(address));
}

/** Status and failure of finished attempts; at least one. */
export function statusOf(finished: readonly Attempt[]): Outcome {
  const failed = finished.filter(({ ok }) => !ok);
  if (failed.length === 0) return { status: 'reachable', failure: null, reason: null };
  const status = failed.length === finished.length ? 'unreachable' : 'intermittent';
  // IPv4 shows what went wrong where it was tried: API Management's own dependencies are reached over it.
  const telling = failed.findLast(({ address }) => !isIPv6(address)) ?? failed.at(-1);
  return { status, failure: telling?.failure ?? 'unexpected', reason: null };
}
