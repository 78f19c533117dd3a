/** How many attempts are under way, and how many begin at once. */
import pLimit from 'p-limit';

export type Gate = <T>(task: () => Promise<T>) => Promise<T>;

/**
 * Attempts that may begin in one turn of the event loop. A connection is noticed when the loop comes round,
 * so whatever else starts in the same turn is added to its time; a few keep that far below a millisecond.
 */
const STARTS_PER_TURN = 4;

/** At most `concurrency` tasks at once, begun a few a turn so that the times they measure are the network's. */
export function createGate(concurrency: number): Gate {
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
      await turn();
      return task();
    });
}
