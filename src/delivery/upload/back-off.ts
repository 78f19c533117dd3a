/** How long to wait before the next attempt, also as the service asks for it (Retry-After). */

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/** Time and random numbers; a test can replace them. */
export interface Clock {
  /** ms since the epoch */
  now(): number;
  /** From 0 up to, but not including, 1. */
  random(): number;
  /** Resolves after so many ms, or at once when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const CLOCK: Clock = {
  now: Date.now,
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
    }),
};

/**
 * Doubles from a second to half a minute. Half of it is random, so that many machines that failed together do not
 * retry together. A service that names a time is never asked before it.
 * @param failures in a row, from 1
 * @param retryAfterMs what the service asked for, or null
 * @returns ms
 */
export function backOff(failures: number, retryAfterMs: number | null, random: () => number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return Math.round(Math.max(full / 2, retryAfterMs ?? 0) + (random() * full) / 2);
}

/**
 * `Retry-After` (RFC 9110 section 10.2.3): seconds, or an HTTP date.
 * @param date the reply's own `Date`, since the clock of this machine may be wrong
 * @returns ms from now; null when there is none, or none that can be read
 */
export function retryAfter(value: string, date: string, now: number): number | null {
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const until = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(until)) return null;
  const served = Date.parse(date);
  return Math.max(0, until - (Number.isNaN(served) ? now : served));
}
