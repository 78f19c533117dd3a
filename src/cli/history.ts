/** `apim-probe history`: the stored runs, newest first, each with its changes. */

import { harmlessJson } from '../common/escaped-json.ts';
import { quote } from '../common/mask.ts';
import { printable } from '../common/printable.ts';
import { shellQuote } from '../common/shell-quote.ts';
import { UsageError } from '../common/usage-error.ts';
import { redact, redactValue } from '../delivery/redaction/redact.ts';
import type { Command } from './command.ts';
import { type HistoryListing, type ListedRun, listHistory } from './history-listing.ts';
import { historyTable } from './history-table.ts';
import { columnsOf, write, writeText } from './io.ts';
import { loadOptions } from './sources.ts';
import { stateFolder } from './state-folder.ts';

const USUAL_LIMIT = 20;
const LARGEST_LIMIT = 100_000;

function limitOf(value: string | boolean | undefined): number {
  if (value === undefined) return USUAL_LIMIT;
  const limit = /^\d{1,6}$/.test(String(value)) ? Number(value) : 0;
  if (limit >= 1 && limit <= LARGEST_LIMIT) return limit;
  throw new UsageError([`--limit ${quote(value)} must be a whole number from 1 to ${LARGEST_LIMIT}`]);
}

function json({ state, entries, left }: HistoryListing): string {
  const others = entries.flatMap((entry) => ('digest' in entry ? [] : entry));
  return harmlessJson({
    state,
    runs: entries.flatMap((entry) => ('digest' in entry ? runJson(entry) : [])),
    older: others.flatMap(({ file, olderVersion }) =>
      olderVersion === null ? [] : { file: file.path, schemaVersion: olderVersion },
    ),
    unreadable: others.flatMap(({ file, problem, olderVersion }) =>
      olderVersion === null ? { file: file.path, problem } : [],
    ),
    left,
  });
}

function runJson({ file, digest, change, future }: ListedRun) {
  const { id, startedAt, durationMs, groups, verdict, interrupted, summary, findings } = digest;
  return {
    ...{ file: file.path, bytes: file.bytes, id, startedAt: new Date(startedAt).toISOString(), durationMs },
    ...{ groups, verdict, interrupted, summary, findings, future, change },
  };
}

export const history: Command = async ({ flags, own }, io) => {
  const limit = limitOf(own['limit']);
  const loaded = await loadOptions(flags, io);
  const found = redactValue(await listHistory(stateFolder(loaded, io, 'history'), limit));
  if (own['format'] === 'json') {
    await write(io.stdout, json(found));
    return 0;
  }
  // Output to a file or pipe is not cut.
  const width = io.stdout.isTTY === true ? columnsOf(io.stdout) : Number.POSITIVE_INFINITY;
  const stateFlag = Array.isArray(flags.state)
    ? ` --state ${redact(shellQuote(printable(String(flags.state[0]))))}`
    : '';
  await writeText(io.stdout, historyTable(found, width, stateFlag));
  return 0;
};
