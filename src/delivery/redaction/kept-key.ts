/** The key of the pseudonyms of one VM's reports, kept so that each report calls the same thing the same. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readBounded } from '../../config/bounded-file.ts';
import { systemReason } from '../../config/system-reason.ts';
import { makeOwnFolder } from '../upload/spool-folder.ts';
import { replaceKept } from '../write-file.ts';

const FILE = 'pseudonyms.key';
const BYTES = 32;

export interface KeptKey {
  readonly key: Uint8Array;
  /** Why it is this report's alone, as the end of a sentence; null when it is kept. */
  readonly problem: string | null;
}

/**
 * Reads the key of a folder, or makes one there, for the owner of the folder alone.
 * @param folder made when it is missing; another user's gets no key
 * @returns a key in any case; never throws for what a disk does
 */
export async function keptKey(folder: string): Promise<KeptKey> {
  const path = join(folder, FILE);
  const fresh = randomBytes(BYTES);
  try {
    await makeOwnFolder(folder);
    const known = readKey(path);
    if (known !== null) return { key: known, problem: null };
    await replaceKept(path, fresh);
    // Of two processes that make one at the same time, both use the one that stayed.
    return { key: readKey(path) ?? fresh, problem: null };
  } catch (error) {
    return { key: fresh, problem: `their key cannot be kept as ${path}: ${systemReason(error)}` };
  }
}

/** @returns null for one that is not there, or cannot be what was written */
function readKey(path: string): Uint8Array | null {
  const file = readBounded(path, BYTES, 'a key');
  return file.ok && file.bytes.length === BYTES ? file.bytes : null;
}
