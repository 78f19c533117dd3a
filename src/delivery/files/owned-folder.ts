/**
 * Folders where files are stored. Root may work in a service's folder: it gives what it makes there to the folder's
 * owner, or the service could neither read nor replace it.
 *
 * That owner may replace any name in the folder, and the folder itself, at any moment. So ownership is never changed by
 * name: the folder is held open and used through that handle alone, its owner is read from the handle, and only the
 * handle of a file that this process has just made is given away.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { isLocalLimit } from '../../../probes/local-limits.ts';
import { errorCode } from '../../common/system-reason.ts';

export interface OwnedFolder {
  /** Leads to the folder while the work lasts, even if its name changes. */
  readonly path: string;
  /** Whether root works here in another user's folder. */
  readonly foreign: boolean;
  /** Gives the file to the folder's owner. Never throws: a report that root owns is better than none. */
  give(made: FileHandle): Promise<void>;
}

/** A folder where new files belong to the process that makes them. */
export function plainFolder(folder: string): OwnedFolder {
  return { path: folder, foreign: false, give: async () => {} };
}

/** Does the work in a folder, on behalf of its owner where this is root. @throws what the work throws */
export async function withOwnedFolder<Result>(
  folder: string,
  work: (place: OwnedFolder) => Promise<Result>,
): Promise<Result> {
  const handle = process.geteuid?.() === 0 ? await hold(folder) : null;
  if (handle === null) return work(plainFolder(folder));
  try {
    const { uid, gid } = await handle.stat();
    return await work({
      path: pathOf(handle),
      foreign: true,
      give: (made) => made.chown(uid, gid).catch(() => {}),
    });
  } finally {
    await handle.close();
  }
}

/** The folder, when it is another user's and can be used by its handle (Linux); errors show in the work. */
async function hold(folder: string): Promise<FileHandle | null> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY).catch((error: unknown) => {
    // Without a handle the work would use the folder's name, which its owner can replace.
    if (isLocalLimit(errorCode(error) ?? '')) throw error;
    return null;
  });
  if (handle === null) return null;
  const [own, reached] = await Promise.all([handle.stat(), stat(pathOf(handle)).catch(() => null)]);
  if (own.uid !== 0 && reached !== null && reached.ino === own.ino && reached.dev === own.dev) return handle;
  await handle.close();
  return null;
}

function pathOf({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}

/** Lists an open folder. @throws the file system's error */
export function listHeld(handle: FileHandle): Promise<string[]> {
  return readdir(pathOf(handle));
}
