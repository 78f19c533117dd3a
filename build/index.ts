/** `npm run build`: makes everything that is published, in dist/, which is replaced as a whole and only on success. */
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { parseArguments, USAGE, type Wanted } from './arguments.ts';
import { BuildError, RuntimeMissing } from './build-error.ts';
import { bundleInParts, type Chunks } from './chunks.ts';
import { compress, findCompressor } from './compress.ts';
import { makeExecutable, startsAs } from './executable.ts';
import { notices, packageId, packagesOf } from './notices.ts';
import { npm, ROOT } from './npm.ts';
import { oneFile } from './one-file.ts';
import { pinned, runtimeOf, type Source } from './runtime.ts';
import { sbom } from './sbom.ts';
import { sums } from './sums.ts';
import { runsHere, type Target } from './targets.ts';

const DIST = join(ROOT, 'dist');
const SOURCE: Source = { modules: join(ROOT, 'node_modules'), npm, pinned };
const WITHOUT_REGISTRY =
  'Nothing was changed. Build where npm reaches its registry, or leave out what is missing: "npm run build -- ' +
  '--available". "npm run build -- --target NAME" makes one executable alone.';

async function build({ targets, ...wanted }: Wanted): Promise<void> {
  const runtime = ownRuntime(targets);
  if (wanted.compress) await findCompressor();
  // In node_modules, so that dist/ can be put in place by renaming it.
  const folder = await mkdtemp(join(ROOT, 'node_modules', '.build-'));
  try {
    const made = join(folder, 'dist');
    await mkdir(made);
    const program = await bundleInParts();
    const { inputs, comments } = program;
    const file = join(made, 'apim-probe.mjs');
    await writeFile(file, await oneFile(program));
    await chmod(file, 0o755);
    // All of them end before the folder is removed, even if one fails.
    const ends = await Promise.allSettled(
      targets.map((target) => executable(target, { program, made, folder, ...wanted })),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    const packages = packagesOf(inputs);
    await writeFile(join(made, 'THIRD-PARTY-NOTICES.txt'), notices(ROOT, packages, comments, runtime));
    const shipped = [...packages.map((folder) => join(ROOT, folder)), runtime].map(packageId);
    await copyFile(join(ROOT, 'LICENSE'), join(made, 'LICENSE'));
    await writeFile(join(made, 'apim-probe.cdx.json'), await sbom(shipped));
    await writeFile(join(made, 'SHA256SUMS'), await sums(made));
    await rm(DIST, { recursive: true, force: true });
    await rename(made, DIST);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The folder of the package whose runtime runs this: only a runtime of the same version can put a program into another.
 * @throws BuildError when this runs on anything but what npm installed
 */
function ownRuntime(targets: readonly Target[]): string {
  const folder = join(process.execPath, '..', '..');
  const others = targets.filter(({ runtime }) => `v${pinned(runtime.package).version}` !== process.version);
  if (existsSync(join(folder, 'package.json')) && others.length === 0) return folder;
  throw new BuildError(
    `the build runs on ${process.execPath} (${process.version}), not on the runtime that package.json pins. ` +
      'Start it with "npm run build", after "npm ci".',
  );
}

interface Place {
  readonly program: Chunks;
  readonly made: string;
  readonly folder: string;
  readonly available: boolean;
  readonly compress: boolean;
}

async function executable(target: Target, { program, made, folder, ...wanted }: Place): Promise<void> {
  const own = join(folder, target.name);
  await mkdir(own);
  try {
    const runtime = await runtimeOf(target, own, SOURCE);
    const output = join(made, target.output);
    await makeExecutable(target, { runtime, program, output, folder: own });
    if (runsHere(target)) await startsAs(manifest.version, output);
    if (wanted.compress) await compress(output);
  } catch (error) {
    if (!wanted.available || !(error instanceof RuntimeMissing)) throw error;
    process.stderr.write(`${target.output} is left out: ${error.message}\n`);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

async function list(): Promise<void> {
  for (const name of (await readdir(DIST)).sort()) {
    const { size } = await stat(join(DIST, name));
    process.stdout.write(`dist/${name.padEnd(26)}${(size / 1e6).toFixed(1).padStart(8)} MB\n`);
  }
}

try {
  const wanted = parseArguments(process.argv.slice(2));
  if (wanted.help) process.stdout.write(`${USAGE}\n`);
  else {
    await build(wanted);
    await list();
  }
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`npm run build: ${error.message}\n`);
  if (error instanceof RuntimeMissing) process.stderr.write(`${WITHOUT_REGISTRY}\n`);
  process.exitCode = 1;
}
