/** Attempts to a target's status. Pure: an observation summed up, not yet judged. */
import type { Failure } from '../../probes/failures.ts';
import type { PlannedTarget } from '../plan/types.ts';
import type { Attempt, Resolution, Target } from '../report/schema.ts';
import type { Dialable } from './names.ts';

export interface Seen {
  readonly dialable: Dialable;
  readonly resolutions: readonly Resolution[];
  readonly attempts: readonly Attempt[];
}

/** A target for which nothing was sent, and why. */
export function untested(planned: PlannedTarget, reason: string, failure: Failure | null = null): Target {
  return {
    ...identity(planned),
    status: 'untested',
    reason,
    failure,
    cause: null,
    addresses: [],
    resolutions: [],
    attempts: [],
    latency: { connectMs: null, totalMs: null },
  };
}

/** A target as it was seen. */
export function summarise(planned: PlannedTarget, seen: Seen): Target {
  return {
    ...identity(planned),
    ...outcome(seen),
    cause: null,
    addresses: [...seen.dialable.addresses],
    resolutions: [...seen.resolutions],
    attempts: [...seen.attempts],
    latency: latency(seen.attempts),
  };
}

function identity(planned: PlannedTarget) {
  const { id, group, resourceType, host, port, protocol, required, serviceTag, purpose, source, until } =
    planned;
  return { id, group, resourceType, host, port, protocol, required, serviceTag, purpose, source, until };
}

const OUT_OF_TIME = 'the run ended before this could be told';

function outcome({ dialable, attempts }: Seen): Pick<Target, 'status' | 'failure' | 'reason'> {
  // What the end of the run cut short says nothing about the target, as long as anything else does.
  const finished = attempts.filter(({ failure }) => failure !== 'deadline_exceeded');
  if (finished.length === 0) {
    const failure = attempts.length > 0 ? 'deadline_exceeded' : dialable.failure;
    return failure === null || failure === 'deadline_exceeded'
      ? { status: 'untested', failure: 'deadline_exceeded', reason: OUT_OF_TIME }
      : { status: 'unreachable', failure, reason: null };
  }
  const failed = finished.filter(({ ok }) => !ok);
  if (failed.length === 0) return { status: 'reachable', failure: null, reason: null };
  const status = failed.length === finished.length ? 'unreachable' : 'intermittent';
  return { status, failure: failed.at(-1)?.failure ?? 'unexpected', reason: null };
}

function latency(attempts: readonly Attempt[]): Target['latency'] {
  const successful = attempts.filter(({ ok }) => ok);
  return {
    connectMs: spread(
      successful.flatMap(({ steps }) => steps.filter(({ name }) => name === 'connect').map(({ ms }) => ms)),
    ),
    totalMs: spread(successful.map(({ steps }) => round(steps.reduce((sum, { ms }) => sum + ms, 0)))),
  };
}

/** Smallest, middle and largest of some times; the lower middle of an even number. */
function spread(times: readonly number[]): Target['latency']['totalMs'] {
  const sorted = times.toSorted((one, other) => one - other);
  const [min, median, max] = [sorted[0], sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
  return min === undefined || median === undefined || max === undefined ? null : { min, median, max };
}

/** Sums of microseconds without the dust of binary fractions. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
