import { constants } from 'node:os';
import { STOP_SIGNALS, type StopSignal } from '../model/stop-signals.ts';
import type { Io } from './io.ts';
import { hurry } from './stream-writer.ts';

/** A run that can be ended from outside, and by a defect that no `try` was around. */
export interface Interruption {
  readonly signal: AbortSignal;
  release(): void;
}

/**
 * Turns the first signal that stops a run, or an uncaught exception, into an abort, whose reason is the signal's name
 * or the exception. Later ones are told and change nothing, until `release`: the report of what is known is being
 * finished then, and must not be lost.
 * @param say tells the user what has happened
 * @param describe puts a defect into words
 * @param consequence what the first signal leads to, in words
 */
export function catchInterruptions(
  { process, stdout, stderr }: Pick<Io, 'process' | 'stdout' | 'stderr'>,
  say: (message: string) => void,
  describe: (defect: unknown) => string,
  consequence = 'reporting what is known',
): Interruption {
  const controller = new AbortController();
  const stop = (name: StopSignal) => (): void => {
    say(controller.signal.aborted ? STILL_STOPPING : `apim-probe: ${name}: stopping, and ${consequence}`);
    controller.abort(name);
    for (const stream of [stdout, stderr]) hurry(stream);
  };
  const signals = STOP_SIGNALS.filter((name) => name in constants.signals);
  const listeners = {
    ...Object.fromEntries(signals.map((name) => [name, stop(name)])),
    uncaughtException: (defect: unknown) => {
      say(describe(defect));
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
