/** The single executable: the pinned runtime with the program inside. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompressSync } from 'node:zlib';
import { BuildError } from './build-error.ts';
import { type Chunks, TARGET } from './chunks.ts';
import { BEST_ZSTD } from './compress.ts';
import { problemsOf, withoutSignature } from './executable-format.ts';
import { PACKED } from './loader.ts';
import { bundleStart } from './start.ts';
import { runsHere, type Target } from './targets.ts';
import { removeLibatomic } from './without-libatomic.ts';
import { withoutSymbols } from './without-symbols.ts';

const run = promisify(execFile);
/** The executable stores this path, so it is short and reveals nothing of this machine. */
const MAIN = 'apim-probe.cjs';
const PARTS = 'parts';
const CODE_CACHE = join(import.meta.dirname, 'code-cache.ts');
/** Characters from which on a part is packed: most commands load few such parts, and each takes 2 ms at most. */
const LARGE = 65_536;

/**
 * Makes a target's executable, by the runtime that runs this, which must be of the same version, and checks it.
 * @param runtime the path of the target's runtime
 * @param program in parts
 * @param output where the executable goes
 * @param folder for temporary files
 * @throws BuildError when the result is not what it should be
 */
export async function makeExecutable(
  target: Target,
  paths: {
    readonly runtime: string;
    readonly program: Chunks;
    readonly output: string;
    readonly folder: string;
  },
): Promise<void> {
  const { runtime, program, output, folder } = paths;
  const start = await bundleStart('start-executable.ts', 'cjs', TARGET, { ENTRY: program.entry });
  await writeFile(join(folder, MAIN), start);
  const assets = await writeParts(program, target, folder);
  const settings = {
    main: MAIN,
    mainFormat: 'commonjs',
    executable: await prepared(runtime, target, folder),
    output,
    disableExperimentalSEAWarning: true,
    // NODE_OPTIONS is meant for Node.js, which the user of this executable does not start.
    execArgvExtension: 'none',
    // Until the program listens itself, SIGUSR1 would open the runtime's inspector. Why the heap: src/cli/heap.ts.
    execArgv: ['--disable-sigusr1', '--max-semi-space-size=4'],
    assets,
  };
  const config = join(folder, `${target.name}.json`);
  await writeFile(config, JSON.stringify(settings));
  await run(process.execPath, [`--build-sea=${config}`], { cwd: folder });
  await chmod(output, 0o755);
  const contents = Object.values(assets).map((file) => readFile(join(folder, file)));
  const problems = problemsOf(await readFile(output), target, [start, ...(await Promise.all(contents))]);
  if (problems.length > 0) throw new BuildError(`${target.output} is wrong: ${problems.join('; ')}.`);
}

/**
 * Writes the parts, the large ones packed, and, for a machine like this one, V8's code of them: only the runtime itself
 * can make it.
 * @returns the assets of the executable, each with its file in the folder
 */
async function writeParts(
  { parts }: Chunks,
  target: Target,
  folder: string,
): Promise<Record<string, string>> {
  const place = join(folder, PARTS);
  await mkdir(place);
  for (const [name, text] of Object.entries(parts)) await writeFile(join(place, name), text);
  // Without variables such as NODE_OPTIONS, which could set flags that the executable does not have.
  if (runsHere(target)) await run(process.execPath, ['--random-seed=1', CODE_CACHE, place], { env: {} });
  for (const [name, text] of Object.entries(parts)) {
    if (text.length < LARGE) continue;
    await writeFile(join(place, name + PACKED), zstdCompressSync(text, BEST_ZSTD));
    await rm(join(place, name));
  }
  const names = (await readdir(place)).sort();
  return Object.fromEntries(names.map((name) => [name, join(PARTS, name)]));
}

/** @returns the path of the runtime as the executable has it */
async function prepared(runtime: string, { format }: Target, folder: string): Promise<string> {
  const bytes = await readFile(runtime);
  if (format === 'elf') removeLibatomic(bytes);
  const copy = join(folder, 'runtime');
  await writeFile(copy, format === 'pe' ? withoutSignature(bytes) : withoutSymbols(bytes));
  return copy;
}

/** Starts it, without network, arguments or environment to help it. @throws BuildError when it is not this version */
export async function startsAs(version: string, executable: string): Promise<void> {
  const { stdout } = await run(executable, ['--version'], { env: {} });
  if (stdout !== `${version}\n`)
    throw new BuildError(`${executable} --version prints ${JSON.stringify(stdout)}.`);
}
