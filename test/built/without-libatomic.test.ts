/** The runtime without the library that few systems have: what the system's own loader makes of it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { BuildError } from '../../build/build-error.ts';
import { removeLibatomic } from '../../build/without-libatomic.ts';

const skip = process.platform !== 'linux' && 'the loader is that of Linux';
const LIBRARY = 'libatomic.so.1';

/** What the loader looks for (ld.so(8)). */
function wanted(file: string): string[] {
  const { stderr } = spawnSync(file, ['--version'], { encoding: 'utf8', env: { LD_DEBUG: 'libs' } });
  return [...stderr.matchAll(/find library=(\S+)/g)].map(([, name = '']) => name);
}

t.test('it is looked for no more, and nothing else is missing', { skip }, async (t) => {
  const folder = t.testdir({});
  const [before, after] = [join(folder, 'before'), join(folder, 'after')];
  copyFileSync(process.execPath, before);
  const bytes = readFileSync(before);
  t.equal(removeLibatomic(bytes), true);
  writeFileSync(after, bytes);
  for (const file of [before, after]) chmodSync(file, 0o755);
  t.match(wanted(before), [LIBRARY], 'otherwise this file is needed no more');
  t.strictSame(
    wanted(after),
    wanted(before).filter((name) => name !== LIBRARY),
  );
  // What V8 exchanges are places in its tables: of functions, of pointers between threads, and of WebAssembly.
  const work = `
    const { Worker } = require('node:worker_threads');
    const text = \`
      const list = [];
      for (let i = 0; i < 20000; i += 1) list.push(new Function('return ' + i), new WeakRef({}));
      const wasm = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 4, 1, 2, 0, 11));
      for (let i = 0; i < 200; i += 1) new WebAssembly.Instance(wasm).exports.f();
      require('node:worker_threads').parentPort.postMessage(list.length);
    \`;
    let sum = 0;
    for (let i = 0; i < 4; i += 1) new Worker(text, { eval: true }).on('message', (n) => { sum += n; });
    process.on('exit', () => console.log(sum));
  `;
  t.equal(execFileSync(after, ['-e', work], { encoding: 'utf8', env: {} }), '160000\n');
  t.equal(removeLibatomic(bytes), false, 'once is enough');
});

t.test('what cannot be done is an error', { skip }, async (t) => {
  const bytes = readFileSync(process.execPath);
  const other = Buffer.from(bytes);
  const at = other.indexOf('\0__atomic_compare_exchange\0');
  other.write('__atomic_compare_exchangeX', at, 'latin1');
  t.throws(() => removeLibatomic(other), BuildError, 'another function of it');
  const unlike = Buffer.from(bytes);
  unlike.writeUInt16LE(8, 18);
  t.throws(() => removeLibatomic(unlike), /for this kind of machine/);
  const full = Buffer.from(bytes);
  const segments = Array.from({ length: full.readUInt16LE(56) }, (_, place) => 64 + place * 56);
  const code =
    segments.find((header) => full.readUInt32LE(header) === 1 && full.readUInt32LE(header + 4) === 5) ?? 0;
  const end = Number(full.readBigUInt64LE(code + 8) + full.readBigUInt64LE(code + 32));
  full.fill(1, end, end + 64);
  t.throws(() => removeLibatomic(full), /no free space for another function/);
});
