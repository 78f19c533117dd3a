/** Wraps and formats text for terminals. */
import stringWidth from 'fast-string-width';

/**
 * The columns that a terminal uses for a text: none for colour codes and combining characters, two for wide ones. An
 * ellipsis counts as the three dots that it is in ASCII, so that a layout holds in both.
 */
export function columns(text: string): number {
  return stringWidth(text.replaceAll('…', '...'));
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
