/** Which kept reports have to go. Pure. */
import type { KeptFile } from './kept.ts';

export interface Limits {
  readonly keepDays: number;
  readonly keepCount: number;
  readonly keepBytes: number;
}

const DAY = 24 * 60 * 60 * 1000;

/** So many of the newest stay whatever the limits say: what changed is told by two. */
const ALWAYS_KEPT = 2;

/**
 * Most reports that age alone removes after one run. A schedule adds one and needs no more than that removed; a
 * clock that jumps ahead makes every report old at once, and must not empty the folder before it is set right.
 */
export const MOST_BY_AGE = 10;

/**
 * @param files newest first
 * @param newest names of the reports that stay whatever the clock says: the one just written
 * @param now ms since the epoch
 * @returns the files to remove
 */
export function expired(
  files: readonly KeptFile[],
  newest: ReadonlySet<string>,
  limits: Limits,
  now: number,
): KeptFile[] {
  const future = files.filter(({ time }) => time > now);
  const past = files.filter(({ time }) => time <= now);
  const held = new Set([...newest, ...past.slice(0, ALWAYS_KEPT).map(({ name }) => name)]);
  // What seems to come from the future has a time that tells nothing, so it goes before what is known to be new.
  const leaving = [...past, ...future].toReversed().filter(({ name }) => !held.has(name));
  let [count, bytes] = [files.length, files.reduce((sum, file) => sum + file.bytes, 0)];
  const gone = new Set<KeptFile>();
  for (const file of leaving) {
    if (count <= limits.keepCount && bytes <= limits.keepBytes) break;
    gone.add(file);
    [count, bytes] = [count - 1, bytes - file.bytes];
  }
  const aged = leaving.filter(
    (file) => !gone.has(file) && file.time <= now && file.time < now - limits.keepDays * DAY,
  );
  return [...gone, ...aged.slice(0, MOST_BY_AGE)];
}
