/** The state folder, for the commands that read it. */
import { statSync } from 'node:fs';
import { quotePath } from '../common/mask.ts';
import { systemReason } from '../common/system-reason.ts';
import { count } from '../common/text-lines.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Flags } from '../config/layers.ts';
import { History } from '../delivery/history/history.ts';
import { listStored, type StoredFile } from '../delivery/history/stored-reports.ts';
import type { CommandName } from './command.ts';
import type { Io } from './io.ts';
import { loadOptions } from './sources.ts';

/**
 * @returns the absolute path of the folder that the options name
 * @throws UsageError when they name no folder, or it does not exist
 */
export async function stateFolder(flags: Flags, io: Io, command: CommandName): Promise<string> {
  const { options, origins } = await loadOptions(flags, io);
  const { state } = options;
  if (state === null) {
    throw new UsageError([
      `"apim-probe ${command}" needs the state folder: --state DIR, APIM_PROBE_STATE, or state in the config file; "apim-probe run --state DIR" fills it`,
    ]);
  }
  const problem = folderProblem(state);
  if (problem !== null) {
    throw new UsageError([
      `state: ${quotePath(state)} (${origins.state}) ${problem}; "apim-probe run --state DIR" makes and fills it`,
    ]);
  }
  return state;
}

function folderProblem(path: string): string | null {
  try {
    return statSync(path).isDirectory() ? null : 'is not a folder';
  } catch (error) {
    return `cannot be read: ${systemReason(error)}`;
  }
}

/**
 * The stored reports, newest first.
 * @throws UsageError when the folder cannot be listed
 */
export async function listOrExplain(state: string): Promise<StoredFile[]> {
  try {
    return await listStored(state);
  } catch (error) {
    throw new UsageError([`the state folder ${quotePath(state)} cannot be read: ${systemReason(error)}`]);
  }
}

/**
 * The paths of the two newest reports that can be read, the older first.
 * @throws UsageError when there are fewer than two
 */
export async function findLastTwo(state: string): Promise<string[]> {
  const history = new History(state);
  const newest: string[] = [];
  for (const file of await listOrExplain(state)) {
    const run = history.read(file);
    if (run.ok) newest.push(file.path);
    // All older reports are of that version, too.
    if (newest.length === 2 || (!run.ok && run.olderVersion !== null)) break;
  }
  const [last, before] = newest;
  if (last === undefined || before === undefined) {
    throw new UsageError([
      `the state folder ${quotePath(state)} has ${count(newest.length, 'report')} that can be read; a comparison needs two: run with --state again, or name two files`,
    ]);
  }
  return [before, last];
}
