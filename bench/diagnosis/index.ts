/**
 * `npm run bench:diagnosis`, as root: plays faults and healthy variants in network namespaces, with the agent as users run
 * it, and holds its findings against the truth.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Played, play, rowsOf } from './play.ts';
import { CHAPTERS } from './situations/index.ts';
import { isRight, printTable } from './table.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/fault-matrix.md', import.meta.url));
const INTRODUCTION = `# Fault matrix

Printed by \`npm run bench:diagnosis -- --write\`. Each row is one run of the agent, as users start it, in a network of
its own: namespaces of Linux with real ports, addresses, servers and middleboxes. One thing is wrong at a time. Causes that
no packet can tell apart stand together. A row is right when the first error or warning names the cause, no other error or
warning is there, no target has another cause, and verdict, exit code and, where the row asks for it, owner and text fit.
Seconds are those of a shared machine with two cores.

What namespaces cannot show: a service endpoint is stood for by the source address that the services see, a private subnet
by a filter that lets Storage alone pass, a NAT gateway and a forced tunnel by translated sources and a smaller MTU. No
certificate here is signed by a key of Azure's, so a chain that the server does not send whole cannot be told from one that
a device made. Causes that only Azure's documents show have their scenarios among the tests.
`;
const USAGE = `npm run bench:diagnosis -- [options], as root
  --only TEXT   rows whose id holds the text; repeatable
  --shape one   the first shape of each situation, as CI does
  --reports DIR keep the report of each row
  --jobs N      networks side by side (4)
  --write       write docs/fault-matrix.md
  --list        print the ids`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      shape: { type: 'string', default: 'all' },
      reports: { type: 'string' },
      jobs: { type: 'string', default: '4' },
      write: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  const jobs = Number(values.jobs);
  if (!['one', 'all'].includes(values.shape) || !Number.isInteger(jobs) || jobs < 1) throw new Error(USAGE);
  return { ...values, oneShape: values.shape === 'one', jobs };
}

function report(played: Played): void {
  const { id, judgement, seconds } = played;
  const mark = isRight(played) ? 'right' : 'WRONG';
  process.stderr.write(`${mark} ${id}: ${judgement.named}, ${seconds.toFixed(1)} s\n`);
  for (const problem of judgement.problems) process.stderr.write(`      ${problem}\n`);
}

async function writeReports(folder: string, played: readonly Played[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { id, report } of played) {
    const file = join(folder, `${id.replaceAll(/[^a-z0-9]+/gi, '-')}.json`);
    if (report !== null) await writeFile(file, JSON.stringify(report));
  }
}

const options = readOptions();
const rows = rowsOf(CHAPTERS, options);
if (options.list) {
  for (const { id } of rows) process.stdout.write(`${id}\n`);
} else {
  const begun = performance.now();
  const played = await play(rows, options.jobs, report);
  if (options.reports !== undefined) await writeReports(options.reports, played);
  const table = printTable(played);
  process.stdout.write(
    `${table}\n${rows.length} rows in ${((performance.now() - begun) / 1000).toFixed(0)} s\n`,
  );
  if (options.write) await writeFile(DOCUMENT, `${INTRODUCTION}\n${table}`);
  const wrong = played.filter((row) => !isRight(row));
  for (const { id } of wrong) process.stdout.write(`Wrong: ${id}\n`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
