/** How many tasks this machine can run at once, learnt when it runs out of a resource. */
import { type LocalLimitCode, localLimitsIn } from '../../probes/local-limits.ts';

/**
 * Shared by the gates of a run, because their sockets use the same resources. It is unlimited until a task lacks a
 * resource. Then the limit is the number of the other running tasks, and grows by one after as many successes.
 */
export class Capacity {
  #running = 0;
  #most = Number.POSITIVE_INFINITY;
  #least = Number.POSITIVE_INFINITY;
  /** Successful tasks since the last change of `#most`. */
  #successes = 0;
  #progress = 0;
  readonly #missed = new Set<LocalLimitCode>();
  readonly #wakers: (() => void)[] = [];

  /** Whether one more task may begin. */
  get isFree(): boolean {
    return this.#running < this.#most;
  }

  /** Whether no task is running, so that this run will free no resource. */
  get isIdle(): boolean {
    return this.#running === 0;
  }

  /** The lowest limit so far; infinite when this machine never ran out of a resource. */
  get least(): number {
    return this.#least;
  }

  /** How many tasks may run now. */
  get most(): number {
    return this.#most;
  }

  /** How many tasks ended with all the resources that they needed. */
  get progress(): number {
    return this.#progress;
  }

  /** The resources that ran out. */
  get missed(): readonly LocalLimitCode[] {
    return [...this.#missed];
  }

  /** @param wake called whenever a task ends */
  onEnd(wake: () => void): void {
    this.#wakers.push(wake);
  }

  begin(): void {
    this.#running += 1;
  }

  /**
   * @param limit text with the error's code when the task lacked a resource; else null
   * @param own wakes the task's own gate; it goes last, so that the gates take turns
   */
  end(limit: string | null, own?: () => void): void {
    this.#running -= 1;
    if (limit === null) this.#grow();
    else this.#shrink(limit);
    for (const wake of this.#wakers) if (wake !== own) wake();
    own?.();
  }

  #shrink(limit: string): void {
    for (const code of localLimitsIn(limit)) this.#missed.add(code);
    this.#most = Math.max(1, Math.min(this.#most, this.#running));
    this.#least = Math.min(this.#least, this.#most);
    this.#successes = 0;
  }

  #grow(): void {
    this.#progress += 1;
    this.#successes += 1;
    if (this.#successes < this.#most) return;
    this.#most += 1;
    this.#successes = 0;
  }
}
