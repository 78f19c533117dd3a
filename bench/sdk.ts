/** What the Azure SDK weighs: size and load time of what uploads it, beside the HTTP client and a bare runtime. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { measure, measureInTurn, say } from './measure.ts';

const RUNS = 15;
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'apim-probe-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** @returns the path of one minified file that loads the modules and does nothing with them */
async function loading(name: string, modules: readonly string[]): Promise<readonly [string, number]> {
  const contents = modules.map((one, at) => `import * as m${at} from '${one}'; globalThis.m${at} = m${at};`);
  const { outputFiles } = await build({
    stdin: { contents: contents.join('\n'), resolveDir: root },
    ...{ bundle: true, minify: true, write: false, platform: 'node', format: 'esm', logLevel: 'error' },
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`${name} became nothing`);
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, output.contents);
  return [file, output.contents.length];
}

const UPLOAD = './src/delivery/upload';
process.stdout.write(`What an upload loads, median of ${RUNS} runs\n`);
for (const [name, modules] of [
  ['undici', ['undici']],
  ['storage-blob', [`${UPLOAD}/blob-store.ts`]],
  ['storage-blob and identity', [`${UPLOAD}/blob-store.ts`, `${UPLOAD}/managed-identity.ts`]],
] as const) {
  const [file, bytes] = await loading(name, modules);
  const { one, other } = measureInTurn(
    RUNS,
    () => measure([process.execPath, file]),
    () => measure([process.execPath, '-e', '0']),
  );
  const ms = (seconds: number): string => `${(seconds * 1000).toFixed(0)} ms`;
  say(
    name,
    `${(bytes / 1e6).toFixed(2)} MB`,
    ms(one.seconds),
    `bare ${ms(other.seconds)}`,
    `ratio ${(one.seconds / other.seconds).toFixed(2)}`,
  );
}
