/** Attempts to a target's status. Pure: an observation summed up, not yet judged. */
import { isIPv6 } from 'node:net';
import type { Failure } from '../../probes/failures.ts';
import type { Attempt, Resolution, Target } from '../model/report.ts';
import type { PlannedTarget } from '../plan/types.ts';
import { limitOf, type Tried } from './attempt.ts';
import type { Dialable } from './names.ts';
import { shortageReason } from './shortage.ts';

export interface Seen {
  readonly dialable: Dialable;
  readonly resolutions: readonly Resolution[];
  readonly tried: readonly Tried[];
  /** The codes of what this machine was short of at the end, and made targets wait; null when of nothing. */
  readonly heldUpBy: string | null;
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
    addressesFrom: null,
    resolutions: [],
    attempts: [],
    latency: { connectMs: null, totalMs: null },
  };
}

/** A target as it was seen. */
export function summarise(planned: PlannedTarget, seen: Seen): Target {
  // What this machine could not even try is no evidence of the target.
  const attempts = seen.tried
    .filter((tried) => tried.impossible === null && limitOf(tried) === null)
    .map(({ attempt }) => attempt);
  return {
    ...identity(planned),
    ...outcome(seen),
    cause: null,
    addresses: [...seen.dialable.addresses],
    addressesFrom: seen.dialable.from,
    resolutions: [...seen.resolutions],
    attempts,
    latency: latency(attempts),
  };
}

function identity(planned: PlannedTarget) {
  const { id, group, resourceType, host, port, protocol, required, serviceTag, purpose, source, until } =
    planned;
  return {
    ...{ id, group, resourceType, host, port, protocol, required, serviceTag, purpose, source, until },
    // One run knows of no other; the history fills these in.
    lastStatusChange: null,
    flaps: 0,
  };
}

type Outcome = Pick<Target, 'status' | 'failure' | 'reason'>;

const OUT_OF_TIME: Outcome = {
  status: 'untested',
  failure: 'deadline_exceeded',
  reason: 'the run ended before this could be told',
};
export const DEFECT = 'a defect in apim-probe put an end to this test';

function outcome({ dialable, tried: all, heldUpBy }: Seen): Outcome {
  // What answers at --vip is evidence; whoever uses the name gets where the name leads.
  const tried = all.filter(({ attempt }) => attempt.addressFrom === 'name');
  // What the end of the run or a defect cut short says nothing about the target, as long as anything else does.
  const finished = tried
    .filter(({ defect, impossible }) => defect === null && impossible === null)
    .filter(({ attempt }) => !TELLS_NOTHING.includes(attempt.failure))
    .map(({ attempt }) => attempt);
  const limited = tried.filter((each) => limitOf(each) !== null);
  if (finished.length > 0 && !onlyIPv6Failed(finished, limited)) return statusOf(finished);
  const [first] = limited;
  if (first !== undefined) return limitedBy(limitOf(first) ?? '');
  if (tried.some(({ defect }) => defect !== null)) {
    return { status: 'untested', failure: 'unexpected', reason: DEFECT };
  }
  const impossible = tried.find((each) => each.impossible !== null)?.impossible;
  if (typeof impossible === 'string') return { status: 'untested', failure: null, reason: impossible };
  const { failure, limit } = dialable;
  if (limit !== null) return limitedBy(limit);
  if (tried.length === 0 && heldUpBy !== null && (failure === null || failure === 'deadline_exceeded')) {
    return limitedBy(heldUpBy, ', and the run ended before this one had its turn');
  }
  if (tried.length > 0 || failure === null || failure === 'deadline_exceeded') return OUT_OF_TIME;
  return { status: 'unreachable', failure, reason: null };
}

/** The end of the run, or of what this machine has, cut these short. */
const TELLS_NOTHING: readonly (Failure | null)[] = ['deadline_exceeded', 'local_limit'];

function limitedBy(detail: string, consequence?: string): Outcome {
  return { status: 'untested', failure: 'local_limit', reason: shortageReason(detail, consequence) };
}

/** IPv4, over which API Management reaches its dependencies, could not be tried, and IPv6 alone has failed. */
function onlyIPv6Failed(finished: readonly Attempt[], limited: readonly Tried[]): boolean {
  return (
    limited.some(({ attempt }) => !isIPv6(attempt.address)) &&
    finished.every(({ ok, address }) => !ok && isIPv6(address))
  );
}

/** Status and failure of finished attempts; at least one. */
export function statusOf(finished: readonly Attempt[]): Outcome {
  const failed = finished.filter(({ ok }) => !ok);
  if (failed.length === 0) return { status: 'reachable', failure: null, reason: null };
  const status = failed.length === finished.length ? 'unreachable' : 'intermittent';
  // IPv4 says what went wrong where it was tried: API Management's own dependencies are reached over it.
  const telling = failed.findLast(({ address }) => !address.includes(':')) ?? failed.at(-1);
  return { status, failure: telling?.failure ?? 'unexpected', reason: null };
}

function latency(attempts: readonly Attempt[]): Target['latency'] {
  const successful = attempts.filter(({ ok, addressFrom }) => ok && addressFrom === 'name');
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
