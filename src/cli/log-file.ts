/** The file that the log is appended to. */
import { closeSync, constants, fstatSync, openSync, renameSync, statSync } from 'node:fs';
import { quotePath } from '../common/mask.ts';
import { errorCode, systemReason } from '../common/system-reason.ts';
import { UsageError } from '../common/usage-error.ts';
import { writeNow } from '../delivery/files/descriptor.ts';
import { UNREAD } from '../delivery/files/outlet.ts';
import { previousLog } from '../delivery/previous-log.ts';

/** Bytes. A file past that is set aside as FILE.1 by the next run, so that two of them are the most there is. */
const LARGEST = 10 * 1024 * 1024;
const OWNER_ONLY = 0o600;
/** What is wrong with the disk and not with the name: no reason not to probe. */
const PASSING = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE'];

export interface LogFile {
  write(line: string): void;
  close(): void;
}

/**
 * Opens the log file anew for this run, so that a tool that rotates it needs to tell nobody. Each line is written
 * at once: what a killed run had logged is there.
 * @param complain takes what went wrong, once; the run goes on without a log
 * @returns null when the disk takes no log now
 * @throws UsageError when the path can hold none
 */
export function openLogFile(path: string, complain: (problem: string) => void): LogFile | null {
  try {
    const handle = open(path, complain);
    let well = true;
    return {
      write: (line) => {
        if (!well) return;
        try {
          const bytes = Buffer.from(line);
          if (writeNow(handle, bytes) < bytes.length) throw new Error('its reader takes nothing');
        } catch (error) {
          well = false;
          complain(`the log ${path} takes no more lines: ${systemReason(error)}`);
        }
      },
      close: () => {
        well = false;
        closeSync(handle);
      },
    };
  } catch (error) {
    if (PASSING.some((code) => code === errorCode(error))) {
      complain(`the log ${path} cannot be opened: ${systemReason(error)}`);
      return null;
    }
    if (errorCode(error) === 'ENXIO' && statSync(path, { throwIfNoEntry: false })?.isFIFO() === true)
      throw new UsageError([`--log-file ${quotePath(path)} cannot be opened: ${UNREAD}`]);
    throw new UsageError([
      `--log-file ${quotePath(path)} cannot be opened: ${systemReason(error)}; name a file in a folder that exists and may be written`,
    ]);
  }
}

function open(path: string, complain: (problem: string) => void): number {
  const handle = append(path);
  const status = fstatSync(handle);
  if (status.isBlockDevice()) {
    closeSync(handle);
    throw new Error('it is a disk');
  }
  if (!status.isFile() || status.size <= LARGEST) return handle;
  try {
    renameSync(path, previousLog(path));
  } catch (error) {
    complain(`the log ${path} is larger than 10 MiB and cannot be set aside: ${systemReason(error)}`);
    return handle;
  }
  closeSync(handle);
  return append(path);
}

/** A pipe without a reader is refused, not waited for. */
function append(path: string): number {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK } = constants;
  return openSync(path, O_APPEND | O_CREAT | O_WRONLY | (O_NONBLOCK ?? 0), OWNER_ONLY);
}
