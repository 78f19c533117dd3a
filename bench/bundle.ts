/** The agent as it is shipped: bundled and minified, in a temporary folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** @returns the command that starts the bundle; its folder goes when this process ends */
export async function bundle(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'apim-probe-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  await build({
    entryPoints: [join(root, 'bin', 'apim-probe.ts')],
    bundle: true,
    minify: true,
    splitting: true,
    platform: 'node',
    target: 'node26',
    format: 'esm',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return [process.execPath, join(folder, 'apim-probe.mjs')];
}
