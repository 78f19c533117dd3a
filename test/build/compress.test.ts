import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import t from 'tap';
import { compress, findCompressor } from '../../build/compress.ts';
import { unlessInstalled } from '../report/consumers.ts';

const skip = unlessInstalled({ '/usr/bin/libdeflate-gzip': 'libdeflate-tools' });

t.test('without the program for gzip the build says where it is', async (t) => {
  await t.rejects(findCompressor('no-such-program'), {
    name: 'BuildError',
    message: /^--compress needs no-such-program, which did not start \(E[A-Z]+\)\. .*libdeflate-tools/,
  });
});

t.test('both copies hold the file, and are the same each time', { skip }, async (t) => {
  await findCompressor();
  const file = join(t.testdir(), 'program');
  const bytes = Buffer.from('0123456789abcdef'.repeat(100_000));
  await writeFile(file, bytes);
  await compress(file);
  const [gz, zst] = [await readFile(`${file}.gz`), await readFile(`${file}.zst`)];
  t.ok(gunzipSync(gz).equals(bytes));
  t.ok(zstdDecompressSync(zst).equals(bytes));
  t.ok(zst.length < gz.length && gz.length < bytes.length / 50);
  await compress(file);
  t.ok((await readFile(`${file}.gz`)).equals(gz) && (await readFile(`${file}.zst`)).equals(zst));
});
