/** The key of the pseudonyms of one VM's reports, stored so that all of them have the same pseudonyms. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readBounded } from '../../common/bounded-file.ts';
import { errorCode, systemReason } from '../../common/system-reason.ts';
import { createNewStoredFile, replaceStoredFile } from '../files/write-file.ts';

export const KEY_FILE = 'pseudonyms.key';
const BYTES = 32;
/** The file's content; a file of another size than a key's is damaged, and is replaced. */
const MOST_BYTES = 1024 * 1024;

export interface StoredKey {
  readonly key: Uint8Array;
  /** Why no other report shares it, as the end of a sentence; null when it is stored. */
  readonly problem: string | null;
}

/**
 * Reads the key of a folder, or makes one there, for the owner of the folder alone.
 * @param make makes the folder where it is missing, and refuses one that must not have the key
 * @returns always a key; never throws an error of the disk
 */
export async function storedKey(folder: string, make: (folder: string) => Promise<void>): Promise<StoredKey> {
  const path = join(folder, KEY_FILE);
  try {
    await make(folder);
    const known = readKey(path);
    if (known.kind === 'key') return { key: known.key, problem: null };
    const fresh = randomBytes(BYTES);
    if (known.kind === 'damaged') await replaceStoredFile(path, fresh);
    else await createNewStoredFile(path, fresh).catch(unlessThere);
    // Of two processes that make one at the same time, both use the one that was first.
    const made = readKey(path);
    if (made.kind === 'key') return { key: made.key, problem: null };
    throw new Error('what is there is not a key');
  } catch (error) {
    return {
      key: randomBytes(BYTES),
      problem: `their key cannot be stored as ${path}: ${systemReason(error)}`,
    };
  }
}

function unlessThere(error: unknown): void {
  if (errorCode(error) !== 'EEXIST') throw error;
}

type KeyRead =
  | { readonly kind: 'key'; readonly key: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged' };

/** @throws the file system's error for a file that is there and cannot be read now: its key is still the key */
function readKey(path: string): KeyRead {
  const file = readBounded(path, MOST_BYTES, 'a key');
  if (file.ok) return file.bytes.length === BYTES ? { kind: 'key', key: file.bytes } : { kind: 'damaged' };
  if (file.missing) return { kind: 'missing' };
  throw new Error(`it ${file.problem}`);
}
