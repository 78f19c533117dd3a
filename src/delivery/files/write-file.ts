/** Report files appear whole or not at all: a temporary file beside them, flushed, then renamed. */
import { randomBytes } from 'node:crypto';
import { link, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../../common/system-reason.ts';
import { hideKnownSecrets, hideKnownSecretsIn } from '../redaction/known-secrets.ts';
import { openPatiently } from './open-patiently.ts';
import { type Outlet, openOutlet } from './outlet.ts';
import { type OwnedFolder, plainFolder, withOwnedFolder } from './owned-folder.ts';

/** Only the owner may read reports: they name the inner hosts of a network. */
const OWNER_ONLY = 0o600;

/**
 * Redacted text, whole or in pieces that each end with a line, which is checked once more for the known secrets; or
 * bytes made of such text.
 */
export type Content = Text | Uint8Array | AsyncIterable<Uint8Array>;
type Text = string | Iterable<string>;

function checked<Kind extends Content>(content: Kind): Kind | Text {
  if (typeof content === 'string') return hideKnownSecrets(content);
  return isPieces(content) ? hideKnownSecretsIn(content) : content;
}

function isPieces(content: Content): content is Iterable<string> {
  return Symbol.iterator in Object(content) && !(content instanceof Uint8Array);
}

/** @param mode when others may read it, whatever the umask is; else only the owner may */
async function fill(
  temporary: string,
  content: Content,
  place: OwnedFolder,
  mode = OWNER_ONLY,
): Promise<void> {
  const handle = await openPatiently(temporary, 'wx', OWNER_ONLY);
  try {
    await handle.writeFile(checked(content), 'utf8');
    await place.give(handle);
    if (mode !== OWNER_ONLY) await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the new name survive a power cut. Some systems cannot flush folders; the file itself is flushed. */
export async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    return;
  }
}

function temporaryIn(folder: string): string {
  return join(folder, `.apim-probe-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
}

/** Whether this is the name of a temporary file, of a writer that still runs or was killed. */
export function isTemporary(name: string): boolean {
  return /^\.apim-probe-.*\.tmp$/.test(name);
}

async function renameInto(
  place: OwnedFolder,
  name: string,
  content: Content,
  mode = OWNER_ONLY,
): Promise<void> {
  const temporary = temporaryIn(place.path);
  try {
    await fill(temporary, content, place, mode);
    await rename(temporary, join(place.path, name));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  await flushFolder(place.path);
}

/**
 * Writes a file, or replaces it as a whole; a symbolic link stays one. A device or a pipe is written in place, with a
 * timeout of 10 seconds.
 * @param mode of a file, when others than its owner may read it
 * @throws the file system's error, or OutletError; the old content is then untouched
 */
export async function replaceFile(path: string, content: Text | Uint8Array, mode?: number): Promise<void> {
  const outlet = openOutlet(path);
  if (outlet !== null) return writeOutlet(outlet, content).finally(() => outlet.close());
  const isThere = (await stat(path).catch(() => null)) !== null;
  const real = isThere ? await realpath(path) : path;
  return renameInto(plainFolder(dirname(real)), basename(real), content, mode);
}

/**
 * Writes to a pipe or a device that is open already, and leaves it open.
 * @throws the file system's error
 */
export async function writeOutlet(outlet: Outlet, content: Text | Uint8Array): Promise<void> {
  const clean = checked(content);
  if (clean instanceof Uint8Array) return outlet.write(clean);
  for (const piece of typeof clean === 'string' ? [clean] : clean) await outlet.write(Buffer.from(piece));
}

/**
 * Writes a file of a spool or a state folder, or replaces it as a whole. It replaces a symbolic link too: the service
 * that owns the folder must not choose where root writes. The folder's owner owns the file.
 * @throws the file system's error; the old content is then untouched
 */
export function replaceStoredFile(path: string, content: string | Uint8Array): Promise<void> {
  return withOwnedFolder(dirname(path), (place) => renameInto(place, basename(path), content));
}

/**
 * Gives the full temporary file its name, unless that is taken: a link never replaces an existing file, and the file
 * appears whole and at once. On a file system without links, an empty file reserves the name first.
 */
async function claim(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
    await unlink(temporary).catch(() => {});
  } catch (error) {
    if (!LINKS_UNKNOWN.some((code) => code === errorCode(error))) throw error;
    await (await open(path, 'wx', OWNER_ONLY)).close();
    await rename(temporary, path).catch(async (failure: unknown) => {
      await unlink(path).catch(() => {});
      throw failure;
    });
  }
}

/** What file systems without links answer (FAT, exFAT, some network shares), by system. */
const LINKS_UNKNOWN = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EXDEV', 'EMLINK', 'UNKNOWN'];

/**
 * Writes a new file.
 * @throws the file system's error; with code EEXIST when something has that name already
 */
export function createNew(path: string, content: Content): Promise<void> {
  return createExactly(plainFolder(dirname(path)), basename(path), content);
}

/** The same in a spool or a state folder: the folder's owner owns the file. */
export function createNewStoredFile(path: string, content: Content): Promise<void> {
  return withOwnedFolder(dirname(path), (place) => createExactly(place, basename(path), content));
}

async function createExactly(place: OwnedFolder, name: string, content: Content): Promise<void> {
  const folder = place.path;
  const temporary = temporaryIn(folder);
  try {
    await fill(temporary, content, place);
    await claim(temporary, join(folder, name));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  await flushFolder(folder);
}

async function createIn(
  place: OwnedFolder,
  name: string,
  extension: string,
  content: Content,
): Promise<string> {
  const temporary = temporaryIn(place.path);
  try {
    await fill(temporary, content, place);
    for (let number = 1; ; number += 1) {
      const file = `${name}${number === 1 ? '' : `-${number}`}${extension}`;
      try {
        await claim(temporary, join(place.path, file));
      } catch (error) {
        if (errorCode(error) === 'EEXIST') continue;
        throw error;
      }
      await flushFolder(place.path);
      return file;
    }
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
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
  content: Content,
): Promise<string> {
  return join(folder, await createIn(plainFolder(folder), name, extension, content));
}

/** As `createFile`, in a state folder: the folder's owner owns the file. */
export async function createStoredFile(
  folder: string,
  name: string,
  extension: string,
  content: Content,
): Promise<string> {
  const file = await withOwnedFolder(folder, (place) => createIn(place, name, extension, content));
  return join(folder, file);
}
