/** How the process ends once its exit code is known. */
import { existsSync } from 'node:fs';
import type { Io } from './io.ts';
import { isWriting } from './stream-writer.ts';

/** ms between two looks at whether the process still runs. */
const LOOK_MS = 250;
/** ms that a reader who has stalled holds up a run that a signal has stopped. */
const GRACE_MS = 5000;
/** Exit codes of signals are above it. */
const SIGNALLED = 128;
const SHELL = '/bin/sh';

/**
 * Ends the process with this code: by itself, or by force when something that serves nobody any more keeps it, such as
 * a name that is being resolved. What is being written is waited for, but after a signal for 5 seconds at most.
 */
export function endProcess(code: number, { stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>): void {
  process.exitCode = code;
  const over = performance.now();
  setInterval(() => {
    const waits = code <= SIGNALLED || performance.now() - over < GRACE_MS;
    if (waits && [stdout, stderr].some(isWriting)) return;
    force(code);
  }, LOOK_MS).unref();
}

/**
 * `exit` waits for the threads of the runtime, one of which may be inside getaddrinfo(3) for half a minute; another
 * program in place of this one does not.
 */
function force(code: number): void {
  if (process.execve === undefined || process.platform === 'win32' || !existsSync(SHELL)) process.exit(code);
  process.execve(SHELL, ['sh', '-c', `exit ${code}`], {});
}
