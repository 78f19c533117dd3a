/**
 * `npm run docs`: writes the documents that are generated, in part or as a whole. With `-- --examples` it also plays the
 * demo, and writes what it prints into the pages of the causes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CAUSE_PAGES, causePage, playExamples } from './cause-pages.ts';
import { freshPage, PAGES, ROOT } from './pages.ts';

const examples = process.argv.includes('--examples') ? await playExamples() : null;

for (const path of PAGES) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  const cause = CAUSE_PAGES.get(path);
  const isPlayed = examples !== null && cause !== undefined;
  const text = isPlayed ? causePage(path, examples.get(cause) ?? null) : freshPage(path);
  writeFileSync(join(ROOT, path), text);
  process.stdout.write(`${path}\n`);
}
