/** `npm run docs`: writes the documents that are generated, in part or as a whole. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freshPage, PAGES, ROOT } from './pages.ts';

for (const path of PAGES) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), freshPage(path));
  process.stdout.write(`${path}\n`);
}
