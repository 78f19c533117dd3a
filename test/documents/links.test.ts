/** Every link of every document leads somewhere. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import t from 'tap';
import { anchorsOf, DOCUMENTS, linksOf, textOf } from './markdown.ts';
import { ROOT } from './pages.ts';

/** What is wrong with a link, or null. Pages of others are not asked for: their address only has to be one. */
function problem(document: string, link: string): string | null {
  if (/^[a-z]+:/.test(link))
    return URL.canParse(link) && link.startsWith('https://') ? null : 'not an HTTPS URL';
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? join(ROOT, document) : join(ROOT, dirname(document), file);
  if (!existsSync(path)) return 'no such file';
  if (anchor === undefined) return null;
  if (!statSync(path).isFile() || !path.endsWith('.md')) return 'an anchor in something that is no document';
  return anchorsOf(textOf(relative(ROOT, path))).has(anchor) ? null : 'no such heading';
}

for (const document of DOCUMENTS) {
  t.test(document, async (t) => {
    const broken = linksOf(textOf(document)).map((link) => [link, problem(document, link)]);
    t.strictSame(
      broken.filter(([, why]) => why !== null),
      [],
    );
  });
}

t.test('a broken link is found', async (t) => {
  t.equal(problem('docs/report.md', 'no-such-page.md'), 'no such file');
  t.equal(problem('docs/report.md', '../README.md#no-such-heading'), 'no such heading');
  t.equal(problem('docs/report.md', '#no-such-heading'), 'no such heading');
  t.equal(problem('docs/report.md', 'http://plain.example/'), 'not an HTTPS URL');
  t.equal(problem('docs/report.md', '../package.json#name'), 'an anchor in something that is no document');
  t.equal(problem('docs/report.md', '../README.md#licence'), null);
});

t.test('the README leads to every page, some by an index', async (t) => {
  const led = new Set(['README.md']);
  // A set that grows is read to its end.
  for (const document of led) {
    for (const link of linksOf(textOf(document))) {
      const [file = ''] = link.split('#');
      const page = join(dirname(document), file);
      if (file !== '' && DOCUMENTS.includes(page)) led.add(page);
    }
  }
  t.strictSame(
    DOCUMENTS.filter((document) => !led.has(document)),
    [],
  );
});
