/** No test file is left out of `npm test`, and none runs twice. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { BATCHES, testFilesIn } from './batches.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What has a command of its own in package.json. */
const APART = [
  ...['test/attack/**', 'test/built/**', 'test/system/**'],
  ...['test/delivery/upload/kill.test.ts', 'test/delivery/upload/thousand.test.ts'],
];

const { include, exclude } = parse(readFileSync(join(ROOT, '.taprc'), 'utf8')) as {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
};

t.test('each test file runs once: in a process of its own, or in a batch', async (t) => {
  const everything = globSync('test/**/*.test.ts', { cwd: ROOT, exclude: APART }).sort();
  const own = globSync(include, { cwd: ROOT, exclude });
  const batched = Object.values(BATCHES).flat().flatMap(testFilesIn);
  t.ok(everything.length > 200 && batched.length > 100, 'the files are found');
  t.strictSame([...own, ...batched].sort(), everything);
});

t.test('each batch has a file here', async (t) => {
  const files = globSync('*.test.ts', { cwd: import.meta.dirname, exclude: ['complete.test.ts'] }).sort();
  t.strictSame(
    files,
    Object.keys(BATCHES).map((name) => `${name}.test.ts`),
  );
});
