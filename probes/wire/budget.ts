/** Time as a budget: a step has its time-out, the run has its end, and this is where the two are kept. */
import { ProbeError } from '../failures.ts';
import { type Layer, TIMEOUTS, toProbeError } from './failure.ts';

export interface Budget {
  /** ms that one step of one attempt may take. */
  readonly stepMs: number;
  /** Aborted when the run must end: its deadline has come, or somebody stopped it. */
  readonly signal: AbortSignal;
}

/**
 * What `work` resolves to, unless the step's time or the run's is over first.
 * The loser goes on unobserved: whoever owns its socket destroys it.
 * @throws ProbeError with the layer's time-out, `deadline_exceeded`, or what `work` failed with
 */
export function within<T>(budget: Budget, layer: Layer, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let lastLook: NodeJS.Immediate | undefined;
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      clearImmediate(lastLook);
      budget.signal.removeEventListener('abort', stop);
      finish();
    };
    const stop = (): void => settle(() => reject(runIsOver()));
    // Where this machine was held up, the answer may be waiting while the time is over: it is read first.
    const timer = setTimeout(() => {
      lastLook = setImmediate(() => settle(() => reject(timedOut(budget, layer))));
    }, budget.stepMs);
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(toProbeError(error, layer))),
    );
    if (budget.signal.aborted) stop();
    else budget.signal.addEventListener('abort', stop, { once: true });
  });
}

/** A pause that the end of the run cuts short without an error. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

function timedOut({ stepMs }: Budget, layer: Layer): ProbeError {
  return new ProbeError(TIMEOUTS[layer], `nothing within ${Math.round(stepMs)} ms`);
}

/** What everybody fails with whom the end of the run caught. */
export function runIsOver(): ProbeError {
  return new ProbeError('deadline_exceeded', 'the run ended before this was finished');
}
