/** The report files of a state folder, told by their names: none of them is opened. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { timeInName } from '../report-file-name.ts';

export interface KeptFile {
  readonly name: string;
  readonly path: string;
  /** ms since the epoch, to the second: when the run began, by its own clock. */
  readonly time: number;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Where a state folder has its reports. */
export function reportsFolder(state: string): string {
  return join(state, 'reports');
}

/**
 * The kept reports, newest first. What has another name, or is no regular file, is nobody's business here.
 * @throws the file system's error, but for a folder that does not exist yet: that one holds nothing
 */
export async function listKept(state: string): Promise<KeptFile[]> {
  const folder = reportsFolder(state);
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const files = await Promise.all(names.map((name) => lookAt(folder, name)));
  return files.filter((file) => file !== null).toSorted(newestFirst);
}

/** The report file of this name, or null when it is none, or gone. */
export async function lookAt(folder: string, name: string): Promise<KeptFile | null> {
  const time = timeInName(name);
  if (time === null) return null;
  const path = join(folder, name);
  const status = await lstat(path).catch(() => null);
  if (status === null || !status.isFile()) return null;
  return { name, path, time, bytes: status.size, mtimeMs: status.mtimeMs };
}

/** Of one second, the one written last is the newer; the name decides where not even that tells. */
function newestFirst(one: KeptFile, other: KeptFile): number {
  return other.time - one.time || other.mtimeMs - one.mtimeMs || (one.name < other.name ? 1 : -1);
}
