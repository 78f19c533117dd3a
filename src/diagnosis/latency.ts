/** Latencies of successful attempts. Pure. */
import type { Attempt, Target } from '../model/report.ts';

type Latency = Target['latency'];

/** Latencies in milliseconds, of attempts at addresses that the target's name resolved to. */
export function latencyOf(attempts: readonly Attempt[]): Latency {
  const successful = attempts.filter(({ ok, addressFrom }) => ok && addressFrom === 'name');
  return {
    connectMs: spread(
      successful.flatMap(({ steps }) => steps.filter(({ name }) => name === 'connect').map(({ ms }) => ms)),
    ),
    totalMs: spread(successful.map(({ steps }) => round(steps.reduce((sum, { ms }) => sum + ms, 0)))),
  };
}

/** Minimum, lower median and maximum. */
function spread(times: readonly number[]): Latency['totalMs'] {
  const sorted = times.toSorted((one, other) => one - other);
  const [min, median, max] = [sorted[0], sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
  return min === undefined || median === undefined || max === undefined ? null : { min, median, max };
}

/** Rounds to microseconds, to remove floating-point error. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
