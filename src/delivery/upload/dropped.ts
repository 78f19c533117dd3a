/** Reports that a full spool dropped, until a later report has noted it. */
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readBounded } from '../../common/bounded-file.ts';
import { count } from '../../common/wording.ts';
import { replaceStoredFile } from '../files/write-file.ts';
import { readUploadName } from '../report-names.ts';

const FILE = 'dropped.json';
/** Bytes. */
const LARGEST = 4096;

const Dropped = z.object({
  count: z.int().min(1),
  /** Names of reports. */
  first: z.string().max(200),
  last: z.string().max(200),
});
export type Dropped = z.infer<typeof Dropped>;

/** @returns what was dropped and not noted yet; null when nothing was, or when the file is malformed */
export function readDropped(folder: string): Dropped | null {
  const file = readBounded(join(folder, FILE), LARGEST, 'a list');
  if (!file.ok) return null;
  try {
    const parsed = Dropped.safeParse(JSON.parse(file.bytes.toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Written before the report is removed, so that a crash in between does not hide the loss. */
export async function noteDropped(folder: string, name: string): Promise<void> {
  const before = readDropped(folder);
  if (before?.last === name) return;
  const now = { count: (before?.count ?? 0) + 1, first: before?.first ?? name, last: name };
  await replaceStoredFile(join(folder, FILE), `${JSON.stringify(now)}\n`);
}

/** @param noted what a report has noted; what was dropped after it stays for the next note */
export async function forgetDropped(folder: string, noted: Dropped): Promise<void> {
  const now = readDropped(folder);
  const left = (now?.count ?? 0) - noted.count;
  if (now === null || left <= 0) return unlink(join(folder, FILE)).catch(() => {});
  // Of several dropped since, the first name is unknown; they came after the last one that was noted.
  const first = left === 1 ? now.last : noted.last;
  await replaceStoredFile(join(folder, FILE), `${JSON.stringify({ count: left, first, last: now.last })}\n`);
}

/** @returns a note for the next report, in the form of `environment.notes` */
export function droppedNote({ count: number, first, last }: Dropped): string {
  const times = [first, last].map((name) => readUploadName(name)?.startedAt ?? 'an unknown time');
  const when = times[0] === times[1] ? `of ${times[0]}` : `from ${times.join(' to ')}`;
  return `the spool was full: ${count(number, 'earlier report')} ${when} went unsent; see spoolBytes`;
}
