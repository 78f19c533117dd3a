/** Paragraphs and term lists for help and tables. */
import { wrap } from '../common/text-lines.ts';

/**
 * Text wrapped between words, as one string.
 * @param first what the first line starts with; the others are indented as far
 */
export function paragraph(text: string, columns = 80, first = ''): string {
  return wrap(text, columns, first).join('\n');
}

/**
 * Two columns: a term, and what is said of it.
 * @param width of the left column; a longer term stands on a line of its own
 */
export function entry(term: string, text: string, width: number, columns = 80): string {
  if (term.length + 2 <= width) return paragraph(text, columns, term.padEnd(width));
  return `${term}\n${paragraph(text, columns, ' '.repeat(width))}`;
}
