/** Time limits: the timeout of a step and the end of the run. */
import { ProbeError } from '../failures.ts';
import { onAbort } from './abort.ts';
import { type Layer, TIMEOUTS, toProbeError } from './failure.ts';

export interface Budget {
  /** ms that one step of one attempt may take. */
  readonly stepMs: number;
  /** Aborted when the run must end: its deadline has passed, or the user stopped it. */
  readonly signal: AbortSignal;
}

/**
 * Resolves to the result of `work`, unless the step times out or the run ends first.
 * `work` is not cancelled: the caller destroys its socket.
 * @throws ProbeError with the layer's timeout, `deadline_exceeded`, or the failure of `work`
 */
export function within<T>(budget: Budget, layer: Layer, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let finalRead: NodeJS.Immediate | undefined;
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      clearImmediate(finalRead);
      onAbort(budget.signal).delete(stop);
      finish();
    };
    const stop = (): void => settle(() => reject(createDeadlineError()));
    // On a busy machine the answer may already have arrived when the timer fires, so it is read first.
    const timer = setTimeout(() => {
      finalRead = setImmediate(() => settle(() => reject(timedOut(budget, layer))));
    }, budget.stepMs);
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(toProbeError(error, layer))),
    );
    if (budget.signal.aborted) stop();
    else onAbort(budget.signal).add(stop);
  });
}

/** Waits. The end of the run shortens the wait without an error. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      onAbort(signal).delete(done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    onAbort(signal).add(done);
  });
}

function timedOut({ stepMs }: Budget, layer: Layer): ProbeError {
  return new ProbeError(TIMEOUTS[layer], `nothing within ${Math.round(stepMs)} ms`);
}

/** The error of a step that the end of the run interrupted. */
export function createDeadlineError(): ProbeError {
  return new ProbeError('deadline_exceeded', 'the run ended before this was finished');
}
