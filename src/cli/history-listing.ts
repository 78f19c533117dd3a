/** The kept runs as `history` shows them, each beside the one before it. */
import { changeSince, type RunChange } from '../delivery/history/changes.ts';
import type { Digest } from '../delivery/history/digest.ts';
import { History, type Run } from '../delivery/history/history.ts';
import type { KeptFile } from '../delivery/history/kept.ts';
import { isPast, listOrExplain } from './state-folder.ts';

/** A kept report, with what it changed of the readable one before it; null for the oldest. */
export interface ListedRun {
  readonly file: KeptFile;
  readonly digest: Digest;
  readonly change: RunChange | null;
  /** Of later than now: its time is not to be trusted. */
  readonly future: boolean;
}

/** A file with the name of a report that is none. */
export interface UnreadableFile {
  readonly file: KeptFile;
  /** A predicate. */
  readonly problem: string;
}

export interface HistoryListing {
  readonly state: string;
  /** Newest first. */
  readonly entries: readonly (ListedRun | UnreadableFile)[];
  /** Reports that the limit left out. */
  readonly left: number;
}

/**
 * @param state the absolute path of the folder
 * @param limit how many to list at most
 * @throws UsageError when the folder cannot be listed
 */
export async function listing(state: string, limit: number): Promise<HistoryListing> {
  const history = new History(state);
  const files = await listOrExplain(history, state);
  const runs: Run[] = [];
  // One more that can be read than is listed, for what the last line changed.
  for (const file of files) {
    const needed = runs.length < limit || !runs.slice(limit).some(({ ok }) => ok);
    if (!needed) break;
    runs.push(history.read(file));
  }
  // A reader without the right to write does without the index.
  await history.save().catch(() => {});
  const entries = runs.slice(0, limit).map((run, place) => listed(run, runs.slice(place + 1)));
  return { state, entries, left: Math.max(0, files.length - limit) };
}

function listed(run: Run, older: readonly Run[]): ListedRun | UnreadableFile {
  if (!run.ok) return { file: run.file, problem: run.problem };
  const before = older.find(({ ok }) => ok);
  const change = before?.ok ? changeSince(before.digest, run.digest) : null;
  return { file: run.file, digest: run.digest, change, future: !isPast(run.file) };
}
