/** Size and start-up of the published files, and of the sources, against a bare runtime. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundle, executable } from './bundle.ts';
import { measure, measureInTurn, say } from './measure.ts';

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
  `Start-up, median of ${RUNS} runs (goal for --version of what is handed out: at most 2 times the bare runtime)\n`,
);
for (const args of [['--version'], ['plan', '--cloud', 'public', '--region', 'westeurope']]) {
  for (const [name, command] of [
    ['bundle', file],
    ['executable', single],
    ['source', source],
  ] as const) {
    const { one, other } = measureInTurn(
      RUNS,
      () => measure([...command, ...args]),
      () => measure(bare),
    );
    say(
      `apim-probe ${args[0]} (${name})`,
      `${(one.seconds * 1000).toFixed(0)} ms`,
      `bare ${(other.seconds * 1000).toFixed(0)} ms`,
      `ratio ${(one.seconds / other.seconds).toFixed(2)}`,
    );
  }
}

const lab = join(import.meta.dirname, '..', 'src', 'lab', 'index.ts');
const ready = `const { startLab } = await import(${JSON.stringify(lab)}); await startLab('healthy'); process.exit(0);`;
const { one, other } = measureInTurn(
  RUNS,
  () => measure([process.execPath, '--input-type=module', '-e', ready]),
  () => measure(bare),
);
say(
  'the embedded lab until it is ready',
  `${(one.seconds * 1000).toFixed(0)} ms`,
  `bare ${(other.seconds * 1000).toFixed(0)} ms`,
  `ratio ${(one.seconds / other.seconds).toFixed(2)}`,
);

function megabytes({ length }: Uint8Array): string {
  return `${(length / 1e6).toFixed(1)} MB`;
}
