import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import t from 'tap';
import { compress } from '../../build/compress.ts';

t.test('both copies hold the file, and are the same each time', async (t) => {
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
