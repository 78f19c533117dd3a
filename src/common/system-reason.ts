/** Explains errors of the operating system to a user who named a file. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
  EPIPE: 'its reader has gone',
  EIO: 'input/output error',
  ENXIO: 'no process reads it',
  ETIMEDOUT: 'its reader takes nothing',
};

/** @returns the system's code of an error (ENOENT, EPIPE, …), or null */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}

/** @returns the reason as text with the system's code, or the error's own message */
export function systemReason(error: unknown): string {
  const code = errorCode(error);
  const reason = code === null ? undefined : REASONS[code];
  if (reason !== undefined) return `${reason} (${code})`;
  return error instanceof Error ? error.message : String(error);
}
