/** Wraps and formats text for terminals. */
import stringWidth from 'string-width';

/**
 * ASCII, Latin letters, dashes and quotation marks, as most texts are. Measuring by graphemes takes a hundred times as
 * long, and the first text 15 ms more.
 */
const ONE_COLUMN_EACH = /^[ -~\u00c0-\u024f\u2010-\u201f]*$/;

/**
 * The columns that a terminal uses for a text: none for colour codes and combining characters, two for wide ones. An
 * ellipsis counts as the three dots that it is in ASCII, so that a layout holds in both.
 */
export function columns(text: string): number {
  const plain = text.replaceAll('…', '...');
  return ONE_COLUMN_EACH.test(plain) ? plain.length : stringWidth(plain);
}

/** Fills the text with spaces, up to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
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

/** The rows that lines take on a terminal of this width, which breaks the longer ones itself. */
export function rowsOf(lines: readonly string[], width: number): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(columns(line) / width)), 0);
}

/** Made when it is first needed: it takes the runtime 15 ms. */
let graphemes: Intl.Segmenter | undefined;

/** Code units for each column: a peer may stack any number of combining characters on one letter. */
const UNITS_OF_COLUMN = 4;

/** Cuts the text to `width` columns, with an ellipsis, after a whole word where one ends in the last quarter. */
export function cut(text: string, width: number): string {
  if (text === '' || (text.length <= width * UNITS_OF_COLUMN && columns(text) <= width)) return text;
  const room = Math.max(0, width - columns('…'));
  let kept = '';
  let used = 0;
  graphemes ??= new Intl.Segmenter('en');
  for (const { segment } of graphemes.segment(text)) {
    used += columns(segment);
    if (used > room || kept.length + segment.length > width * UNITS_OF_COLUMN) break;
    kept += segment;
  }
  const lastSpace = kept.lastIndexOf(' ');
  return `${kept.slice(0, lastSpace > room * 0.75 ? lastSpace : undefined).trimEnd()}…`;
}

/** `1 endpoint`, `2 endpoints`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The text with its first letter in upper case. */
export function capitalize(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
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
