/** The state folder, for the commands that read it. */
import { statSync } from 'node:fs';
import { quotePath } from '../common/mask.ts';
import { systemReason } from '../common/system-reason.ts';
import { count } from '../common/text-lines.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Flags } from '../config/layers.ts';
import { History } from '../delivery/history/history.ts';
import type { KeptFile } from '../delivery/history/kept.ts';
import type { CommandName } from './command.ts';
import type { Io } from './io.ts';
import { loadOptions } from './sources.ts';

/**
 * @returns the absolute path of the folder that the options name
 * @throws UsageError when they name none, or it is not there
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
    return statSync(path).isDirectory() ? null : 'is no folder';
  } catch (error) {
    return `cannot be read: ${systemReason(error)}`;
  }
}

/** @throws UsageError when the folder cannot be listed */
export async function listOrExplain(history: History, state: string): Promise<KeptFile[]> {
  try {
    return await history.list();
  } catch (error) {
    throw new UsageError([`the state folder ${quotePath(state)} cannot be read: ${systemReason(error)}`]);
  }
}

/**
 * The two newest reports that can be read, the older first. Those of later than now say nothing of the last run, and
 * are compared with one another alone, where the folder has no others.
 * @throws UsageError when there are no two
 */
export async function lastTwo(state: string): Promise<string[]> {
  const history = new History(state);
  const files = await listOrExplain(history, state);
  const [past, future] = [files.filter(isPast), files.filter((file) => !isPast(file))];
  const newest: string[] = [];
  for (const file of past.length > 0 ? past : future) {
    if (newest.length === 2) break;
    if (history.read(file).ok) newest.push(file.path);
  }
  const [last, before] = newest;
  if (last === undefined || before === undefined) {
    const passed = past.length > 0 && future.length > 0 ? `, besides ${future.length} of later than now` : '';
    throw new UsageError([
      `the state folder ${quotePath(state)} has ${count(newest.length, 'report')} that can be read${passed}, and a comparison needs two: run with --state again, or name two files`,
    ]);
  }
  return [before, last];
}

/** Whether the report is of no later than now, by this machine's clock. */
export function isPast({ time }: KeptFile): boolean {
  return time <= Date.now();
}
