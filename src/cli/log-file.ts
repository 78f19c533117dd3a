/** The file that the log is appended to. */
import { closeSync, constants, fstatSync, openSync, renameSync, statSync } from 'node:fs';
import { quotePath } from '../common/mask.ts';
import { errorCode, systemReason } from '../common/system-reason.ts';
import { UsageError } from '../common/usage-error.ts';
import { writeNow } from '../delivery/files/descriptor.ts';
import { UNREAD } from '../delivery/files/outlet.ts';
import { previousLog } from '../delivery/previous-log.ts';

/** Bytes. The next run renames a larger file to FILE.1, so that there are at most two files. */
const LARGEST = 10 * 1024 * 1024;
const OWNER_ONLY = 0o600;
/** Errors of the disk, not of the name: the run goes on without a log. */
const TEMPORARY_ERRORS = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE'];

export interface LogFile {
  write(line: string): void;
  close(): void;
}

/**
 * Opens the log file for this run, so that a rotating tool need not signal the process. Each line is written at once,
 * so that the log of a killed run is complete.
 * @param complain receives the problem, once; the run goes on without a log
 * @returns null when the disk cannot store a log now
 * @throws UsageError when the path cannot be a log file
 */
export function openLogFile(path: string, complain: (problem: string) => void): LogFile | null {
  try {
    const handle = open(path, complain);
    let isWritable = true;
    return {
      write: (line) => {
        if (!isWritable) return;
        try {
          const bytes = Buffer.from(line);
          if (writeNow(handle, bytes) < bytes.length) throw new Error('its reader takes nothing');
        } catch (error) {
          isWritable = false;
          complain(`the log ${path} takes no more lines: ${systemReason(error)}`);
        }
      },
      close: () => {
        isWritable = false;
        closeSync(handle);
      },
    };
  } catch (error) {
    if (TEMPORARY_ERRORS.some((code) => code === errorCode(error))) {
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
    complain(`the log ${path} is larger than 10 MiB and cannot be renamed: ${systemReason(error)}`);
    return handle;
  }
  closeSync(handle);
  return append(path);
}

/** Does not wait for a pipe's reader: without one, opening fails. */
function append(path: string): number {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK } = constants;
  return openSync(path, O_APPEND | O_CREAT | O_WRONLY | (O_NONBLOCK ?? 0), OWNER_ONLY);
}
