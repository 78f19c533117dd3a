/** V8's code of the agent's parts: the same bytes each time, used when V8 accepts it, and never needed. */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { bundleInParts } from '../../build/chunks.ts';
import { CODE } from '../../build/loader.ts';
import { VERSION } from '../../src/version.ts';

const BUILD = join(import.meta.dirname, '../../build');
const { entry, parts } = await bundleInParts();

function node(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: {} });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** A folder with the parts and V8's code of them, beside a program that starts the agent from such a folder. */
function compiled(t: Test): string {
  const folder = join(t.testdir({ 'start.ts': START, parts, damaged: {} }), 'parts');
  node('--random-seed=1', join(BUILD, 'code-cache.ts'), folder);
  return folder;
}

function codeIn(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(CODE));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'base64')]));
}

/** @returns the agent's version as it prints it, and the names of the parts whose code V8 rejected */
function start(folder: string, ...flags: readonly string[]) {
  const program = join(folder, '..', 'start.ts');
  const [version, ...rejected] = node(...flags, program, folder, '--version')
    .trim()
    .split('\n');
  return { version, rejected };
}

const START = `
  import { readFileSync } from 'node:fs';
  import { createRequire } from 'node:module';
  import { CODE, compilePart, startProgram } from '${BUILD}/loader.ts';
  const [folder] = process.argv.splice(2, 1);
  const rejected = [];
  function partOf(name) {
    const part = { text: readFileSync(folder + '/' + name, 'utf8'), cachedData: readFileSync(folder + '/' + name + CODE) };
    if (compilePart(name, part, false).cachedDataRejected !== false) rejected.push(name);
    return part;
  }
  startProgram('${entry}', partOf, createRequire(import.meta.url), import.meta.url);
  process.on('exit', () => process.stdout.write(rejected.join('\\n')));
`;

t.test('each build has the same', async (t) => {
  const one = codeIn(compiled(t));
  t.equal(Object.keys(one).length, Object.keys(parts).length);
  t.strictSame(one, codeIn(compiled(t)));
});

t.test('V8 uses it, and compiles the text when it cannot', async (t) => {
  const folder = compiled(t);
  // The executable sets this flag.
  t.strictSame(start(folder, '--max-semi-space-size=4'), { version: VERSION, rejected: [] });
  const ofOtherFlags = start(folder, '--stress-lazy-source-positions');
  t.equal(ofOtherFlags.version, VERSION);
  t.ok(ofOtherFlags.rejected.includes(entry), 'other flags');

  const damaged = join(folder, '..', 'damaged');
  cpSync(folder, damaged, { recursive: true });
  for (const name of Object.keys(codeIn(damaged))) writeFileSync(join(damaged, name), 'not of V8');
  const ofNoUse = start(damaged);
  t.equal(ofNoUse.version, VERSION);
  t.ok(ofNoUse.rejected.includes(entry), 'not even of V8');
});
