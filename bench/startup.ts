/** Start-up: `--version` of the bundle and of the source against a bare runtime. */
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { measure, measureInTurn, say } from './measure.ts';

const RUNS = 21;
const bare = [process.execPath, '-e', '0'];
const source = [process.execPath, join(import.meta.dirname, '..', 'bin', 'apim-probe.ts')];

process.stdout.write(
  `Start-up, median of ${RUNS} runs (goal for the bundle: at most 2 times the bare runtime)\n`,
);
for (const [name, command] of [
  ['bundle', await bundle()],
  ['source', source],
] as const) {
  const { one, other } = measureInTurn(
    RUNS,
    () => measure([...command, '--version']),
    () => measure(bare),
  );
  say(
    `apim-probe --version (${name})`,
    `${(one.seconds * 1000).toFixed(0)} ms`,
    `bare ${(other.seconds * 1000).toFixed(0)} ms`,
    `ratio ${(one.seconds / other.seconds).toFixed(2)}`,
  );
}
