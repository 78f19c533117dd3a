/** How much may be under way at once on this machine: learnt when it runs out of something. */
import { type LocalLimitCode, localLimitsIn } from '../../probes/local-limits.ts';

/**
 * What the gates of one run share, since their sockets come from the same pool. It is unlimited until a task ends
 * for want of something; then only so many may be under way as were when that happened, and one more each time that
 * so many tasks have ended well.
 */
export class Capacity {
  #underWay = 0;
  #most = Number.POSITIVE_INFINITY;
  #least = Number.POSITIVE_INFINITY;
  /** Since the last change of `#most`. */
  #endedWell = 0;
  #progress = 0;
  readonly #missed = new Set<LocalLimitCode>();
  readonly #wakers: (() => void)[] = [];

  /** Whether one more may begin. */
  get isFree(): boolean {
    return this.#underWay < this.#most;
  }

  /** Whether nothing is under way, so that nothing of this run's will free anything. */
  get isIdle(): boolean {
    return this.#underWay === 0;
  }

  /** The fewest that were let through at once; infinite when this machine never ran out of anything. */
  get least(): number {
    return this.#least;
  }

  /** The fewest that may be under way now. */
  get most(): number {
    return this.#most;
  }

  /** How many tasks have ended with all that they needed. */
  get progress(): number {
    return this.#progress;
  }

  /** What this machine ran out of. */
  get missed(): readonly LocalLimitCode[] {
    return [...this.#missed];
  }

  /** @param wake called each time that a task has ended */
  onEnd(wake: () => void): void {
    this.#wakers.push(wake);
  }

  begin(): void {
    this.#underWay += 1;
  }

  /**
   * @param limit what the task could not get, in words with the error's code; null when it got everything
   * @param own wakes the task's own gate, which goes last: so the gates take turns
   */
  end(limit: string | null, own?: () => void): void {
    this.#underWay -= 1;
    if (limit === null) this.#grow();
    else this.#shrink(limit);
    for (const wake of this.#wakers) if (wake !== own) wake();
    own?.();
  }

  #shrink(limit: string): void {
    for (const code of localLimitsIn(limit)) this.#missed.add(code);
    this.#most = Math.max(1, Math.min(this.#most, this.#underWay));
    this.#least = Math.min(this.#least, this.#most);
    this.#endedWell = 0;
  }

  #grow(): void {
    this.#progress += 1;
    this.#endedWell += 1;
    if (this.#endedWell < this.#most) return;
    this.#most += 1;
    this.#endedWell = 0;
  }
}
