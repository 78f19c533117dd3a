/** Escapes control characters from peers and foreign reports, so that a terminal does not interpret them. */

import { printable } from '../../probes/printable.ts';
import { changeEntries, changeItems, rememberUnchanged } from './change-texts.ts';

export { printable };

/**
 * Applies `printable` to each string of a value, including keys. Renderers start with this, so that no field is
 * missed.
 * @returns the same value when each of its texts is printable
 */
export function printableAll<T>(value: T): T;
export function printableAll(value: unknown): unknown {
  return printableWithin(
    value,
    rememberUnchanged((text) => printable(text)),
  );
}

function printableWithin(value: unknown, text: (text: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return changeItems(value, (item) => printableWithin(item, text));
  if (typeof value !== 'object' || value === null) return value;
  return changeEntries(value, text, (_, item) => printableWithin(item, text));
}
