/**
 * Which process is sending a report: the one that holds the lock of the report's name. A claim that was left behind by a
 * killed process is taken over.
 */
import { join } from 'node:path';
import { errorCode } from '../../common/system-reason.ts';
import { isLocked, type Lock, takeLock } from '../files/lock.ts';

const CLAIM = /^\.sending-(.+)\.lock$/;

/** @returns null while another process sends the report; @throws the file system's error */
export async function takeClaim(folder: string, name: string): Promise<Pick<Lock, 'release'> | null> {
  try {
    const locking = await takeLock(pathOf(folder, name));
    return locking.kind === 'held' ? locking.lock : null;
  } catch (error) {
    const code = errorCode(error);
    // Sending frees space, and a report that two processes send is stored once.
    if (code === 'ENOSPC' || code === 'EDQUOT') return { release: async () => {} };
    throw error;
  }
}

/** @returns the report that a file is the claim of; null for other files */
export function claimedReport(file: string): string | null {
  return CLAIM.exec(file)?.[1] ?? null;
}

/** Whether a living process is sending the report. */
export function isClaimed(folder: string, name: string): boolean {
  return isLocked(pathOf(folder, name));
}

function pathOf(folder: string, name: string): string {
  return join(folder, `.sending-${name}.lock`);
}
