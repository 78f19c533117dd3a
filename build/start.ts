import { build } from 'esbuild';

/**
 * Bundles the code that starts the program.
 * @param file its name in this folder
 * @param target as of esbuild
 * @param values what the build puts in, by name
 */
export async function bundleStart(
  file: string,
  format: 'cjs' | 'esm',
  target: string,
  values: Readonly<Record<string, unknown>>,
): Promise<string> {
  const define = Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]);
  const { outputFiles } = await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: 'node',
    format,
    target,
    minify: true,
    legalComments: 'none',
    define: Object.fromEntries(define),
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
