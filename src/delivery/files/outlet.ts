/**
 * Outputs that are not regular files: pipes, devices, and descriptors that a shell has opened (`/dev/fd/63`). They are
 * opened before the run, so that an unusable one is refused in time. They stay open, since a reader sees the end when
 * its writer closes.
 */
import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import { errorCode, systemReason } from '../../common/system-reason.ts';
import { descriptorIn } from '../../config/writable.ts';
import { writeAll } from './descriptor.ts';

export interface Outlet {
  /**
   * @param bytes without secrets
   * @throws the file system's error; ETIMEDOUT when a reader takes nothing for 10 seconds
   */
  write(bytes: Uint8Array): Promise<void>;
  /** May be called twice. */
  close(): void;
}

/** The path cannot be an output; the message is a clause with the reason and what to do. */
export class OutletError extends Error {
  override readonly name = 'OutletError';
}

/**
 * Opens a path for writing without ever waiting for a reader.
 * @param path absolute
 * @returns null for a regular file or a missing one, which `replaceFile` writes
 * @throws OutletError for what cannot take a report: a pipe without a reader, a socket, a disk, a folder
 */
export function openOutlet(path: string): Outlet | null {
  const inherited = descriptorIn(path);
  if (inherited !== null) return openInherited(path, inherited);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined || status.isFile()) return null;
  return outlet(openSpecial(path, status), true);
}

function openInherited(path: string, descriptor: number): Outlet {
  let status: Stats;
  try {
    status = fstatSync(descriptor);
  } catch (error) {
    throw new OutletError(
      errorCode(error) === 'EBADF' ? `descriptor ${descriptor} is not open (EBADF)` : systemReason(error),
    );
  }
  // By the descriptor itself, whose offset is the shell's: after what `>>` preserved.
  if (status.isFile()) return outlet(descriptor, false);
  // A socket cannot be reopened; the runtime has made this one non-blocking.
  if (status.isSocket() && descriptor === STDERR) return outlet(descriptor, false);
  // Reopened, as O_NONBLOCK is shared with every other holder of the descriptor.
  return outlet(openSpecial(path, status), true);
}

const STDERR = 2;

function openSpecial(path: string, status: Stats): number {
  if (status.isDirectory()) throw new OutletError('it is a folder; name a file in it');
  if (status.isSocket()) throw new OutletError('it is a socket; name a file or a pipe');
  if (status.isBlockDevice()) throw new OutletError('it is a disk; name a file on it');
  if (!status.isFIFO() && !status.isCharacterDevice())
    throw new OutletError('it is neither a file nor a pipe nor a device');
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    return openSync(path, O_WRONLY | (O_NONBLOCK ?? 0) | (O_NOCTTY ?? 0));
  } catch (error) {
    throw new OutletError(errorCode(error) === 'ENXIO' && status.isFIFO() ? UNREAD : systemReason(error));
  }
}

/** The error for a named pipe without a reader, and what to do. */
export const UNREAD =
  'it is a pipe that nothing reads (ENXIO); start its reader first, for example: cat PIPE > FILE &';

function outlet(descriptor: number, own: boolean): Outlet {
  let open = true;
  return {
    write: (bytes) => writeAll(descriptor, bytes),
    close: () => {
      if (open && own) closeSync(descriptor);
      open = false;
    },
  };
}
