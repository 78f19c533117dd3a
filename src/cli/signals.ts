import type { Io } from './io.ts';

type StopSignal = 'SIGINT' | 'SIGTERM';

/** A run that a signal can end. */
export interface Interruption {
  readonly signal: AbortSignal;
  release(): void;
}

/**
 * Turns the first SIGINT or SIGTERM into an abort whose reason is its name. Later ones are answered and change
 * nothing, until `release`: the report of what is known is being finished then, and must not be lost.
 * @param say tells the user what the signal has done
 */
export function catchSignals(signals: Io['signals'], say: (message: string) => void): Interruption {
  const controller = new AbortController();
  const stop = (name: StopSignal) => () => {
    if (controller.signal.aborted) {
      say('apim-probe: still stopping; the report of what is known is being finished');
      return;
    }
    say(`apim-probe: ${name}: stopping, and reporting what is known`);
    controller.abort(name);
  };
  const listeners = { SIGINT: stop('SIGINT'), SIGTERM: stop('SIGTERM') };
  for (const [name, listener] of Object.entries(listeners)) signals.on(name, listener);
  return {
    signal: controller.signal,
    release: () => {
      for (const [name, listener] of Object.entries(listeners)) signals.off(name, listener);
    },
  };
}
