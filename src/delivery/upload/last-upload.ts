/** The results of the last uploads, for `upload --status`. */
import { join } from 'node:path';
import { z } from 'zod';
import { readBounded } from '../../common/bounded-file.ts';
import { replaceStoredFile } from '../files/write-file.ts';
import { redact } from '../redaction/redact.ts';
import type { UploadResult } from './send.ts';

const FILE = 'last-upload.json';
/** Bytes. */
const LARGEST = 64 * 1024;

const Event = z.object({ at: z.iso.datetime(), text: z.string().max(2000) }).nullable();
const LastUpload = z.object({ success: Event.catch(null), problem: Event.catch(null) });
export type LastPass = z.infer<typeof LastUpload>;

const NOTHING: LastPass = { success: null, problem: null };

/** A file that cannot be read counts as missing. */
export function readLastUpload(folder: string): LastPass {
  const file = readBounded(join(folder, FILE), LARGEST, 'a memory of uploads');
  if (!file.ok) return NOTHING;
  try {
    return LastUpload.catch(NOTHING).parse(JSON.parse(file.bytes.toString('utf8')));
  } catch {
    return NOTHING;
  }
}

/**
 * Stores the result of a pass; on a full disk only this record is lost.
 * @param now ms since the epoch
 */
export async function storeLastUpload(
  folder: string,
  { sent, problem, spoolProblem, rejected }: UploadResult,
  now: number,
): Promise<void> {
  const at = new Date(now).toISOString();
  const wrong = problem ?? spoolProblem ?? rejected.at(-1)?.reason ?? null;
  const success = sent.at(-1);
  if (wrong === null && success === undefined) return;
  const last = readLastUpload(folder);
  const pass: LastPass = {
    success: success === undefined ? last.success : { at, text: success },
    problem: wrong === null ? last.problem : { at, text: redact(wrong) },
  };
  await replaceStoredFile(join(folder, FILE), `${JSON.stringify(pass)}\n`).catch(() => {});
}
