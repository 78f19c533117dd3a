/** Ends the process when its exit code is known. */
import { existsSync } from 'node:fs';
import type { Io } from './io.ts';
import { isWriting } from './stream-writer.ts';

/** ms between two checks for pending output. */
const CHECK_MS = 250;
/** ms that a run stopped by a signal waits for a stalled reader. */
const GRACE_MS = 5000;
/** Exit codes of signals are larger. */
const SIGNALLED = 128;
const SHELL = '/bin/sh';

/**
 * Ends the process with this code. Leftover work, such as a pending name resolution, must not delay the end, so the
 * process is ended by force when its output is written. After a signal it waits for output at most 5 seconds.
 */
export function endProcess(code: number, { stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>): void {
  process.exitCode = code;
  const endedAt = performance.now();
  setInterval(() => {
    const waits = code <= SIGNALLED || performance.now() - endedAt < GRACE_MS;
    if (waits && [stdout, stderr].some(isWriting)) return;
    force(code);
  }, CHECK_MS).unref();
}

/**
 * `exit` waits for the runtime's threads, and one may be inside getaddrinfo(3) for half a minute. Replacing the process
 * image with a shell does not wait.
 */
function force(code: number): void {
  if (process.execve === undefined || process.platform === 'win32' || !existsSync(SHELL)) process.exit(code);
  process.execve(SHELL, ['sh', '-c', `exit ${code}`], {});
}
