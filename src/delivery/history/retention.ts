/** Which kept reports have to go. Pure. */
import type { KeptFile } from './kept.ts';

export interface Limits {
  readonly keepDays: number;
  readonly keepCount: number;
  readonly keepBytes: number;
}

/** Reports, of which the gaps between them say little of what is usual. */
const FEW = 8;
const DAY = 24 * 60 * 60 * 1000;

/** So many of the newest stay whatever the limits say: what changed is told by two. */
const ALWAYS_KEPT = 2;

/**
 * Most reports that age alone removes after one run: a schedule adds one and needs no more than that removed, and
 * whatever else goes wrong with time, the folder does not empty at once.
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
  const ages = witnessedAges(past, now);
  const aged = leaving.filter((file) => !gone.has(file) && (ages.get(file) ?? 0) > limits.keepDays * DAY);
  return [...gone, ...aged.slice(0, MOST_BY_AGE)];
}

/**
 * How old reports are by the time that runs have witnessed. A clock that jumps ahead leaves one gap between two
 * reports, and nothing in the folder tells it from a machine that was off: a gap that is far longer than usual counts
 * as twice the usual one, or as a day, so that neither makes every report old.
 * @param past newest first
 * @returns ms, by file
 */
function witnessedAges(past: readonly KeptFile[], now: number): Map<KeptFile, number> {
  const gaps = past.map(({ time }, place) => (place === 0 ? now : (past[place - 1]?.time ?? now)) - time);
  // Of a few reports half the gaps may be a clock's jumps.
  const place = gaps.length < FEW ? gaps.length / 4 : gaps.length / 2;
  const usual = gaps.toSorted((one, other) => one - other)[Math.floor(place)] ?? 0;
  const longest = Math.max(DAY, 2 * usual);
  let age = 0;
  return new Map(
    past.map((file, index) => {
      age += Math.min(gaps[index] ?? 0, longest);
      return [file, age];
    }),
  );
}
