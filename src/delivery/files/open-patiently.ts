/** Opens a file on a VM that has too many files open at the moment. */
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { isLocalLimit } from '../../../probes/local-limits.ts';
import { errorCode } from '../../common/system-reason.ts';

/** ms between attempts: meanwhile the run closes sockets, and other programs end. */
const PAUSES = [50, 100, 250, 600, 1000] as const;

/**
 * As `open` of node:fs/promises, but retries for two seconds while too many files are open.
 * @throws the file system's error
 */
export async function openPatiently(...how: Parameters<typeof open>): Promise<FileHandle> {
  for (const ms of PAUSES) {
    try {
      return await open(...how);
    } catch (error) {
      if (!isLocalLimit(errorCode(error) ?? '')) throw error;
      await pause(ms);
    }
  }
  return open(...how);
}
