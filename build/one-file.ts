/** The program as one file for Node.js: its parts as text, behind a loader. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { bundleInParts, OLDEST_NODE } from './chunks.ts';

const ROOT = join(import.meta.dirname, '..');
/** Every Node.js that knows `import … from 'node:…'` can report that it is too old. */
const LOADER_TARGET = 'node16';

const HEAD = `#!/usr/bin/env node
/*! apim-probe. The licences of what is bundled here: THIRD-PARTY-NOTICES.txt, made with this file. */
`;

export interface OneFile {
  /** An ECMAScript module. */
  readonly code: string;
  /** Every file that went in, relative to the root. */
  readonly inputs: readonly string[];
  readonly comments: string;
}

/** Bundles a program, by default the agent, with all that it imports. */
export async function oneFile(
  file: string = join(ROOT, 'bin', 'apim-probe.ts'),
  root: string = ROOT,
): Promise<OneFile> {
  const { entry, parts, inputs, comments } = await bundleInParts(file, root);
  const loader = await readFile(join(import.meta.dirname, 'loader.ts'), 'utf8');
  const { code } = await transform(loader, {
    loader: 'ts',
    format: 'esm',
    target: LOADER_TARGET,
    minify: true,
    legalComments: 'none',
    define: {
      PARTS: JSON.stringify(parts),
      ENTRY: JSON.stringify(entry),
      OLDEST_NODE: JSON.stringify(OLDEST_NODE),
    },
  });
  return { code: HEAD + code, inputs, comments };
}
