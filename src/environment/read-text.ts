/** Reading this machine's small configuration files. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { isLocalLimit } from '../../probes/local-limits.ts';
import { errorCode } from '../common/system-reason.ts';

/** ms between attempts to open a file while too many others are open. */
const PAUSES = [50, 150, 300] as const;

/** A file's text, each byte as one character, as the C library reads it. @throws the file system's error */
export async function readText(file: string): Promise<string> {
  for (const ms of PAUSES) {
    try {
      return await readFile(file, 'latin1');
    } catch (error) {
      if (!isLocalLimit(errorCode(error) ?? '')) throw error;
      await pause(ms);
    }
  }
  return readFile(file, 'latin1');
}
