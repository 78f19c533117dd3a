/** docs/security.md names a test for each threat: those tests exist, and no attack is left out of it. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';

const TESTS = import.meta.dirname;
const DOCUMENT = readFileSync(join(TESTS, '../docs/security.md'), 'utf8');

/** "`attack/memory-http-head`, `-http-body`" is short for two tests whose names begin alike. */
function testsIn(row: string): string[] {
  let folder = '';
  return [...row.matchAll(/`([a-z-]+\/)?([a-z-]+)`/g)].map(([, own, name = '']) => {
    folder = own ?? folder;
    return `${folder}${name.startsWith('-') ? `memory${name}` : name}`;
  });
}

const named = DOCUMENT.split('\n')
  .filter((line) => line.startsWith('|'))
  .flatMap((line) => testsIn(line.split('|').at(-2) ?? ''))
  .filter((name) => name.includes('/'));

t.test('every test that the document names exists', (t) => {
  t.ok(named.length > 15, `${named.length} tests are named`);
  for (const name of named) t.ok(existsSync(join(TESTS, `${name}.test.ts`)), name);
  t.end();
});

t.test('every attack is in the document', (t) => {
  for (const file of globSync('attack/*.test.ts', { cwd: TESTS }))
    t.ok(named.includes(`attack/${basename(file, '.test.ts')}`), file);
  t.end();
});
