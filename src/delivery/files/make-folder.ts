/** Folders that only one user can read. */
import { constants } from 'node:fs';
import { chmod, mkdir, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../../common/system-reason.ts';
import { listHeld, type OwnedFolder, withOwnedFolder } from './owned-folder.ts';

const OWNER_ONLY = 0o700;

/**
 * Makes a folder and its parents, for the owner alone, if they are missing. What root makes in another user's folder
 * belongs to that user. An existing folder is left as it is.
 * @param folder an absolute path
 * @throws the file system's error
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeOne(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return;
    // Not recursive `mkdir`: where no folder can be made, as in /proc, it never ends.
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await makeOne(folder);
  }
}

function makeOne(folder: string): Promise<void> {
  return withOwnedFolder(dirname(folder), async (place) => {
    const path = join(place.path, basename(folder));
    await mkdir(path, { mode: OWNER_ONLY });
    if (place.foreign) return give(path, place);
    // The mask of this process may have taken away what the owner needs.
    await chmod(path, OWNER_ONLY);
  });
}

/** The owner of the folder above may have replaced it: a folder of root's that holds anything is left to root. */
async function give(path: string, place: OwnedFolder): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(
    () => null,
  );
  if (handle === null) return;
  try {
    if ((await handle.stat()).uid !== 0 || (await listHeld(handle)).length > 0) return;
    await handle.chmod(OWNER_ONLY);
    await place.give(handle);
  } finally {
    await handle.close();
  }
}
