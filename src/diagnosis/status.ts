/** Turns a target's attempts into its status. Pure, so that a run and a report give the same status. */
import { isIPv6 } from 'node:net';
import type { Attempt, ObservedTarget, Target } from '../model/report.ts';
import { rejectForeignIssuer } from './azure-issuer.ts';
import { rejectForeignReply } from './foreign-pages.ts';

export type Outcome = Pick<Target, 'status' | 'failure' | 'reason'>;

/** The target with attempts marked as failed where a device on the path answered. */
export function withJudgedAttempts<Kind extends ObservedTarget>(target: Kind): Kind {
  const attempts = target.attempts.map((attempt) =>
    rejectForeignReply(target, rejectForeignIssuer(target, attempt)),
  );
  return attempts.every((attempt, index) => attempt === target.attempts[index])
    ? target
    : { ...target, attempts };
}

/**
 * The attempts that count: those at addresses that the target's name resolved to. Attempts that ended with the run, by
 * a program error or by a limit of this VM do not count. Attempts at --vip do not count, because users follow DNS.
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

/** The status of a target by its observations. */
export function outcomeOf(observed: ObservedTarget): Outcome {
  return outcomeOfJudged(withJudgedAttempts(observed));
}

/** The same for a target with judged attempts. */
export function outcomeOfJudged(target: ObservedTarget): Outcome {
  const finished = finishedAttempts(target);
  if (finished.length > 0 && !onlyIPv6Failed(target, finished)) return statusOf(finished);
  const { failure, reason } = target;
  return { status: failure !== null && reason === null ? 'unreachable' : 'untested', failure, reason };
}

/** Whether a limit of this VM prevented IPv4 attempts and IPv6 failed, which does not prove that IPv4 fails. */
function onlyIPv6Failed({ failure }: ObservedTarget, finished: readonly Attempt[]): boolean {
  return failure === 'local_limit' && finished.every(({ ok, address }) => !ok && isIPv6(address));
}

/** Status and failure of at least one finished attempt. */
export function statusOf(finished: readonly Attempt[]): Outcome {
  const failed = finished.filter(({ ok }) => !ok);
  if (failed.length === 0) return { status: 'reachable', failure: null, reason: null };
  const status = failed.length === finished.length ? 'unreachable' : 'intermittent';
  // API Management reaches its dependencies over IPv4, so its failure goes before that of IPv6.
  const telling = failed.findLast(({ address }) => !isIPv6(address)) ?? failed.at(-1);
  return { status, failure: telling?.failure ?? 'unexpected', reason: null };
}
