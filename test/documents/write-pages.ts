/** `npm run docs`: writes the generated parts of the pages in docs/. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshPage, PAGES, ROOT } from './pages.ts';

for (const path of PAGES) {
  writeFileSync(join(ROOT, path), freshPage(path));
  process.stdout.write(`${path}\n`);
}
