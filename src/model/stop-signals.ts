/** Signals that stop a run; it completes its report before it ends. */
export const STOP_SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** @returns whether the reason of an abort is such a signal */
export function isStopSignal(reason: unknown): reason is StopSignal {
  return STOP_SIGNALS.some((name) => name === reason);
}
