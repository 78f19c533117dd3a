/** The state folder and the reports in it, for the commands that read them. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { quotePath } from '../common/mask.ts';
import { errorCode, systemReason } from '../common/system-reason.ts';
import { UsageError } from '../common/usage-error.ts';
import { count } from '../common/wording.ts';
import type { Loaded } from '../config/load.ts';
import { History } from '../delivery/history/history.ts';
import { listStored, type StoredFile } from '../delivery/history/stored-reports.ts';
import type { CommandName } from './command.ts';
import type { Io } from './io.ts';

/** Where the installers let the scheduled runs store their reports. */
function installedFolder({ env, installedState }: Io): string {
  if (installedState !== undefined) return installedState;
  if (process.platform !== 'win32') return '/var/lib/apim-probe';
  return join(env['ProgramData'] ?? 'C:\\ProgramData', 'apim-probe', 'state');
}

/** The state folder of the options, else the installer's if there is one, else null. */
export function findState({ options: { state } }: Loaded, io: Io): string | null {
  const installed = installedFolder(io);
  return state ?? (folderProblem(installed)?.isMissing === true ? null : installed);
}

/**
 * @returns the absolute path of the folder that the options name, or the installer's
 * @throws UsageError when there is neither, or it cannot be read
 */
export function stateFolder(loaded: Loaded, io: Io, command: CommandName): string {
  const state = findState(loaded, io);
  if (state === null) {
    throw new UsageError([
      `"apim-probe ${command}" needs the state folder: --state DIR, APIM_PROBE_STATE, or state in the config file; ` +
        `the installer’s, ${quotePath(installedFolder(io))}, does not exist; "apim-probe run --state DIR" makes and fills one`,
    ]);
  }
  const problem = folderProblem(state);
  if (problem !== null) {
    const { options, origins } = loaded;
    const origin = options.state === null ? 'the installer’s' : origins.state;
    throw new UsageError([
      `state: ${quotePath(state)} (${origin}) ${problem.text}; "apim-probe run --state DIR" makes and fills it`,
    ]);
  }
  return state;
}

interface FolderProblem {
  readonly isMissing: boolean;
  /** A predicate. */
  readonly text: string;
}

function folderProblem(path: string): FolderProblem | null {
  try {
    return statSync(path).isDirectory() ? null : { isMissing: false, text: 'is not a folder' };
  } catch (error) {
    return { isMissing: errorCode(error) === 'ENOENT', text: `cannot be read: ${whyUnreadable(error)}` };
  }
}

/** Why a folder cannot be read, and what to do about one of another user. */
export function whyUnreadable(error: unknown): string {
  const reason = systemReason(error);
  if (errorCode(error) !== 'EACCES' && errorCode(error) !== 'EPERM') return reason;
  const how = process.platform === 'win32' ? 'as an administrator' : 'with sudo';
  return `${reason}; only its owner may, so run the same command ${how}`;
}

/**
 * The stored reports, newest first.
 * @throws UsageError when the folder cannot be listed
 */
export async function listOrExplain(state: string): Promise<StoredFile[]> {
  try {
    return await listStored(state);
  } catch (error) {
    throw new UsageError([`the state folder ${quotePath(state)} cannot be read: ${whyUnreadable(error)}`]);
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

/** Whether a REPORT is a number of `apim-probe history`. A file of that name comes first. */
export function isStoredNumber(path: string, { cwd }: Io): boolean {
  return /^\d{1,12}$/.test(path) && !existsSync(resolve(cwd, path));
}

/**
 * Replaces the numbers among REPORTs by the paths of the stored reports.
 * @param state finds the state folder, when there is a number
 * @throws UsageError naming each number without a report
 */
export async function resolveNumbers(
  paths: readonly string[],
  state: () => string,
  io: Io,
): Promise<string[]> {
  if (!paths.some((path) => isStoredNumber(path, io))) return [...paths];
  const folder = state();
  const stored = await listOrExplain(folder);
  const problems: string[] = [];
  const found = paths.map((path) => {
    if (!isStoredNumber(path, io)) return path;
    const file = stored.find(({ number }) => number === Number(path));
    if (file === undefined)
      problems.push(
        `${path} is neither a file nor the number of a report in ${quotePath(folder)}: "apim-probe history" lists those`,
      );
    return file?.path ?? path;
  });
  if (problems.length > 0) throw new UsageError(problems);
  return found;
}
