/** The history for people: one line for each run, the newest first. */
import { printable } from '../common/printable.ts';
import { cut, wrap } from '../common/text-lines.ts';
import { count, duration } from '../common/wording.ts';
import type { Counts } from '../model/report.ts';
import { GROUPS } from '../model/vocabulary.ts';
import { createPalette, MARK_OF_VERDICT } from '../report/text/palette.ts';
import type { HistoryListing, ListedRun, UnreadableFile } from './history-listing.ts';

const WIDTHS = { time: 17, verdict: 15, required: 9, optional: 9, took: 7 } as const;
const LEFT = Object.values(WIDTHS).reduce((sum, width) => sum + width, 0);
/** At least as wide as its heading. */
const NUMBER_WIDTH = 3;
/** Of what changed, where the terminal is too narrow for the columns. */
const NARROW_INDENT = '    ';

/**
 * As text that ends in a newline.
 * @param width columns, after which a line is cut
 * @param stateFlag what the commands at the end need to find the folder: ` --state DIR`, or nothing
 */
export function historyTable(
  { state, entries, left }: HistoryListing,
  width: number,
  stateFlag: string,
): string {
  if (entries.length === 0) return `No report is stored in ${printable(state)} yet.\n`;
  const numbers = entries.map(numberOf);
  const numberWidth = numbers.reduce((most, { length }) => Math.max(most, length), NUMBER_WIDTH);
  const rows = entries.map((entry) => line(entry, width - numberWidth - 1));
  const head = row(['Time (UTC)', 'Verdict', 'Required', 'Optional', 'Took', 'Changed'], width);
  const table = [head, ...rows].map(
    (each, index) => `${(index === 0 ? 'No.' : (numbers[index - 1] ?? '')).padStart(numberWidth)} ${each}`,
  );
  const more = left > 0 ? [`and ${count(left, 'earlier report')}: --limit N lists more`] : [];
  return `${[...table, ...more, ...commandLines(entries, stateFlag)].join('\n')}\n`;
}

/** Reports of versions that did not number them have none. */
function numberOf({ file }: ListedRun | UnreadableFile): string {
  return file.number === null ? '' : String(file.number);
}

/** How to name the listed reports, by the newest two that can be read. */
function commandLines(entries: HistoryListing['entries'], stateFlag: string): string[] {
  const numbers = entries.filter((entry) => 'digest' in entry).map(numberOf);
  const [last, before] = numbers.filter((number) => number !== '');
  if (last === undefined) return [];
  return [
    '',
    `apim-probe render ${last}${stateFlag}`,
    ...(before === undefined ? [] : [`apim-probe compare ${before} ${last}${stateFlag}`]),
  ];
}

function row(cells: readonly [string, string, string, string, string, string], width: number): string {
  const [time, verdict, required, optional, took, changed] = cells;
  if (width < LEFT) {
    const lead = `${time.padEnd(WIDTHS.time)}${verdict}`;
    return [lead, ...(changed === '' ? [] : wrap(changed, width, NARROW_INDENT))].join('\n');
  }
  return [
    time.padEnd(WIDTHS.time),
    verdict.padEnd(WIDTHS.verdict),
    required.padEnd(WIDTHS.required),
    optional.padEnd(WIDTHS.optional),
    took.padEnd(WIDTHS.took),
    cut(changed, width - LEFT),
  ]
    .join('')
    .trimEnd();
}

function line(entry: ListedRun | UnreadableFile, width: number): string {
  if (!('digest' in entry)) return unreadableLine(entry, width);
  const { digest, file, future } = entry;
  const { verdict, summary, durationMs, interrupted } = digest;
  const symbol = createPalette(false).symbol(MARK_OF_VERDICT[verdict]);
  const remarks = [
    ...(file.number === null ? [file.name] : []),
    ...(future ? ['in the future'] : []),
    ...(interrupted === null ? [] : [interrupted]),
    ...(digest.groups === null ? [] : [scopeOf(digest.groups)]),
    changes(entry),
  ];
  return row(
    [
      instant(digest.startedAt),
      `${symbol} ${verdict}`,
      reached(summary.required),
      reached(summary.optional),
      duration(durationMs),
      remarks.filter((word) => word !== '').join('; '),
    ],
    width,
  );
}

function unreadableLine({ file, problem, olderVersion }: UnreadableFile, width: number): string {
  const what =
    olderVersion === null ? `${file.name} ${problem}` : `older format (schemaVersion ${olderVersion})`;
  return cut(`${instant(file.time).padEnd(WIDTHS.time)}? ${what}`, width);
}

/** `2026-11-25 03:12` */
function instant(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

function reached({ total, reachable, intermittent }: Counts): string {
  return `${reachable + intermittent}/${total}`;
}

/** The scope of a narrowed run: the shorter list of groups, those in it or those left out. */
function scopeOf(covered: readonly string[]): string {
  const leftOut = GROUPS.filter((group) => !covered.includes(group));
  return printable(
    leftOut.length < covered.length ? `without ${leftOut.join(', ')}` : `only ${covered.join(', ')}`,
  );
}

/** The groups whose endpoints got worse or better, since endpoint names would not fit on the line, and the findings. */
function changes({ change }: ListedRun): string {
  if (change === null) return '';
  const { worse, better, findings } = change;
  return [
    ...(worse.length === 0 ? [] : [`worse: ${groups(worse)}`]),
    ...(better.length === 0 ? [] : [`better: ${groups(better)}`]),
    ...(findings.added.length === 0 ? [] : [`new: ${printable(findings.added.join(', '))}`]),
    ...(findings.gone.length === 0 ? [] : [`gone: ${printable(findings.gone.join(', '))}`]),
  ].join('; ');
}

/** Ids are `<group>/<host>:<port>`. */
function groups(ids: readonly string[]): string {
  return printable([...new Set(ids.map((id) => id.split('/')[0] ?? id))].join(', '));
}
