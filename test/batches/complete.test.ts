/** No test file is left out of `npm test`, and none runs twice. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { BATCHES, testFilesOf } from './batches.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What has a command of its own in package.json. */
const APART = [
  ...['test/attack/**', 'test/built/**', 'test/pages/**', 'test/system/**'],
  ...['test/delivery/upload/kill.test.ts', 'test/delivery/upload/thousand.test.ts'],
];

const { include, exclude } = parse(readFileSync(join(ROOT, '.taprc'), 'utf8')) as {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
};

const NAMES = Object.keys(BATCHES) as (keyof typeof BATCHES)[];

t.test('each test file runs once: in a process of its own, or in a batch', async (t) => {
  const everything = globSync('test/**/*.test.ts', { cwd: ROOT, exclude: APART }).sort();
  const own = globSync(include, { cwd: ROOT, exclude });
  const batched = NAMES.flatMap(testFilesOf);
  t.ok(everything.length > 200 && batched.length > 100, 'the files are found');
  t.strictSame([...own, ...batched].sort(), everything);
});

t.test('each batch has a file here', async (t) => {
  const files = globSync('*.test.ts', { cwd: import.meta.dirname, exclude: ['complete.test.ts'] }).sort();
  t.strictSame(
    files,
    NAMES.map((name) => `${name}.test.ts`),
  );
});

t.test('no file that gives the program a secret shares a process with others of the command line', (t) => {
  for (const file of testFilesOf('cli'))
    t.notMatch(readFileSync(join(ROOT, file), 'utf8'), /canary|[?&]sig=|secret|password|bearer/i, file);
  t.end();
});
