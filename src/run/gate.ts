/** Limits how many tasks run at once. */
import { pause } from '../../probes/wire/budget.ts';
import { Capacity } from './capacity.ts';

export interface Gate {
  /**
   * Runs the task when its turn comes; null when the run ended before that.
   * @param limitOf returns text with the error's code when the task lacked a local resource, else null. Such a task is
   * repeated after others have ended, and the last result is returned.
   */
  <T>(task: () => Promise<T>, limitOf?: (result: T) => string | null): Promise<T | null>;
  /**
   * Resolves when no task waits for its turn, for one caller per turn of the event loop. What is begun earlier only
   * takes memory.
   */
  whenNoneWaits(): Promise<void>;
}

/**
 * ms before a task is repeated that lacked a resource while no other task was running. Then other programs hold the
 * resource, or the kernel does for a while (TIME-WAIT). After the last pause the task is given up, unless other tasks
 * have succeeded meanwhile.
 */
const PAUSES = [100, 200, 400, 800, 1600, 2000] as const;

/**
 * Runs at most `concurrency` tasks at once, in order of arrival. Starts one per turn of the event loop, because other
 * starts in the same turn would add to the measured time of a reply. Starts no task after the signal is aborted.
 * @param capacity shared with the other gates of the run, which use the same resources
 * @param idlePauses ms before each repetition while no other task was running
 */
export function createGate(
  concurrency: number,
  signal: AbortSignal,
  capacity: Capacity = new Capacity(),
  idlePauses: readonly number[] = PAUSES,
): Gate {
  const waiting = new Queue();
  const arrivals = new Queue();
  let running = 0;
  let scheduled = false;

  const isOpen = (): boolean => signal.aborted || (running < concurrency && capacity.isFree);
  const open = (): void => {
    scheduled = false;
    // Another gate may have used the last free capacity meanwhile.
    if (isOpen()) waiting.take()?.();
    // After the end of the run all waiting tasks are released at once; each returns null.
    while (signal.aborted && waiting.length > 0) waiting.take()?.();
    if (waiting.length === 0) arrivals.take()?.();
    while (signal.aborted && arrivals.length > 0) arrivals.take()?.();
    schedule();
  };
  const schedule = (): void => {
    const isDue = waiting.length === 0 ? arrivals.length > 0 : isOpen();
    if (scheduled || !isDue) return;
    scheduled = true;
    setImmediate(open);
  };
  capacity.onEnd(schedule);

  const begin = async <T>(
    task: () => Promise<T>,
    limitOf: (result: T) => string | null,
  ): Promise<Done<T>> => {
    if (signal.aborted) return null;
    running += 1;
    capacity.begin();
    let limit: string | null = null;
    try {
      const result = await task();
      limit = limitOf(result);
      return { result, limit };
    } finally {
      running -= 1;
      capacity.end(limit, schedule);
    }
  };
  const inTurn = <T>(task: () => Promise<T>, limitOf: (result: T) => string | null): Promise<Done<T>> =>
    new Promise((resolve) => {
      waiting.add(() => resolve(begin(task, limitOf)));
      schedule();
    });

  const whenNoneWaits = (): Promise<void> =>
    new Promise((resolve) => {
      arrivals.add(resolve);
      schedule();
    });
  const inGate = async <T>(
    task: () => Promise<T>,
    limitOf: (result: T) => string | null = () => null,
  ): Promise<T | null> => {
    let pauses = idlePauses.values();
    let { progress } = capacity;
    let done = await inTurn(task, limitOf);
    while (done !== null && done.limit !== null) {
      if (capacity.progress > progress) {
        ({ progress } = capacity);
        pauses = idlePauses.values();
      }
      if (capacity.isIdle) {
        const next = pauses.next();
        if (next.done === true) break;
        await pause(next.value, signal);
      }
      // When the run ends, the earlier result stays.
      done = (await inTurn(task, limitOf)) ?? { ...done, limit: null };
    }
    return done === null ? null : done.result;
  };
  return Object.assign(inGate, { whenNoneWaits });
}

/** A task's result and the resource that it lacked; null when it did not start. */
type Done<T> = { readonly result: T; readonly limit: string | null } | null;

/** First in, first out, without moving the waiting entries. */
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
    if (this.length === 0) return undefined;
    const entry = this.#entries[this.#taken];
    this.#taken += 1;
    if (this.#taken > 1000 && this.#taken * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#taken);
      this.#taken = 0;
    }
    return entry;
  }
}
