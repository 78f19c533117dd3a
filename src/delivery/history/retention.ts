/** Which stored reports have to go. Pure. */
import type { StoredFile } from './stored-reports.ts';

export interface Limits {
  readonly keepDays: number;
  readonly keepCount: number;
  readonly keepBytes: number;
}

const DAY = 24 * 60 * 60 * 1000;

/** The newest reports that always stay: a change shows between two. */
const ALWAYS_STORED = 2;

/** Most reports that one run removes by age: a clock that is wrong once must not empty the folder. */
export const MOST_BY_AGE = 10;

/**
 * @param files newest first
 * @param held names of reports that always stay
 * @param now ms since the epoch; a file written in the future counts as new
 * @returns the files to remove
 */
export function expired(
  files: readonly StoredFile[],
  held: ReadonlySet<string>,
  { keepDays, keepCount, keepBytes }: Limits,
  now: number,
): StoredFile[] {
  const oldestFirst = files
    .slice(ALWAYS_STORED)
    .toReversed()
    .filter(({ name }) => !held.has(name));
  let [count, bytes] = [files.length, files.reduce((sum, file) => sum + file.bytes, 0)];
  let first = 0;
  for (const file of oldestFirst) {
    if (count <= keepCount && bytes <= keepBytes) break;
    first += 1;
    [count, bytes] = [count - 1, bytes - file.bytes];
  }
  const aged = oldestFirst.slice(first).filter(({ mtimeMs }) => now - mtimeMs > keepDays * DAY);
  return [...oldestFirst.slice(0, first), ...aged.slice(0, MOST_BY_AGE)];
}
