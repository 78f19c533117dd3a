/**
 * Compiles the parts of the program and writes V8's code of each beside it, for faster starts:
 * `node --random-seed=1 code-cache.ts FOLDER`. The code has V8's hashes of strings in it, whose seed is random without
 * the flag. V8 takes the code only with its own version and flags.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CODE, compilePart } from './loader.ts';

const [folder = ''] = process.argv.slice(2);
for (const name of readdirSync(folder).sort()) {
  const text = readFileSync(join(folder, name), 'utf8');
  const { cachedData } = compilePart(name, { text, cachedData: undefined }, true);
  if (cachedData === undefined) throw new Error(`V8 leaves no code of ${name}`);
  writeFileSync(join(folder, name + CODE), cachedData);
}
