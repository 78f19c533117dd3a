/** The single executable: the pinned runtime with the program inside. */
import { execFile } from 'node:child_process';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BuildError } from './build-error.ts';
import { problemsOf, withoutSignature } from './executable-format.ts';
import type { Target } from './targets.ts';
import { removeLibatomic } from './without-libatomic.ts';
import { withoutSymbols } from './without-symbols.ts';

const run = promisify(execFile);
/** The executable stores this path, so it is short and reveals nothing of this machine. */
const MAIN = 'apim-probe.mjs';

/**
 * Makes a target's executable, by the runtime that runs this, which must be of the same version, and checks it.
 * @param runtime the path of the target's runtime
 * @param program the path of the one file
 * @param output where the executable goes
 * @param folder for temporary files
 * @throws BuildError when the result is not what it should be
 */
export async function makeExecutable(
  target: Target,
  paths: {
    readonly runtime: string;
    readonly program: string;
    readonly output: string;
    readonly folder: string;
  },
): Promise<void> {
  const { runtime, program, output, folder } = paths;
  const settings = {
    main: MAIN,
    mainFormat: 'module',
    executable: await prepared(runtime, target, folder),
    output,
    disableExperimentalSEAWarning: true,
    // NODE_OPTIONS is meant for Node.js, which the user of this executable does not start.
    execArgvExtension: 'none',
    // Until the program listens itself, SIGUSR1 would open the runtime's inspector.
    execArgv: ['--disable-sigusr1'],
  };
  const config = join(folder, `${target.name}.json`);
  await writeFile(config, JSON.stringify(settings));
  await copyFile(program, join(folder, MAIN));
  await run(process.execPath, [`--build-sea=${config}`], { cwd: folder });
  await chmod(output, 0o755);
  const problems = problemsOf(await readFile(output), target, await readFile(program, 'utf8'));
  if (problems.length > 0) throw new BuildError(`${target.output} is wrong: ${problems.join('; ')}.`);
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
