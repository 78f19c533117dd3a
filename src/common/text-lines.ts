/** Wraps and formats text for the summary. */
import { stripVTControlCharacters } from 'node:util';

/** The columns of a text without colour codes. Counts code points, because our texts have no wide characters. */
export function columns(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/**
 * Wraps the text to `width` columns, including the prefix: `first` for the first line, `rest` (default: as many spaces)
 * for the others. A word longer than a line stays whole, so that it can be copied.
 */
export function wrap(text: string, width: number, first = '', rest = ' '.repeat(columns(first))): string[] {
  const lines: string[] = [];
  let prefix = first;
  let line = '';
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && columns(prefix) + columns(longer) > width) {
      lines.push(prefix + line);
      prefix = rest;
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, prefix + line];
}

/** Cuts the text to `width` columns, with an ellipsis. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** `1 endpoint`, `2 endpoints`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The first few items, and how many were left out: `a, b, c and 12 more`. */
export function few(items: readonly string[], most: number): string {
  const left = items.length - most;
  return left > 0 ? `${items.slice(0, most).join(', ')} and ${left} more` : items.join(', ');
}

/** A duration for people: `640 ms`, `4.2 s`, `60 s`, `3 min 5 s`, `2 h 5 min`, `60 days`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 3600) return inTwo(seconds, 60, 'min', 's');
  const minutes = Math.round(seconds / 60);
  return minutes < 48 * 60 ? inTwo(minutes, 60, 'h', 'min') : count(Math.round(minutes / 1440), 'day');
}

function inTwo(amount: number, each: number, large: string, small: string): string {
  const rest = amount % each;
  return `${Math.floor(amount / each)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

/** Before a command in a message: such lines are not wrapped, so that they can be pasted. */
export const COMMAND_INDENT = '    ';

/** A command on its own line of a message. */
export function commandLine(command: string): string {
  return `\n${COMMAND_INDENT}${command}`;
}
