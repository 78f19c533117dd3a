/** Size and start-up of the published files, and of the sources, against a bare runtime. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundle, executable } from './bundle.ts';
import { type Measured, measure, measureInTurn, say } from './measure.ts';

const RUNS = 21;
const bare = [process.execPath, '-e', '0'];
const source = [process.execPath, join(import.meta.dirname, '..', 'bin', 'apim-probe.ts')];
const file = await bundle();
const single = await executable();

process.stdout.write('Size\n');
for (const [name, path] of [
  ['bundle', file[1]],
  ['executable', single[0]],
  ['bare runtime', process.execPath],
] as const) {
  const bytes = readFileSync(path);
  say(name, megabytes(bytes), `gzip ${megabytes(gzipSync(bytes))}`);
}

process.stdout.write(
  `Start-up, medians of ${RUNS} runs in turn with the bare runtime (goals for the executable, by wall time: --version 1.4, plan 3.8)\n`,
);
for (const args of [['--version'], ['plan', '--cloud', 'public', '--region', 'westeurope']]) {
  for (const [name, command] of [
    ['bundle', file],
    ['executable', single],
    ['source', source],
  ] as const) {
    besideBare(`apim-probe ${args[0]} (${name})`, [...command, ...args]);
  }
}

const lab = join(import.meta.dirname, '..', 'src', 'lab', 'index.ts');
const ready = `const { startLab } = await import(${JSON.stringify(lab)}); await startLab('healthy'); process.exit(0);`;
besideBare('the embedded lab until it is ready', [process.execPath, '--input-type=module', '-e', ready]);

function besideBare(name: string, command: readonly string[]): void {
  const { one, other } = measureInTurn(
    RUNS,
    () => measure(command),
    () => measure(bare),
  );
  const column = (kind: string, of: (measured: Measured) => number): string =>
    `  ${kind} ${milliseconds(of(one))}, bare ${milliseconds(of(other))}: ${(of(one) / of(other)).toFixed(2)}`;
  say(
    name,
    column('wall', ({ seconds }) => seconds),
    column('CPU', ({ processor }) => processor),
  );
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(0)} ms`;
}

function megabytes({ length }: Uint8Array): string {
  return `${(length / 1e6).toFixed(1)} MB`;
}
