/** Open descriptors, written whole: one write(2) may take a part of the bytes, and Node.js's own streams ignore that. */
import { fstatSync, fsyncSync, lstatSync, statSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { errorCode } from '../../common/system-reason.ts';

/** ms; timeout for a reader of a full pipe that takes nothing. */
const STALL_MS = 10_000;
/** ms between two tries at a full pipe. */
const RETRY_MS = 10;

/**
 * Writes until the descriptor takes no more now. Never waits when the descriptor is non-blocking.
 * @returns the number of bytes taken: fewer than there are when a pipe is full
 * @throws the file system's error; ENOSPC when a file takes nothing and reports no error
 */
export function writeNow(descriptor: number, bytes: Uint8Array): number {
  for (let taken = 0; taken < bytes.length; ) {
    try {
      const count = writeSync(descriptor, bytes, taken);
      if (count === 0) throw failure('ENOSPC', 'the file takes no more bytes');
      taken += count;
    } catch (error) {
      if (errorCode(error) === 'EAGAIN') return taken;
      throw error;
    }
  }
  return bytes.length;
}

/**
 * Writes all bytes, and waits for the reader of a full pipe.
 * @param stallMs how long nothing may be taken; asked again at each try
 * @throws the file system's error; ETIMEDOUT when the reader takes nothing for that long
 */
export async function writeAll(
  descriptor: number,
  bytes: Uint8Array,
  stallMs: () => number = () => STALL_MS,
): Promise<void> {
  let [at, since] = [0, performance.now()];
  for (;;) {
    const taken = writeNow(descriptor, bytes.subarray(at));
    at += taken;
    if (at >= bytes.length) return;
    if (taken > 0) since = performance.now();
    else if (performance.now() - since > stallMs()) throw failure('ETIMEDOUT', 'its reader takes nothing');
    await pause(RETRY_MS);
  }
}

/**
 * Some file systems report a full disk or quota only when the bytes go to the disk.
 * @throws the file system's error when they do not get there; not for what cannot be flushed (a device)
 */
export function flush(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!UNFLUSHABLE.some((code) => code === errorCode(error))) throw error;
  }
}

const UNFLUSHABLE = ['EINVAL', 'EROFS', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM'];

/**
 * Whether a standard descriptor was closed when the program started. Node.js opens the null device in its place, for
 * reading and writing, while a shell's `> /dev/null` is for writing alone. A launcher that discards output by a null
 * device for both looks the same. Detected on Linux alone.
 */
export function wasClosed(descriptor: number): boolean {
  try {
    const device = fstatSync(descriptor);
    if (!device.isCharacterDevice() || device.rdev !== statSync('/dev/null').rdev) return false;
    // The link's permissions are the modes that the descriptor is open for (proc_pid_fd(5)).
    return (lstatSync(`/proc/self/fd/${descriptor}`).mode & 0o600) === 0o600;
  } catch {
    return false;
  }
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
