/**
 * The stored report that was announced last, in a file beside the reports. The next run compares with that report and
 * not with the newest, so that a change is announced even when a run was killed or its command failed.
 */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readBounded } from '../../common/bounded-file.ts';
import { replaceStoredFile } from '../files/write-file.ts';
import { readStoredName } from '../report-names.ts';
import { isWhole } from './changes.ts';
import type { History, KnownRun } from './history.ts';
import { reportsFolder, statStored } from './stored-reports.ts';

const FILE = 'announced.json';
const LARGEST = 4096;
const VERSION = 1;

const Memory = z.object({
  version: z.literal(VERSION),
  /** Of the report's file. Only a report's name passes, so that none leads out of the folder. */
  name: z.string().refine((name) => readStoredName(name) !== null),
  /** A copied folder may have another report of that name. */
  id: z.string().max(64),
});

export type Recollection =
  /** Nothing was announced yet, or a report of an earlier major version. */
  | { readonly kind: 'none' }
  | { readonly kind: 'report'; readonly run: KnownRun }
  /** A sentence without its end mark. */
  | { readonly kind: 'lost'; readonly problem: string };

/** The report that was announced last, as long as the folder still has it. Never throws. */
export async function recallAnnounced(state: string, history: History): Promise<Recollection> {
  const path = join(state, FILE);
  if ((await lstat(path).catch(() => null)) === null) return { kind: 'none' };
  const memory = read(path);
  if (memory === null) return { kind: 'lost', problem: `its ${FILE} is damaged, or cannot be read` };
  const file = await statStored(reportsFolder(state), memory.name);
  if (file === null) return { kind: 'lost', problem: `${memory.name}, which was announced last, is gone` };
  const run = history.read(file);
  // Of an earlier major: there is nothing to compare with, and the next report is the first.
  if (!run.ok && run.olderVersion !== null) return { kind: 'none' };
  if (!run.ok) return { kind: 'lost', problem: `${file.name}, which was announced last, ${run.problem}` };
  if (run.digest.id !== memory.id || !isWhole(run.digest)) {
    return { kind: 'lost', problem: `its ${FILE} names another report than ${file.name}` };
  }
  return { kind: 'report', run };
}

function read(path: string): z.infer<typeof Memory> | null {
  const file = readBounded(path, LARGEST, 'a memory');
  if (!file.ok) return null;
  try {
    return Memory.safeParse(JSON.parse(file.bytes.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/**
 * Makes a stored report the announced one: on the disk once this returns.
 * @param name of its file
 * @throws the file system's error; the previous one is then still stored
 */
export async function rememberAnnounced(state: string, name: string, id: string): Promise<void> {
  await replaceStoredFile(join(state, FILE), `${JSON.stringify({ version: VERSION, name, id })}\n`);
}
