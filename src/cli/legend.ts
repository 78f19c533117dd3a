/** `--legend FILE` of `render` and `bundle`: the names behind the pseudonyms. */
import { lstatSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { quotePath } from '../common/mask.ts';
import { systemReason } from '../common/system-reason.ts';
import { UsageError } from '../common/usage-error.ts';
import type { RedactionLevel } from '../config/types.ts';
import { folderProblem } from '../config/writable.ts';
import { type LegendHeader, writeLegend } from '../delivery/redaction/legend.ts';
import type { Legend } from '../delivery/redaction/types.ts';
import { isStrict } from '../model/strict-note.ts';

/**
 * @param given the flag's value
 * @param reports that the document is made of, each with its file's name for messages
 * @returns the legend's path; null without the flag
 * @throws UsageError when a legend is not possible, or the file cannot be made
 */
export function legendPath(
  given: unknown,
  level: RedactionLevel,
  reports: readonly (readonly [name: string, report: unknown])[],
  cwd: string,
): string | null {
  if (typeof given !== 'string') return null;
  if (level !== 'strict')
    throw new UsageError(['--legend needs --redact strict: without it there are no pseudonyms']);
  if (given === '-')
    throw new UsageError([
      '--legend - is not possible: the names must not go to the stream of the document; name a file',
    ]);
  const strict = reports.filter(([, report]) => isStrict(report));
  if (strict.length > 0) {
    throw new UsageError(
      strict.map(
        ([name]) =>
          `--legend: ${name} holds pseudonyms already (--redact strict), and the names behind them are on the VM that made it`,
      ),
    );
  }
  const path = resolve(cwd, given);
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined)
    throw new UsageError([`--legend ${quotePath(given)} exists already; name a new file`]);
  const problem = folderProblem(dirname(path));
  if (problem !== null) throw new UsageError([`--legend ${quotePath(given)} cannot be written: ${problem}`]);
  return path;
}

/** @returns why it could not be written, as a sentence, or null */
export async function storeLegend(
  path: string,
  legend: Legend,
  header: LegendHeader,
): Promise<string | null> {
  try {
    await writeLegend(path, legend, header);
    return null;
  } catch (error) {
    return `the legend ${path} could not be written: ${systemReason(error)}`;
  }
}
