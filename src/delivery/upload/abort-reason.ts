/** Why uploading ended early. */

/** @param signal aborted: by a limit of time, or with the name of a signal of the system */
export function abortReason({ reason }: AbortSignal): string {
  if (typeof reason === 'string') return `the upload was stopped (${reason})`;
  const late = reason instanceof Error && reason.name === 'TimeoutError';
  return late ? 'the time for the upload was over' : 'the upload was stopped';
}
