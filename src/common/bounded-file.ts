/** Reads files that users name: regular files up to a size limit, with system errors as text. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { errorCode, systemReason } from './system-reason.ts';

export type FileRead =
  /** With the time of its last change, in ms since the epoch. */
  | { readonly ok: true; readonly bytes: Buffer; readonly modifiedAt: number }
  /** A predicate: "cannot be read: …". */
  | { readonly ok: false; readonly problem: string; readonly missing: boolean };

interface Checks {
  /** Checks the open file before it is read. Returns a predicate when it must not be read, else null. */
  readonly trust?: (status: Stats) => string | null;
  /** Whether the shell's `<(command)` is allowed. Named pipes are refused, because they may never get a writer. */
  readonly inheritedPipe?: boolean;
}

const MEBIBYTE = 1024 * 1024;
const CHUNK = 65_536;
/** ms between two reads of an empty pipe. */
const PIPE_PAUSE = 20;

/**
 * @param path absolute
 * @param most bytes; a larger file is not read
 * @param wanted the expected kind of file, for the problem: "a file of PEM certificates"
 */
export function readBounded(path: string, most: number, wanted: string, checks: Checks = {}): FileRead {
  const inherited = checks.inheritedPipe === true ? inheritedPipe(path) : null;
  const tooLarge = `is larger than ${most / MEBIBYTE} MiB; name ${wanted}`;
  try {
    // O_NONBLOCK keeps a pipe without a writer from blocking here for good. Windows has neither.
    const handle = inherited ?? openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = fstatSync(handle);
      if (inherited === null && !status.isFile()) return refuse(`is not a regular file; name ${wanted}`);
      if (status.size > most) return refuse(tooLarge);
      const trustProblem = inherited === null ? (checks.trust?.(status) ?? null) : null;
      if (trustProblem !== null) return refuse(trustProblem);
      const bytes = readUpTo(handle, most + 1);
      return bytes.length > most ? refuse(tooLarge) : { ok: true, bytes, modifiedAt: status.mtimeMs };
    } finally {
      if (inherited === null) closeSync(handle);
    }
  } catch (error) {
    return refuse(`cannot be read: ${systemReason(error)}`, errorCode(error) === 'ENOENT');
  }
}

/** The file descriptor of /dev/fd/63 or /dev/stdin when it is an inherited pipe. */
function inheritedPipe(path: string): number | null {
  const name =
    /^\/(?:dev|proc\/self)\/fd\/(\d{1,6})$/.exec(path)?.[1] ?? (path === '/dev/stdin' ? '0' : null);
  if (name === null) return null;
  try {
    const status = fstatSync(Number(name));
    return status.isFIFO() || status.isSocket() ? Number(name) : null;
  } catch {
    return null;
  }
}

/** Counts the bytes: a file may grow while it is read, and files in /proc have no size. */
function readUpTo(handle: number, most: number): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < most) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, most - length));
    const read = readSome(handle, chunk);
    if (read === 0) break;
    chunks.push(chunk.subarray(0, read));
    length += read;
  }
  return Buffer.concat(chunks);
}

/** Waits for the writer of a pipe. */
function readSome(handle: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(handle, chunk);
    } catch (error) {
      if (errorCode(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_PAUSE);
    }
  }
}

/** @param missing whether the file does not exist */
function refuse(problem: string, missing = false): FileRead {
  return { ok: false, problem, missing };
}
