/** How much is under way, and how much begins at once. */
import pLimit from 'p-limit';

/** Does the task when its turn comes; null when the run has ended before that. */
export type Gate = <T>(task: () => Promise<T>) => Promise<T | null>;

/**
 * Tasks that may begin in one turn of the event loop. A reply is noticed when the loop comes round, so
 * whatever else starts in the same turn is added to its time; a few keep that far below a millisecond.
 */
const STARTS_PER_TURN = 4;

/**
 * At most `concurrency` tasks at once, begun a few a turn so that the times they measure are the network's.
 * Nothing begins any more once the signal is aborted.
 */
export function createGate(concurrency: number, signal: AbortSignal): Gate {
  const limit = pLimit(concurrency);
  const waiting: (() => void)[] = [];
  let scheduled = false;

  const open = (): void => {
    for (const begin of waiting.splice(0, STARTS_PER_TURN)) begin();
    scheduled = waiting.length > 0;
    if (scheduled) setImmediate(open);
  };
  const turn = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (!scheduled) setImmediate(open);
      scheduled = true;
    });

  return (task) =>
    limit(async () => {
      if (!signal.aborted) await turn();
      return signal.aborted ? null : task();
    });
}
