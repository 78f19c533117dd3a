/** `apim-probe history`: the kept runs, newest first, each with what it changed. */
import { quote } from '../config/mask.ts';
import { UsageError } from '../config/usage-error.ts';
import { changeSince, type RunChange } from '../delivery/state/changes.ts';
import type { Digest } from '../delivery/state/digest.ts';
import { History, type Run } from '../delivery/state/history.ts';
import type { KeptFile } from '../delivery/state/kept.ts';
import { harmlessJson } from '../report/harmless-json.ts';
import type { Command } from './command.ts';
import { historyTable } from './history-table.ts';
import { columnsOf, write } from './io.ts';
import { isPast, listOrExplain, stateFolder } from './state-folder.ts';

const USUAL_LIMIT = 20;
const LARGEST_LIMIT = 100_000;

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

function limitOf(value: string | boolean | undefined): number {
  if (value === undefined) return USUAL_LIMIT;
  const limit = /^\d{1,6}$/.test(String(value)) ? Number(value) : 0;
  if (limit >= 1 && limit <= LARGEST_LIMIT) return limit;
  throw new UsageError([`--limit ${quote(value)} must be a whole number from 1 to ${LARGEST_LIMIT}`]);
}

async function listing(state: string, limit: number): Promise<HistoryListing> {
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

function json({ state, entries, left }: HistoryListing): string {
  return harmlessJson({
    state,
    runs: entries.flatMap((entry) => ('digest' in entry ? runJson(entry) : [])),
    unreadable: entries.flatMap((entry) =>
      'digest' in entry ? [] : { file: entry.file.path, problem: entry.problem },
    ),
    left,
  });
}

function runJson({ file, digest, change, future }: ListedRun) {
  const { id, startedAt, durationMs, verdict, interrupted, summary } = digest;
  return {
    ...{ file: file.path, bytes: file.bytes, id, startedAt: new Date(startedAt).toISOString(), durationMs },
    ...{ verdict, interrupted, summary, future, change },
  };
}

export const history: Command = async ({ flags, own }, io) => {
  const limit = limitOf(own['limit']);
  const state = stateFolder(flags, io, 'history');
  const found = await listing(state, limit);
  await write(io.stdout, own['format'] === 'json' ? json(found) : historyTable(found, columnsOf(io.stdout)));
  return 0;
};
