/** The licences of what is in the bundle, and of the runtime, in one text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from './build-error.ts';

const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)/i;
const RULE = '='.repeat(80);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/** The folders of the packages that these files belong to, each once; files of no package are ours. */
export function packagesOf(inputs: readonly string[]): string[] {
  const folders = inputs.flatMap(
    (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
  );
  return [...new Set(folders)].sort();
}

/** @returns the package in a folder as NAME@VERSION */
export function packageId(folder: string): string {
  const { name, version } = readManifest(folder);
  return `${name}@${version}`;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/**
 * @param root what the packages' folders are relative to
 * @param comments the comments on licences in the sources
 * @param runtime the folder of the runtime's package, which brings Node.js' own licence
 * @throws BuildError when a package does not state its licence
 */
export function notices(
  root: string,
  packages: readonly string[],
  comments: string,
  runtime: string,
): string {
  // A package can lie in several folders.
  const sections = new Set([...packages.map((folder) => join(root, folder)), runtime].map(section));
  return [
    'apim-probe is made of its own sources (LICENSE) and of these packages. Node.js, the last, is in the single',
    'executables alone.',
    '',
    ...sections,
    RULE,
    'Comments on licences in the sources of these packages',
    '',
    comments,
  ].join('\n');
}

function section(folder: string): string {
  const manifest = readManifest(folder);
  const files = readdirSync(folder)
    .filter((name) => LICENCE_FILE.test(name) && !/\.[cm]?[jt]s$/.test(name))
    .sort();
  if (files.length === 0 && manifest.license === undefined)
    throw new BuildError(`${folder} does not state its licence, so it cannot be distributed.`);
  const { author } = manifest;
  const by = typeof author === 'object' ? author.name : author;
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8').trim());
  return [
    RULE,
    `${manifest.name} ${manifest.version}, ${manifest.license ?? 'see below'}${by === undefined ? '' : `, by ${by}`}`,
    '',
    ...(texts.length === 0 ? ['The package has no licence text beside this line.'] : texts),
    '',
  ].join('\n');
}
