/** Values in commands that users paste. */
import { printable } from '../common/printable.ts';
import { shellQuote } from '../common/shell-quote.ts';

/**
 * A value as one word of a command that users paste into a POSIX shell.
 * @returns null for a value that cannot be one: it would be read as an option, or has characters that are not printable
 */
export function shellWord(value: string): string | null {
  if (value === '' || value.startsWith('-') || printable(value) !== value) return null;
  return shellQuote(value);
}
