/** Paragraphs and term lists for help and tables. */
import { columns as columnsOf, padEnd, wrap } from '../common/text-lines.ts';

/**
 * Wraps text.
 * @param first prefix of the first line; the other lines are indented by its width
 */
export function paragraph(text: string, columns = 80, first = ''): string {
  return wrap(text, columns, first).join('\n');
}

/**
 * A term and its description in two columns.
 * @param width of the left column; a longer term gets its own line
 */
export function entry(term: string, text: string, width: number, columns = 80): string {
  if (columnsOf(term) + 2 <= width) return paragraph(text, columns, padEnd(term, width));
  return `${term}\n${paragraph(text, columns, ' '.repeat(width))}`;
}
