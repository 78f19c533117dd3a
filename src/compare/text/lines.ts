/** The typesetting that both comparisons share: at most 80 columns, except for names that are longer themselves. */
import { columns } from '../../common/text-lines.ts';
import type { ReportIdentity } from '../identity.ts';
import type { TargetState } from '../types.ts';

export const WIDTH = 80;
const STATUS_COLUMNS = 14;
const NAME_COLUMNS = WIDTH - 2 - 2 * STATUS_COLUMNS;
/** So many of a kind are listed; `--format json` has them all. */
const SHOWN = 40;

/** Blocks with a line between them, as text that ends in a newline. */
export function joined(blocks: readonly (readonly string[])[]): string {
  const shown = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${shown.join('\n\n')}\n`;
}

/** Which run a report is of. */
export function runOf({ vm, startedAt }: ReportIdentity): string {
  return `the run${vm === null ? '' : ` on ${vm}`} of ${minute(startedAt)}`;
}

/** RFC 3339 without its seconds. */
export function minute(instant: string): string {
  return instant.replace(/:\d\d(?:\.\d+)?Z$/, 'Z');
}

/** A name and its cells; a name too long for its column has a line of its own. */
export function row(symbol: string, name: string, cells: readonly string[]): string[] {
  const rest = cells.map((cell) => cell.padEnd(STATUS_COLUMNS)).join('');
  if (columns(name) < NAME_COLUMNS) return [`${symbol} ${name.padEnd(NAME_COLUMNS)}${rest}`.trimEnd()];
  return [`${symbol} ${name}`, `${' '.repeat(2 + NAME_COLUMNS)}${rest}`.trimEnd()];
}

/** The first of many, each of one or more lines, and how many are left. */
export function capped(entries: readonly (readonly string[])[]): string[] {
  const left = entries.length - SHOWN;
  return [
    ...entries.slice(0, SHOWN).flat(),
    ...(left > 0 ? [`  and ${left} more; --format json lists them all`] : []),
  ];
}

/** A status with what was seen and why. */
export function stateWords({ status, failure, cause }: TargetState): string {
  return [status, failure, cause].filter((word) => word !== null).join(', ');
}
