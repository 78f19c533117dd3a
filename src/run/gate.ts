/** How much is under way, and when the next may begin. */

/** Does the task when its turn comes; null when the run has ended before that. */
export type Gate = <T>(task: () => Promise<T>) => Promise<T | null>;

/**
 * At most `concurrency` tasks at once, in the order in which they came, and one begun in each turn of the event
 * loop: a reply is noticed when the loop comes round, so whatever else starts in the same turn is added to the
 * time that is measured. Nothing begins any more once the signal is aborted.
 */
export function createGate(concurrency: number, signal: AbortSignal): Gate {
  const waiting = new Queue();
  let underWay = 0;
  let scheduled = false;

  const open = (): void => {
    scheduled = false;
    waiting.take()?.();
    // After the end everybody is let through at once, to be turned away.
    while (signal.aborted && waiting.length > 0) waiting.take()?.();
    schedule();
  };
  const schedule = (): void => {
    if (scheduled || waiting.length === 0 || (underWay >= concurrency && !signal.aborted)) return;
    scheduled = true;
    setImmediate(open);
  };
  const begin = async <T>(task: () => Promise<T>): Promise<T | null> => {
    if (signal.aborted) return null;
    underWay += 1;
    try {
      return await task();
    } finally {
      underWay -= 1;
      schedule();
    }
  };

  return (task) =>
    new Promise((resolve) => {
      waiting.add(() => resolve(begin(task)));
      schedule();
    });
}

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
