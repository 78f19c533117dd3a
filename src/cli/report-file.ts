/** A report that somebody names on the command line. */
import { resolve } from 'node:path';
import { readBounded } from '../common/bounded-file.ts';
import { quotePath } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import { LARGEST_REPORT } from '../model/largest-report.ts';
import { WANTED } from '../model/read-report.ts';

/**
 * @param path relative to `cwd`, or absolute
 * @returns the file's text; whatever it holds
 * @throws UsageError when it cannot be read, is no regular file or is larger than a report can be
 */
export function readReportFile(path: string, cwd: string): string {
  const file = readBounded(resolve(cwd, path), LARGEST_REPORT, WANTED);
  if (!file.ok) throw new UsageError([`${quotePath(path)} ${file.problem}`]);
  return file.bytes.toString('utf8').replace(/^\ufeff/, '');
}
