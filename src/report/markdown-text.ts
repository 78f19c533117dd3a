/**
 * Text of peers in Markdown. A word with any character that GitHub, Azure DevOps or Jira could read as markup, a link, a
 * mention or a number of an issue becomes inline code, where none of them does. Escapes do not suffice: a mention is
 * found in the text that is left after Markdown was read.
 */
import { printable } from '../common/printable.ts';

/** A word of plain prose: letters, digits, and punctuation that means nothing anywhere in a line. */
const PROSE = /^["'(“‘]*[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}.,;:()/%’”"'–…?!-]*)$|^[–…]$/u;
/** What GitHub makes a link without any markup. */
const LINKED = /:\/\/|^www\.|^gh-\d/i;
/** At the start of a line. */
const LIST_NUMBER = /^\d+[.)]$/;

/**
 * A text within one line, outside of a table.
 * @param limit characters of the text
 */
export function prose(text: string, limit: number): string {
  const parts: { words: string[]; plain: boolean }[] = [];
  for (const word of printable(text, limit)
    .split(' ')
    .filter((part) => part !== '')) {
    const last = parts.at(-1);
    const plain = isProse(word) && (last !== undefined || !LIST_NUMBER.test(word));
    if (last?.plain === plain) last.words.push(word);
    else parts.push({ words: [word], plain });
  }
  return parts.map(({ words, plain }) => (plain ? words.join(' ') : codeWithin(words.join(' ')))).join(' ');
}

/** Code, with the punctuation around it outside. */
function codeWithin(text: string): string {
  const [, before = '', within = '', after = ''] = /^([("“]*)(.*?)([).,;:”"]*)$/.exec(text) ?? [];
  return within === '' ? code(text) : `${before}${code(within)}${after}`;
}

function isProse(word: string): boolean {
  return PROSE.test(word) && !LINKED.test(word);
}

/** Inline code: the fence is longer than any in the text (CommonMark 0.31, section 6.1). */
export function code(text: string, limit = Number.POSITIVE_INFINITY): string {
  const shown = printable(text, limit).trim();
  if (shown === '') return '';
  const fence = '`'.repeat(longestFence(shown) + 1);
  const padding = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${fence}${padding}${shown}${padding}${fence}`;
}

/** A block of code of one line, which nothing in it can end. */
export function codeBlock(text: string, language: string, limit: number): string[] {
  const shown = printable(text, limit);
  const fence = '`'.repeat(Math.max(3, longestFence(shown) + 1));
  return [`${fence}${language}`, shown, fence];
}

function longestFence(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
}

/** A row of a table: a bar would end its cell, in code as well (GFM, section 4.10). */
function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A table of at least one row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [tableRow(head), tableRow(head.map(() => '---')), ...rows.map(tableRow)];
}
