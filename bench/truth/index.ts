/**
 * `npm run bench:truth [-- --write] [SUITE…]`: compares the product with cases whose right result is known.
 * `--write` takes cases that agree now out of the table of disagreements, and writes docs/truth.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkOutcomes, withoutAgreeing } from './check.ts';
import { type Compared, describeRun, renderPage } from './print.ts';
import { SUITES } from './suites.ts';
import type { Disagreement } from './types.ts';

const PAGE = join(import.meta.dirname, '../../docs/truth.md');
const TABLE = join(import.meta.dirname, 'disagreements.json');

const { values, positionals } = parseArgs({
  options: { write: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !SUITES.some((suite) => suite.name === name));
if (unknown.length > 0) throw new Error(`no such suite: ${unknown.join(', ')}`);

let table = JSON.parse(readFileSync(TABLE, 'utf8')) as readonly Disagreement[];
const compared: Compared[] = [];
for (const suite of SUITES) {
  if (positionals.length > 0 && !positionals.includes(suite.name)) continue;
  const begun = performance.now();
  const run = await suite.run();
  const ms = performance.now() - begun;
  if (values.write) table = withoutAgreeing(table, suite.name, run.outcomes);
  const own = run.leftOut === undefined ? table.filter((entry) => entry.suite === suite.name) : [];
  const done = { suite, run, checked: checkOutcomes(run.outcomes, own), ms };
  compared.push(done);
  process.stdout.write(describeRun(done));
}

const before = readFileSync(PAGE, 'utf8');
const page = renderPage(SUITES, compared, before);
if (values.write) {
  writeFileSync(TABLE, `${JSON.stringify(table, null, 2)}\n`);
  writeFileSync(PAGE, page);
}
const isStale = !values.write && page !== before;
const problems = compared.flatMap(({ checked }) => checked.problems);
if (isStale) process.stdout.write('docs/truth.md is out of date: npm run bench:truth -- --write\n');
if (problems.length > 0) process.stdout.write(`${problems.length} results were not expected\n`);
process.exitCode = problems.length > 0 || isStale ? 1 : 0;
