import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip, createZstdCompress } from 'node:zlib';

const ZSTD_LEVEL = 19;

/** Writes compressed copies of a file beside it, for downloads: `.gz` and the smaller `.zst`. */
export async function compress(file: string): Promise<void> {
  const zstd = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } });
  await Promise.all([
    pipeline(createReadStream(file), createGzip({ level: 9 }), createWriteStream(`${file}.gz`)),
    pipeline(createReadStream(file), zstd, createWriteStream(`${file}.zst`)),
  ]);
}
