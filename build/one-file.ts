/** The program as one file for Node.js: its parts as text, behind a loader. */
import { type Chunks, OLDEST_NODE } from './chunks.ts';
import { bundleStart } from './start.ts';

/** Every Node.js that knows `import … from 'node:…'` can report that it is too old. */
const LOADER_TARGET = 'node16';

const HEAD = `#!/usr/bin/env node
/*! apim-probe. The licences of what is bundled here: THIRD-PARTY-NOTICES.txt, made with this file. */
`;

/** @returns an ECMAScript module */
export async function oneFile({ entry, parts }: Chunks): Promise<string> {
  return (
    HEAD +
    (await bundleStart('start-one-file.ts', 'esm', LOADER_TARGET, {
      PARTS: parts,
      ENTRY: entry,
      OLDEST_NODE,
    }))
  );
}
