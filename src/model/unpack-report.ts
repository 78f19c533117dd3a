/** Unpacks a report's file: gzip, as in uploads, or the archive of `apim-probe bundle`. */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { printable } from '../../probes/printable.ts';
import { errorCode } from '../common/system-reason.ts';
import { LARGEST_REPORT } from './largest-report.ts';

export type Unpacked =
  | { readonly ok: true; readonly bytes: Uint8Array }
  /** A predicate. */
  | { readonly ok: false; readonly problem: string };

const MEBIBYTE = 1024 * 1024;
/** Tar (POSIX.1-1988): the magic number of a file's header, and its offset. */
const USTAR = { at: 257, magic: 'ustar' } as const;
/** A bundle puts its newest report first. */
const REPORT_IN_BUNDLE = /^[^/]+\/reports\/[^/]+\.json$/;

/** The unpacked data exceeds the limit of a report. */
class TooLarge extends Error {}

/**
 * The bytes of the report: the content of a gzip file, the newest report of a bundle, or any other file unchanged.
 * Stops at the limit of a report, so that a small file cannot fill the memory.
 */
export async function unpackReport(file: Uint8Array): Promise<Unpacked> {
  if (!isGzip(file)) return isTar(file) ? firstReport([file]) : { ok: true, bytes: file };
  const source = unzipped(file);
  try {
    const { value: first = new Uint8Array() } = await source.next();
    if (isTar(first)) return await firstReport(join([first], source));
    return { ok: true, bytes: await collect(join([first], source)) };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

/** RFC 1952, section 2.3.1 */
function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

function isTar(bytes: Uint8Array): boolean {
  const { at, magic } = USTAR;
  return Buffer.from(bytes.subarray(at, at + magic.length)).toString('latin1') === magic;
}

async function* unzipped(file: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  const gunzip = createGunzip();
  gunzip.end(file);
  yield* gunzip;
}

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

async function* join(first: Chunks, rest: Chunks): AsyncGenerator<Uint8Array, void, void> {
  yield* first;
  yield* rest;
}

/** @throws TooLarge */
async function* bounded(chunks: Chunks): AsyncGenerator<Uint8Array, void, void> {
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > LARGEST_REPORT) throw new TooLarge();
    yield chunk;
  }
}

/** @throws TooLarge */
async function collect(chunks: Chunks): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of bounded(chunks)) all.push(chunk);
  return Buffer.concat(all);
}

async function firstReport(archive: Chunks): Promise<Unpacked> {
  const { createTarDecoder } = await import('modern-tar');
  const tar = Readable.toWeb(Readable.from(bounded(archive))) as import('node:stream/web').ReadableStream;
  try {
    for await (const { header, body } of tar.pipeThrough(createTarDecoder())) {
      if (REPORT_IN_BUNDLE.test(header.name)) return { ok: true, bytes: await collect(body) };
      await body.cancel();
    }
    return { ok: false, problem: 'is an archive without a report' };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

/** @throws errors that do not come from zlib or the archive */
function problemOf(error: unknown): string {
  if (error instanceof TooLarge) return `unpacks to more than ${LARGEST_REPORT / MEBIBYTE} MiB`;
  const code = errorCode(error);
  if (code === 'Z_BUF_ERROR') return 'is cut off: the gzip data ends in the middle';
  if (code?.startsWith('Z_')) return 'is a damaged gzip file';
  if (!(error instanceof Error) || code !== null) throw error;
  return `is a damaged archive: ${printable(error.message, 100)}`;
}
