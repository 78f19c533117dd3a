/** The runtime without its symbols: every byte that is loaded stays, and it still runs. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { BuildError } from '../../build/build-error.ts';
import { withoutSymbols } from '../../build/without-symbols.ts';

/** Of binutils. */
const [STRIP, READELF] = ['strip', 'readelf'] as const;

const skip = process.platform !== 'linux' && 'the runtime is an ELF file on Linux alone';

/** Offset and size in the file of each segment. */
function segmentsOf(bytes: Buffer): readonly (readonly [number, number])[] {
  const table = Number(bytes.readBigUInt64LE(32));
  return Array.from({ length: bytes.readUInt16LE(56) }, (_, index) => {
    const header = table + 56 * index;
    return [Number(bytes.readBigUInt64LE(header + 8)), Number(bytes.readBigUInt64LE(header + 32))];
  });
}

t.test('what is loaded stays, and the rest goes', { skip }, async (t) => {
  const before = readFileSync(process.execPath);
  const after = withoutSymbols(before);
  t.ok(after.length < before.length - 20e6, 'symbols take more than 20 MB');
  t.strictSame(segmentsOf(after), segmentsOf(before));
  // The header of the file, in the first segment, says where its sections are now.
  for (const [at, size] of segmentsOf(before))
    t.ok(
      after.subarray(Math.max(at, 64), at + size).equals(before.subarray(Math.max(at, 64), at + size)),
      `segment at ${at}`,
    );
  t.ok(withoutSymbols(after).equals(after), 'twice is once');
  const file = join(t.testdir(), 'node');
  writeFileSync(file, after);
  chmodSync(file, 0o755);
  t.equal(execFileSync(file, ['-p', '[1, 2].map((n) => n * 2).join()'], { encoding: 'utf8' }), '2,4\n');
});

t.test('binutils reads the same sections in it as in what strip makes', { skip }, async (t) => {
  const [own, stripped] = ['own', 'stripped'].map((name) => join(t.testdirName, name)) as [string, string];
  t.testdir();
  writeFileSync(own, withoutSymbols(readFileSync(process.execPath)));
  const { error } = spawnSync(STRIP, ['--strip-all', '-o', stripped, process.execPath]);
  if (error !== undefined) return t.comment('left out: this machine has no strip (binutils)');
  const sections = (file: string) => {
    const text = execFileSync(READELF, ['-SW', file], { encoding: 'utf8' });
    // .comment is the compiler's name, which is not loaded but which strip keeps.
    return [...text.matchAll(/\] (\S+) +(\S+) +(\w{16}) (\w+) (\w+)/g)]
      .map(([, ...columns]) => columns)
      .filter(([name]) => !['.shstrtab', '.comment', '.gnu.build.attributes'].includes(name ?? ''));
  };
  t.ok(sections(own).length > 20);
  t.strictSame(sections(own), sections(stripped));
});

t.test('an order of sections that is not expected is an error', { skip }, async (t) => {
  const bytes = readFileSync(process.execPath);
  const table = Number(bytes.readBigUInt64LE(40));
  // The second section is not loaded any more, and those behind it are.
  bytes.writeBigUInt64LE(0n, table + 2 * 64 + 8);
  t.throws(() => withoutSymbols(bytes), BuildError);
});
