import type { TlsFacts } from '../../probes/facts.ts';
import type { Failure } from '../../probes/failures.ts';
import type { Attempt, Target } from '../model/report.ts';

/** The TLS evidence of the last failed attempt that has any, else of the last attempt that has any. */
export function tlsOf(target: Target): TlsFacts | null {
  const failed = target.attempts.findLast((attempt) => !attempt.ok && attempt.facts.tls !== undefined);
  return (
    failed?.facts.tls ?? target.attempts.findLast(({ facts }) => facts.tls !== undefined)?.facts.tls ?? null
  );
}

/** Whether the TCP connection of this attempt was completed. */
export function connected(attempt: Attempt): boolean {
  return attempt.ok || attempt.steps.some((step) => step.name === 'connect' && step.ok);
}

/**
 * The attempts at addresses where one passed. Addresses that never answer show no loss: an IPv6 address without a route, or
 * one machine that is down.
 */
export function attemptsWherePassed(attempts: readonly Attempt[]): readonly Attempt[] {
  const passed = new Set(attempts.filter(({ ok }) => ok).map(({ address }) => address));
  return attempts.filter(({ address }) => passed.has(address));
}

/** The text of the last error, or null. */
export function lastError(target: Target): string | null {
  return target.attempts.findLast(({ facts }) => facts.error !== undefined)?.facts.error ?? null;
}

/** Whether the target ended in one of these failures. */
export function failedWith(target: Target, failures: readonly Failure[]): boolean {
  return target.failure !== null && failures.includes(target.failure);
}

/**
 * How the TCP connections of an unreachable target failed. One refusal outweighs time-outs, because a device or the
 * server answered. IPv6 failures are ignored when IPv4 was tried.
 */
export function connectFailure(target: Target): 'dropped' | 'rejected' | null {
  if (target.status !== 'unreachable' || !failedWith(target, TCP_FAILURES)) return null;
  const failed = target.attempts.filter(({ failure }) => failure !== null && TCP_FAILURES.includes(failure));
  const ipv4 = failed.filter(({ address }) => !address.includes(':'));
  const seen = new Set((ipv4.length > 0 ? ipv4 : failed).map(({ failure }) => failure ?? target.failure));
  if (seen.size === 0) seen.add(target.failure);
  return [...seen].every((failure) => failure === 'tcp_timeout') ? 'dropped' : 'rejected';
}

const TCP_FAILURES: readonly Failure[] = ['tcp_timeout', 'tcp_refused', 'tcp_unreachable', 'tcp_reset'];
