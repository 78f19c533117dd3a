/** Files that users name: regular ones, up to a size, with the system's refusals in words. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { errorCode, systemReason } from './system-reason.ts';

export type FileRead =
  | { readonly ok: true; readonly bytes: Buffer }
  /** A predicate: "cannot be read: …". */
  | { readonly ok: false; readonly problem: string; readonly missing: boolean };

const MEBIBYTE = 1024 * 1024;

/**
 * @param path absolute
 * @param most bytes; a larger file is not read
 * @param wanted what the file should be, for the words of the problem: "a file of PEM certificates"
 */
export function readBounded(path: string, most: number, wanted: string): FileRead {
  try {
    // A pipe without a writer would hold the program up here for good; where there is no such flag, nor are pipes.
    const handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = fstatSync(handle);
      if (!status.isFile()) return refuse(`is no regular file; name ${wanted}`);
      if (status.size > most) return refuse(`is larger than ${most / MEBIBYTE} MiB; name ${wanted}`);
      return { ok: true, bytes: readFileSync(handle) };
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    return refuse(`cannot be read: ${systemReason(error)}`, errorCode(error) === 'ENOENT');
  }
}

/** @param missing whether there is no such file at all */
function refuse(problem: string, missing = false): FileRead {
  return { ok: false, problem, missing };
}
