/** Writes docs/truth.md, and the same figures to the terminal. Pure. */
import { wrap } from '../../src/common/text-lines.ts';
import type { Checked } from './check.ts';
import type { Disagreement, Suite, SuiteRun } from './types.ts';

/** Columns of a paragraph in the documents. */
const WIDTH = 120;

/** A suite that ran. */
export interface Compared {
  readonly suite: Suite;
  readonly run: SuiteRun;
  readonly checked: Checked;
  readonly ms: number;
}

/** What the terminal shows of a suite. */
export function describeRun({ suite, run, checked, ms }: Compared): string {
  if (run.leftOut !== undefined) return `${suite.name}: left out, because ${run.leftOut}\n`;
  const { outcomes, notes } = run;
  const figures = `${outcomes.length} cases, ${checked.agreed} agree, ${outcomes.length - checked.agreed} disagree`;
  const reasons = checked.explained.map(({ cases, got, reason }) => `  ${cases.length} × ${got}: ${reason}`);
  return [
    `${suite.name}: ${figures} (${Math.round(ms / 100) / 10} s)`,
    ...reasons,
    ...notes.map((note) => `  note: ${note}`),
    ...checked.problems.map((problem) => `  NOT EXPECTED ${problem}`),
    '',
  ].join('\n');
}

const HEAD = `# What the findings are compared with

\`npm run bench:truth\` compares the product with cases whose right result is known from elsewhere: public test suites,
published block pages, recorded replies of real services. Each case goes through the code of a run: the probe, its TLS
verification, and the diagnosis. Nothing is sent beyond loopback. The command fails when a case disagrees that
\`bench/truth/disagreements.json\` does not list with its reason, and when a listed one agrees. It writes this page with
\`-- --write\`, and fails when the page is out of date.

| suite | cases | agree | disagree |
| --- | --- | --- | --- |
`;

/**
 * The page for a run.
 * @param before the page as it is: a suite that was left out keeps its row and its section
 */
export function renderPage(suites: readonly Suite[], ran: readonly Compared[], before: string): string {
  const byName = new Map(
    ran.filter(({ run }) => run.leftOut === undefined).map((one) => [one.suite.name, one]),
  );
  const rows = suites.map((suite) => {
    const compared = byName.get(suite.name);
    return compared === undefined ? keptRow(suite, before) : tableRow(compared);
  });
  const sections = suites.map((suite) => {
    const compared = byName.get(suite.name);
    return compared === undefined ? keptSection(suite, before) : section(compared);
  });
  return `${HEAD}${rows.join('')}\n${sections.join('\n')}`;
}

function tableRow({ suite, run: { outcomes }, checked: { agreed } }: Compared): string {
  return `| [${suite.title}](#${anchor(suite)}) | ${outcomes.length} | ${agreed} | ${outcomes.length - agreed} |\n`;
}

function keptRow({ title }: Suite, before: string): string {
  return before.split(/(?<=\n)/).find((line) => line.startsWith(`| [${title}](`)) ?? '';
}

function section({ suite, run, checked }: Compared): string {
  const notes = run.notes.map((note) => `\n${note}.\n`);
  return `## ${suite.title}\n\n${wrap(suite.about, WIDTH).join('\n')}\n${notes.join('')}\n${disagreementTable(checked.explained)}`;
}

function keptSection({ title }: Suite, before: string): string {
  return (
    before
      .split(/^(?=## )/m)
      .find((part) => part.startsWith(`## ${title}\n`))
      ?.replace(/\n*$/, '\n') ?? ''
  );
}

/** The disagreements of a suite, each with its reason. */
export function disagreementTable(table: readonly Disagreement[]): string {
  if (table.length === 0) return 'Every case agrees.\n';
  const rows = table.map(
    ({ cases, got, reason }) =>
      `| ${cell(reason)} | ${cell(got)} | ${cases.map((id) => `\`${id}\``).join(', ')} |\n`,
  );
  return `| why it disagrees | result of the product | cases |\n| --- | --- | --- |\n${rows.join('')}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function anchor({ title }: Suite): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}
