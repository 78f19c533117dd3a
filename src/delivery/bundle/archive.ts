/** The archive: tar (POSIX.1-1988, ustar) in gzip (RFC 1952), made while it is written. */
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { createTarPacker, type TarPackController } from 'modern-tar';
import type { Entry } from './types.ts';

/**
 * One entry is in memory at a time, and what the reader has not taken yet. The same entries give the same bytes.
 * @param madeAt modification time of every file in it
 * @param folder that holds all of them
 */
export function archive(entries: AsyncIterable<Entry>, folder: string, madeAt: Date): AsyncIterable<Buffer> {
  const { readable, controller } = createTarPacker();
  const gzip = createGzip();
  const tar = Readable.fromWeb(readable as import('node:stream/web').ReadableStream);
  // A failure while packing has to reach the reader of the compressed stream.
  tar.on('error', (error) => gzip.destroy(error));
  gzip.on('close', () => tar.destroy());
  tar.pipe(gzip);
  pack(entries, controller, folder, madeAt).catch((error: unknown) => controller.error(error));
  return gzip;
}

async function pack(
  entries: AsyncIterable<Entry>,
  controller: TarPackController,
  folder: string,
  mtime: Date,
) {
  for await (const { name, bytes } of entries) {
    const header = {
      name: `${folder}/${name}`,
      size: bytes.length,
      mode: 0o600,
      mtime,
      type: 'file',
    } as const;
    const writer = controller.add(header).getWriter();
    await writer.write(new Uint8Array(bytes));
    await writer.close();
  }
  controller.finalize();
}
