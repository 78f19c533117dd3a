/** The table as Markdown, the same on the terminal and in docs/fault-matrix.md. */
import type { Played } from './play.ts';
import type { Expected } from './situation.ts';

const HEADINGS = ['fault', 'shape', 'expected', 'named', 'blamed wrongly', 'verdict', 's', 'right'] as const;
const MOST_IDS = 2;

/** Rows that are right, and all of them. */
interface Score {
  readonly right: number;
  readonly total: number;
}

function scoreOf(rows: readonly Played[]): Score {
  return { right: rows.filter(isRight).length, total: rows.length };
}

export function isRight({ judgement }: Played): boolean {
  return judgement.problems.length === 0;
}

/** One table for each chapter, and the score. */
export function printTable(rows: readonly Played[]): string {
  const chapters = Map.groupBy(rows, ({ chapter }) => chapter);
  const tables = [...chapters].flatMap(([{ title }, members]) => [
    `## ${title}`,
    '',
    line(HEADINGS),
    line(HEADINGS.map(() => '---')),
    ...members.map((row) => line(cellsOf(row))),
    '',
  ]);
  return [...tables, ...scoresOf(rows), ''].join('\n');
}

function cellsOf({ situation, shape, judgement, seconds }: Played): string[] {
  const { named, blamed, verdict, problems } = judgement;
  const more = blamed.length > MOST_IDS ? ` and ${blamed.length - MOST_IDS} more` : '';
  return [
    situation.what,
    shape.shape,
    expectedText(shape.expected),
    named,
    blamed.length === 0 ? '–' : `${blamed.slice(0, MOST_IDS).join(', ')}${more}`,
    verdict,
    seconds.toFixed(0),
    problems.length === 0 ? 'yes' : `no: ${problems.join('; ')}`,
  ];
}

function expectedText({ causes, verdict, isInformation }: Expected): string {
  const cause = causes.length === 0 ? 'none' : causes.join(' or ');
  return `${cause}${isInformation === true ? ' (information)' : ''}, ${[verdict].flat().join(' or ')}`;
}

function scoresOf(rows: readonly Played[]): string[] {
  const score = ({ right, total }: Score) => `${right} of ${total}`;
  const kinds = Map.groupBy(rows, ({ chapter }) => chapter.kind);
  const named = [...kinds].map(([kind, members]) => {
    const what = kind === 'fault' ? 'Faults named rightly' : 'Healthy networks without a false alarm';
    return `${what}: ${score(scoreOf(members))}.`;
  });
  const blamed = rows.reduce((sum, { judgement }) => sum + judgement.blamed.length, 0);
  return ['## Score', '', ...named, `Targets blamed wrongly: ${blamed}.`];
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
