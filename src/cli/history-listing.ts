/** The stored runs for `history`, each compared with the run before it. */
import { changeSince, type RunChange } from '../delivery/history/changes.ts';
import type { Digest } from '../delivery/history/digest.ts';
import { History, type Run } from '../delivery/history/history.ts';
import type { StoredFile } from '../delivery/history/stored-reports.ts';
import { listOrExplain } from './state-folder.ts';

/** A stored report, with the change since the previous readable one; null for the oldest. */
export interface ListedRun {
  readonly file: StoredFile;
  readonly digest: Digest;
  readonly change: RunChange | null;
  /** Whether it began in the future, by this machine's clock. */
  readonly future: boolean;
}

/** A stored file that this version cannot read. */
export interface UnreadableFile {
  readonly file: StoredFile;
  /** A predicate. */
  readonly problem: string;
  /** The version of a report of an earlier major; null for a damaged file. */
  readonly olderVersion: string | null;
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
export async function listHistory(state: string, limit: number): Promise<HistoryListing> {
  const history = new History(state);
  const files = await listOrExplain(state);
  const runs: Run[] = [];
  for (const file of files) {
    if (runs.length >= limit && runs.slice(limit).some(endsSearch)) break;
    runs.push(history.read(file));
  }
  // A user without write permission does not update the index.
  await history.save().catch(() => {});
  const entries = runs.slice(0, limit).map((run, place) => describeRun(run, runs.slice(place + 1)));
  return { state, entries, left: Math.max(0, files.length - limit) };
}

/** Ends the search for the last line's predecessor: reports before an older format are of an older format, too. */
function endsSearch(run: Run): boolean {
  return run.ok || run.olderVersion !== null;
}

function describeRun(run: Run, older: readonly Run[]): ListedRun | UnreadableFile {
  const { file } = run;
  if (!run.ok) return { file, problem: run.problem, olderVersion: run.olderVersion };
  const { digest } = run;
  const before = older.find(({ ok }) => ok);
  const change = before?.ok ? changeSince(before.digest, digest) : null;
  return { file, digest, change, future: digest.startedAt > Date.now() };
}
