/** Report files appear whole or not at all: a temporary file beside them, flushed, then renamed. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../config/system-reason.ts';

/** Reports name the inner hosts of a network: for the owner's eyes. */
const OWNER_ONLY = 0o600;

async function fill(handle: FileHandle, content: string | Uint8Array): Promise<void> {
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So that the new name survives a power cut; where folders cannot be flushed, the file has been all the same. */
export async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    return;
  }
}

async function renameInto(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.apim-probe-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    await fill(await open(temporary, 'wx', OWNER_ONLY), content);
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  await flushFolder(folder);
}

/**
 * Writes a file, or replaces it as a whole; a symbolic link stays one. A device or a pipe is written in place.
 * @throws the file system's error; the old content is then untouched
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const status = await stat(path).catch(() => null);
  if (status === null) return renameInto(path, content);
  if (status.isFile()) return renameInto(await realpath(path), content);
  const handle = await open(path, 'w');
  await handle.writeFile(content).finally(() => handle.close());
}

/**
 * Writes a new file and never over an existing one: with `name` taken, `name-2` and so on is used.
 * @returns its path
 * @throws the file system's error
 */
export async function createFile(
  folder: string,
  name: string,
  extension: string,
  content: string | Uint8Array,
): Promise<string> {
  for (let number = 1; ; number += 1) {
    const path = join(folder, `${name}${number === 1 ? '' : `-${number}`}${extension}`);
    try {
      // The empty file holds the name until the full one takes its place.
      await (await open(path, 'wx', OWNER_ONLY)).close();
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue;
      throw error;
    }
    try {
      await renameInto(path, content);
      return path;
    } catch (error) {
      await unlink(path).catch(() => {});
      throw error;
    }
  }
}
