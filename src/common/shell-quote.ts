/** Values in commands that users paste into a POSIX shell. */
import { printable } from './printable.ts';

/** Quotes a value where a shell or zsh would interpret a character of it. */
export function shellQuote(word: string): string {
  return /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * A value as one word of a command, for a value that anyone may have chosen.
 * @returns null for a value that cannot be one: it would be read as an option, or has characters that are not printable
 */
export function shellWord(value: string): string | null {
  if (value === '' || value.startsWith('-') || printable(value) !== value) return null;
  return shellQuote(value);
}
