/** What waits for a signal to be aborted, in one set for each signal. */

const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * The functions that are called when the signal is aborted; add to it and delete from it. Functions that are added
 * later are not called. A signal with a listener for each attempt of a large run is slow, because it compares every new
 * listener with all others: with 10,000 refused targets that was a tenth of the CPU time.
 */
export function onAbort(signal: AbortSignal): Set<() => void> {
  const known = waiting.get(signal);
  if (known !== undefined) return known;
  const calls = new Set<() => void>();
  waiting.set(signal, calls);
  signal.addEventListener('abort', () => calls.forEach((call) => void call()), { once: true });
  return calls;
}
