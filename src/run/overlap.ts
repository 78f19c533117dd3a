/** Attempts that overlap: while one is silent, the next one begins. */
import { onAbort } from '../../probes/wire/abort.ts';

/** ms of silence after which the next attempt begins: as long as TCP waits before it repeats a SYN (RFC 6298). */
export const SILENCE = 1000;
/** ms between a failed attempt and the next, so that a short packet loss can end. */
export const PAUSE_AFTER_FAILURE = 250;

/** Calls `work` after so many ms; the returned function prevents that. */
type Timer = (ms: number, work: () => void) => () => void;

/** An attempt that is about to begin. */
export interface Turn {
  /** Counted from 1. */
  readonly number: number;
  /** Aborted when the run ends, or when an earlier attempt has made this one useless. */
  readonly signal: AbortSignal;
  /** To be called when the attempt starts, and when a step of it ends: the silence begins anew. */
  readonly reportStep: () => void;
  /** To be called when the attempt has to wait for its turn again: that is no silence. */
  readonly hold: () => void;
}

export interface Series<T> {
  readonly most: number;
  /** Makes one attempt; null when the run ended before it started. */
  readonly begin: (turn: Turn) => Promise<T | null>;
  /** Called with each result; returns whether attempts begun later are useless. */
  readonly onResult: (result: T) => boolean;
  /** Aborted at the end of the run. */
  readonly over: AbortSignal;
  readonly timer?: Timer;
}

/**
 * Makes attempts until one decides, `most` at most. The next one begins when the one before was silent for a while, or
 * has failed. Earlier attempts always run to their own end: stopping them would hide flows that die behind a load
 * balancer.
 * @returns the results in the order in which the attempts began, without those that were cancelled
 */
export async function overlap<T>(series: Series<T>): Promise<T[]> {
  const { most, begin, onResult, over, timer = afterReading } = series;
  const begun: Begun<T>[] = [];
  let isDecided = false;
  for (let number = 1; number <= most && !isDecided && !over.aborted; number += 1) {
    const next = new Countdown(timer, over);
    const decide = (): void => {
      isDecided = true;
      for (const later of begun.slice(number)) later.cancel();
      next.finish();
    };
    const turn = { number, reportStep: () => next.start(SILENCE), hold: () => next.hold() };
    const make = (signal: AbortSignal): Promise<T | null> => begin({ ...turn, signal });
    // Nothing cancels the first one.
    const { result, cancel } =
      number === 1 ? { result: make(over), cancel: () => {} } : cancellable(over, make);
    const ended = result.then((value) => {
      if (value === null || onResult(value)) decide();
      else next.pause(PAUSE_AFTER_FAILURE);
      return value;
    });
    // The error itself counts where the results are collected.
    ended.catch(decide);
    begun.push({ result: ended, cancel });
    if (number === most) next.finish();
    await next.finished;
  }
  const results = await Promise.all(begun.map((one) => one.result));
  return results.filter((result) => result !== null);
}

interface Begun<T> {
  /** Null at once when it is cancelled. */
  readonly result: Promise<T | null>;
  readonly cancel: () => void;
}

function cancellable<T>(over: AbortSignal, work: (signal: AbortSignal) => Promise<T | null>): Begun<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T | null>();
  const stop = new AbortController();
  const end = (): void => stop.abort();
  onAbort(over).add(end);
  work(stop.signal)
    .then(resolve, reject)
    .finally(() => onAbort(over).delete(end));
  const cancel = (): void => {
    resolve(null);
    stop.abort();
  };
  return { result: promise, cancel };
}

/** Finishes once: when the time of its last start is up, or on request. */
class Countdown {
  readonly finished: Promise<void>;
  readonly #timer: Timer;
  readonly #over: AbortSignal;
  readonly #resolve: () => void;
  #stop = (): void => {};
  #isFinished = false;

  constructor(timer: Timer, over: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.#resolve = resolve;
    this.#timer = timer;
    this.#over = over;
  }

  start(ms: number): void {
    this.#stop();
    if (!this.#isFinished) this.#stop = this.#timer(ms, this.finish);
  }

  /** The same when no attempt is left that would notice the end of the run. */
  pause(ms: number): void {
    if (this.#isFinished) return;
    onAbort(this.#over).add(this.finish);
    if (this.#over.aborted) this.finish();
    else this.start(ms);
  }

  hold(): void {
    this.#stop();
  }

  readonly finish = (): void => {
    this.#isFinished = true;
    this.#stop();
    onAbort(this.#over).delete(this.finish);
    this.#resolve();
  };
}

/** On a busy machine an answer may already have arrived when the timer fires, so it is read first. */
function afterReading(ms: number, work: () => void): () => void {
  let reading: NodeJS.Immediate | undefined;
  const timeout = setTimeout(() => {
    reading = setImmediate(work);
  }, ms);
  return () => {
    clearTimeout(timeout);
    clearImmediate(reading);
  };
}
