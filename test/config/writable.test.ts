import { linkSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { folderProblem, outputProblems } from '../../src/config/writable.ts';

t.test('outputs that can be written leave no trace of the check', async (t) => {
  const folder = t.testdir({ 'old.json': 'precious' });
  const path = join(folder, 'old.json');
  const format = [
    { format: 'text', file: join(folder, 'new.txt') },
    { format: 'json', file: '-' },
  ] as const;
  t.strictSame(outputProblems({ output: path, format }), []);
  t.equal(readFileSync(path, 'utf8'), 'precious');
  t.strictSame(readdirSync(folder), ['old.json']);
  t.equal(folderProblem(folder), null);
});

t.test('outputs that cannot be written', async (t) => {
  const folder = t.testdir({ file: '', sub: {} });
  const of = (output: string) => outputProblems({ output, format: [] }).join('\n');
  t.match(of(join(folder, 'sub')), /--output .*sub cannot be written: it is a folder; name a file in it/);
  t.match(of(join(folder, 'gone', 'r.json')), /the folder .*gone does not exist; create it first/);
  t.match(of(join(folder, 'file', 'r.json')), /cannot be written: .*file is not a folder/);
  t.match(of('/proc/r.json'), /no file can be made in the folder \/proc/, 'even for root');
});

t.test('two outputs to one place', async (t) => {
  const folder = t.testdir({ real: {}, 'old.json': '' });
  symlinkSync(join(folder, 'real'), join(folder, 'alias'));
  linkSync(join(folder, 'old.json'), join(folder, 'hard.json'));
  const both = (output: string, file: string) =>
    outputProblems({ output, format: [{ format: 'text', file }] }).join('\n');
  t.match(both('-', '-'), /--output - and --format text=- both write to stdout/);
  t.match(both(join(folder, 'a'), join(folder, 'a')), /both write to the same file/);
  t.match(both(join(folder, 'real/a'), join(folder, 'alias/a')), /both write to the same file/);
  t.match(both(join(folder, 'old.json'), join(folder, 'hard.json')), /both write to the same file/);
  t.equal(both(join(folder, 'a'), join(folder, 'b')), '');
  t.equal(both('/dev/null', '/dev/null'), '', 'a device may be shared');
});
