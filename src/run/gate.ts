/** How much is under way, and when the next may begin. */
import { pause } from '../../probes/wire/budget.ts';
import { Capacity } from './capacity.ts';

/**
 * Does the task when its turn comes; null when the run has ended before that.
 * @param limitOf what this machine ran out of while the task was done, in words with the error's code; null when of
 * nothing. Such a task is done again once others have ended; what comes back is the last result.
 */
export type Gate = <T>(task: () => Promise<T>, limitOf?: (result: T) => string | null) => Promise<T | null>;

/**
 * ms before a task is done again that found nothing left although nothing else of this run was under way: what is
 * missing is held by other programs, or by the kernel for a while (TIME-WAIT). After the last one it is given up,
 * unless other tasks have ended well in the meantime.
 */
const PAUSES = [100, 200, 400, 800, 1600, 2000] as const;

/**
 * At most `concurrency` tasks at once, in the order in which they came, and one begun in each turn of the event
 * loop: a reply is noticed when the loop comes round, so whatever else starts in the same turn is added to the
 * time that is measured. Nothing begins any more once the signal is aborted.
 * @param capacity shared with the other gates of the run, which use up the same resources
 */
export function createGate(
  concurrency: number,
  signal: AbortSignal,
  capacity: Capacity = new Capacity(),
): Gate {
  const waiting = new Queue();
  let underWay = 0;
  let scheduled = false;

  const isOpen = (): boolean => signal.aborted || (underWay < concurrency && capacity.isFree);
  const open = (): void => {
    scheduled = false;
    // Another gate may have taken the last place in the meantime.
    if (isOpen()) waiting.take()?.();
    // After the end everybody is let through at once, to be turned away.
    while (signal.aborted && waiting.length > 0) waiting.take()?.();
    schedule();
  };
  const schedule = (): void => {
    if (scheduled || waiting.length === 0 || !isOpen()) return;
    scheduled = true;
    setImmediate(open);
  };
  capacity.onEnd(schedule);

  const begin = async <T>(
    task: () => Promise<T>,
    limitOf: (result: T) => string | null,
  ): Promise<Done<T>> => {
    if (signal.aborted) return null;
    underWay += 1;
    capacity.begin();
    let limit: string | null = null;
    try {
      const result = await task();
      limit = limitOf(result);
      return { result, limit };
    } finally {
      underWay -= 1;
      capacity.end(limit, schedule);
    }
  };
  const inTurn = <T>(task: () => Promise<T>, limitOf: (result: T) => string | null): Promise<Done<T>> =>
    new Promise((resolve) => {
      waiting.add(() => resolve(begin(task, limitOf)));
      schedule();
    });

  return async (task, limitOf = () => null) => {
    let pauses = PAUSES.values();
    let { progress } = capacity;
    let done = await inTurn(task, limitOf);
    while (done !== null && done.limit !== null) {
      if (capacity.progress > progress) {
        ({ progress } = capacity);
        pauses = PAUSES.values();
      }
      if (capacity.isIdle) {
        const next = pauses.next();
        if (next.done === true) break;
        await pause(next.value, signal);
      }
      // The end of the run keeps what was seen before it.
      done = (await inTurn(task, limitOf)) ?? { ...done, limit: null };
    }
    return done === null ? null : done.result;
  };
}

/** A task's result and what was missing for a better one; null when it was not begun. */
type Done<T> = { readonly result: T; readonly limit: string | null } | null;

/** First in, first out, without moving what waits. */
class Queue {
  #entries: (() => void)[] = [];
  #taken = 0;

  get length(): number {
    return this.#entries.length - this.#taken;
  }

  add(entry: () => void): void {
    this.#entries.push(entry);
  }

  take(): (() => void) | undefined {
    const entry = this.#entries[this.#taken];
    this.#taken += 1;
    if (this.#taken > 1000 && this.#taken * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#taken);
      this.#taken = 0;
    }
    return entry;
  }
}
