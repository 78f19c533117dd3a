import { constants } from 'node:os';
import { STOP_SIGNALS, type StopSignal } from '../model/stop-signals.ts';
import type { Io } from './io.ts';
import { hurry } from './stream-writer.ts';

/** Aborts a run on a signal or an uncaught exception. */
export interface Interruption {
  readonly signal: AbortSignal;
  release(): void;
}

/**
 * Turns the first stop signal or uncaught exception into an abort. Its reason is the signal's name or the exception.
 * Later ones only print a message until `release`, so that the report is finished and not lost.
 * @param notify prints a message for the user
 * @param describeDefect turns a defect into text
 * @param consequence what happens after the first signal, as text
 */
export function catchInterruptions(
  { process, stdout, stderr }: Pick<Io, 'process' | 'stdout' | 'stderr'>,
  notify: (message: string) => void,
  describeDefect: (defect: unknown) => string,
  consequence = 'reporting what is known',
): Interruption {
  const controller = new AbortController();
  const stop = (name: StopSignal) => (): void => {
    notify(controller.signal.aborted ? STILL_STOPPING : `apim-probe: ${name}: stopping, and ${consequence}`);
    controller.abort(name);
    for (const stream of [stdout, stderr]) hurry(stream);
  };
  const signals = STOP_SIGNALS.filter((name) => name in constants.signals);
  const listeners = {
    ...Object.fromEntries(signals.map((name) => [name, stop(name)])),
    uncaughtException: (defect: unknown) => {
      notify(describeDefect(defect));
      controller.abort(defect);
    },
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
