/** The layout of both comparisons: at most 80 columns, except for longer names. */
import { columns } from '../../common/text-lines.ts';
import type { ReportIdentity } from '../identity.ts';
import type { TargetState } from '../types.ts';

export const WIDTH = 80;
const STATUS_COLUMNS = 14;
const NAME_COLUMNS = WIDTH - 2 - 2 * STATUS_COLUMNS;
/** Entries listed of each kind; `--format json` has them all. */
const SHOWN = 40;

/** Joins blocks with empty lines, as text that ends in a newline. */
export function joined(blocks: readonly (readonly string[])[]): string {
  const shown = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${shown.join('\n\n')}\n`;
}

/** Names the run of a report. */
export function runOf({ vm, startedAt }: ReportIdentity): string {
  return `the run${vm === null ? '' : ` on ${vm}`} of ${minute(startedAt)}`;
}

/** RFC 3339 without its seconds. */
export function minute(instant: string): string {
  return instant.replace(/:\d\d(?:\.\d+)?Z$/, 'Z');
}

/** A name and its cells; a name that is too long for its column has its own line. */
export function row(symbol: string, name: string, cells: readonly string[]): string[] {
  const rest = cells.map((cell) => cell.padEnd(STATUS_COLUMNS)).join('');
  if (columns(name) < NAME_COLUMNS) return [`${symbol} ${name.padEnd(NAME_COLUMNS)}${rest}`.trimEnd()];
  return [`${symbol} ${name}`, `${' '.repeat(2 + NAME_COLUMNS)}${rest}`.trimEnd()];
}

/** The first entries, each of one or more lines, and the number of the others. */
export function capped(entries: readonly (readonly string[])[]): string[] {
  const left = entries.length - SHOWN;
  return [
    ...entries.slice(0, SHOWN).flat(),
    ...(left > 0 ? [`  and ${left} more; --format json lists them all`] : []),
  ];
}

/** A status with its failure and cause. */
export function describeState({ status, failure, cause }: TargetState): string {
  return [status, failure, cause].filter((word) => word !== null).join(', ');
}
