/** A report that somebody names on the command line. */
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { quote } from '../config/mask.ts';
import { systemReason } from '../config/system-reason.ts';
import { UsageError } from '../config/usage-error.ts';
import { LARGEST_REPORT } from '../report/read.ts';

const MIB = 1024 * 1024;

/**
 * @param path relative to `cwd`, or absolute
 * @returns the file's text; whatever it holds
 * @throws UsageError when it cannot be read, is no regular file or is larger than a report can be
 */
export function readReportFile(path: string, cwd: string): string {
  const name = quote(path);
  try {
    const absolute = resolve(cwd, path);
    // Looked at before it is opened: opening a named pipe waits for its writer.
    if (!statSync(absolute).isFile())
      throw new UsageError([`${name} is no regular file; name a JSON report`]);
    const handle = openSync(absolute, 'r');
    try {
      if (fstatSync(handle).size > LARGEST_REPORT) {
        throw new UsageError([`${name} is larger than ${LARGEST_REPORT / MIB} MiB: too large for a report`]);
      }
      return readFileSync(handle, 'utf8').replace(/^\ufeff/, '');
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError([`${name} cannot be read: ${systemReason(error)}`]);
  }
}
