/** Checks before anything is sent that the outputs can be written. Changes no existing file. */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  realpathSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode, systemReason } from '../common/system-reason.ts';
import type { Options } from './types.ts';

/** A file or stdout, with the option that names it. */
interface Destination {
  readonly option: string;
  readonly path: string;
}

function destinations(options: Pick<Options, 'output' | 'format'>): Destination[] {
  const named = options.format.map(({ format, file }) => ({ option: `--format ${format}=`, path: file }));
  return options.output === null ? named : [{ option: '--output ', path: options.output }, ...named];
}

/** @returns whether the path is stdout: `-`, or a device name of it */
export function isStdout(path: string): boolean {
  return path === '-' || STDOUT_NAMES.some((name) => name === path);
}

const STDOUT_NAMES = process.platform === 'win32' ? [] : ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'];

/**
 * @returns the number of this process's descriptor that the path names (`/dev/fd/63`, of a shell's `>(…)`), or null
 */
export function descriptorIn(path: string): number | null {
  if (process.platform === 'win32') return null;
  if (path === '/dev/stderr') return 2;
  const number = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/.exec(path)?.[1];
  return number === undefined ? null : Number(number);
}

/**
 * Creates a file as a test, because permission bits are not enough for root, read-only mounts and quotas.
 * @returns why a file cannot be created in the folder, or null
 */
export function folderProblem(folder: string): string | null {
  const status = existing(folder);
  if (status === null) return `the folder ${folder} does not exist; create it first`;
  if (!status.isDirectory()) return `${folder} is not a folder`;
  const trial = join(folder, `.apim-probe-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    closeSync(openSync(trial, 'wx', 0o600));
    unlinkSync(trial);
    return null;
  } catch (error) {
    return `no file can be made in the folder ${folder}: ${errorCode(error) === 'ENOENT' ? 'it does not accept files' : systemReason(error)}`;
  }
}

function existing(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function fileProblem(path: string): string | null {
  // Opening the descriptor later is the check.
  if (descriptorIn(path) !== null) return null;
  const status = existing(path);
  if (status?.isDirectory()) return 'it is a folder; name a file in it';
  if (status !== null) {
    try {
      accessSync(path, constants.W_OK);
    } catch (error) {
      return systemReason(error);
    }
    // Pipes and devices are opened before the run. A file is replaced, which needs a writable folder.
    if (!status.isFile()) return null;
  }
  return folderProblem(dirname(existing(path) === null ? path : realpathSync(path)));
}

/** Equal for two paths to the same regular file; null where sharing is harmless. */
function identity(path: string): string | null {
  if (isStdout(path)) return '-';
  const status = existing(path);
  if (status !== null) return status.isFile() ? `inode ${status.dev}:${status.ino}` : null;
  try {
    return `path ${join(realpathSync(dirname(path)), basename(path))}`;
  } catch {
    return `path ${path}`;
  }
}

/**
 * @returns a problem for each output that cannot be written or has the same file as another
 */
export function outputProblems(options: Pick<Options, 'output' | 'format'>): string[] {
  const problems: string[] = [];
  const owners = new Map<string, Destination>();
  for (const destination of destinations(options)) {
    const { option, path } = destination;
    const id = identity(path);
    const owner = id === null ? undefined : owners.get(id);
    if (owner !== undefined) {
      const where = isStdout(path) ? 'stdout' : 'the same file';
      problems.push(
        `${owner.option}${owner.path} and ${option}${path} both write to ${where}: give each its own`,
      );
      continue;
    }
    if (id !== null) owners.set(id, destination);
    const problem = isStdout(path) ? null : fileProblem(path);
    if (problem !== null) problems.push(`${option}${path} cannot be written: ${problem}`);
  }
  return problems;
}
