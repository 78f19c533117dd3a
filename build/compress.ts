import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, createZstdCompress } from 'node:zlib';
import { BuildError } from './build-error.ts';

const run = promisify(execFile);
/** Its files are 7 % smaller than those of zlib, and any gzip unpacks them. */
const GZIP = 'libdeflate-gzip';
const BEST_GZIP = '-12';
export const BEST_ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 22 } };

/** @throws BuildError when the program that `compress` needs is not installed */
export async function findCompressor(program: string = GZIP): Promise<void> {
  await run(program, ['-V']).catch((error: unknown) => {
    throw new BuildError(
      `--compress needs ${program}, which did not start (${(error as NodeJS.ErrnoException).code}). Debian and Ubuntu ` +
        'have it in the package libdeflate-tools, Fedora in libdeflate-utils, Homebrew in libdeflate.',
    );
  });
}

/** Writes compressed copies of a file beside it, for downloads: `.gz` and the smaller `.zst`. */
export async function compress(file: string): Promise<void> {
  await Promise.all([
    run(GZIP, [BEST_GZIP, '-k', '-f', file]),
    pipeline(createReadStream(file), createZstdCompress(BEST_ZSTD), createWriteStream(`${file}.zst`)),
  ]);
}
