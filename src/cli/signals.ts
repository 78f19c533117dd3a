import type { Io } from './io.ts';

type Reason = 'SIGINT' | 'SIGTERM' | 'defect';

/** A run that can be ended from outside, and by a defect that no `try` was around. */
export interface Interruption {
  readonly signal: AbortSignal;
  release(): void;
}

/**
 * Turns the first SIGINT, SIGTERM or uncaught exception into an abort whose reason is `SIGINT`, `SIGTERM` or
 * `defect`. Later ones are answered and change nothing, until `release`: the report of what is known is being
 * finished then, and must not be lost.
 * @param say tells the user what has happened
 * @param describe puts a defect into words
 */
export function catchInterruptions(
  process: Io['process'],
  say: (message: string) => void,
  describe: (defect: unknown) => string,
): Interruption {
  const controller = new AbortController();
  const stop = (reason: Reason, message: string): void => {
    say(controller.signal.aborted && reason !== 'defect' ? STILL_STOPPING : message);
    if (!controller.signal.aborted) controller.abort(reason);
  };
  const listeners = {
    SIGINT: () => stop('SIGINT', stopping('SIGINT')),
    SIGTERM: () => stop('SIGTERM', stopping('SIGTERM')),
    uncaughtException: (defect: unknown) => stop('defect', describe(defect)),
  };
  for (const [name, listener] of Object.entries(listeners)) process.on(name, listener);
  return {
    signal: controller.signal,
    release: () => {
      for (const [name, listener] of Object.entries(listeners)) process.off(name, listener);
    },
  };
}

const STILL_STOPPING = 'apim-probe: still stopping; the report of what is known is being finished';

function stopping(signal: string): string {
  return `apim-probe: ${signal}: stopping, and reporting what is known`;
}
