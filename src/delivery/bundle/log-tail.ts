/** The end of the log, redacted while it is read. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { systemReason } from '../../common/system-reason.ts';
import { previousLog } from '../previous-log.ts';
import { LineRedactor } from '../redaction/lines.ts';
import type { Redaction } from '../redaction/types.ts';

/** Bytes of the log that go into a bundle: its last ones. */
const LOG_BYTES = 5 * 1024 * 1024;
const PIECE = 64 * 1024;

export type LogTail =
  | { readonly ok: true; readonly text: string }
  /** A predicate. */
  | { readonly ok: false; readonly reason: string };

/**
 * The last lines of a log and of its predecessor. A line that is cut off at its start is left out: it may hold half of
 * a secret.
 * @param most bytes to read
 */
export function logTail(path: string, redaction: Redaction, most = LOG_BYTES): LogTail {
  const last = readTail(path, redaction, most);
  if (last.ok && last.left <= 0) return last;
  const before = readTail(previousLog(path), redaction, last.ok ? last.left : most);
  if (!before.ok || before.text === '') return last;
  const lines = before.text.endsWith('\n') ? before.text : `${before.text}\n`;
  return { ok: true, text: lines + (last.ok ? last.text : '') };
}

type Tail =
  | { readonly ok: true; readonly text: string; readonly left: number }
  | Extract<LogTail, { ok: false }>;

function readTail(path: string, redaction: Redaction, most: number): Tail {
  try {
    const handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = fstatSync(handle);
      if (!status.isFile()) return { ok: false, reason: 'is not a regular file' };
      const text = read(handle, Math.max(0, status.size - most), status.size, redaction);
      return { ok: true, text, left: most - status.size };
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    return { ok: false, reason: `cannot be read: ${systemReason(error)}` };
  }
}

function read(handle: number, start: number, end: number, redaction: Redaction): string {
  const lines = new LineRedactor(redaction);
  const decoder = new StringDecoder('utf8');
  const piece = Buffer.alloc(PIECE);
  let text = '';
  let whole = start === 0;
  for (let at = start; at < end; ) {
    const bytes = readSync(handle, piece, 0, Math.min(PIECE, end - at), at);
    if (bytes === 0) break;
    at += bytes;
    let part = decoder.write(piece.subarray(0, bytes));
    if (!whole) {
      const first = part.indexOf('\n');
      whole = first >= 0;
      part = whole ? part.slice(first + 1) : '';
    }
    text += lines.push(part);
  }
  return text + lines.push(decoder.end()) + lines.end();
}
