/** The report files of a state folder: the one listing that every command uses. It opens no file. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../common/system-reason.ts';
import { readStoredName, type StoredName } from '../report-names.ts';

export interface StoredFile extends StoredName {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** When it was written, by the file system's clock. */
  readonly mtimeMs: number;
}

/** Where a state folder has its reports. */
export function reportsFolder(state: string): string {
  return join(state, 'reports');
}

/**
 * The stored reports in the order of writing, newest first. Files with other names, links and folders are left out.
 * @param state absolute path of the state folder; one without reports has none stored
 * @throws the file system's error
 */
export async function listStored(state: string): Promise<StoredFile[]> {
  const folder = reportsFolder(state);
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const files = await Promise.all(names.map((name) => statStored(folder, name)));
  return files.filter((file) => file !== null).toSorted(newestFirst);
}

/** The stored report of this name, or null when there is none. */
export async function statStored(folder: string, name: string): Promise<StoredFile | null> {
  const fields = readStoredName(name);
  if (fields === null) return null;
  const path = join(folder, name);
  const status = await lstat(path).catch(() => null);
  if (status === null || !status.isFile()) return null;
  return { name, path, ...fields, bytes: status.size, mtimeMs: status.mtimeMs };
}

/** Reports without a number are of earlier versions, and so the oldest: among them their clock has to decide. */
function newestFirst(one: StoredFile, other: StoredFile): number {
  return (
    (other.number ?? 0) - (one.number ?? 0) ||
    (one.number === null ? other.time - one.time : 0) ||
    other.mtimeMs - one.mtimeMs ||
    (one.name < other.name ? 1 : -1)
  );
}
