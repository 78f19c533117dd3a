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
  const text = rememberUnchanged((one) => printable(one));
  const printableItem = (item: unknown): unknown => {
    if (typeof item === 'string') return text(item);
    if (Array.isArray(item)) return changeItems(item, printableItem);
    return typeof item === 'object' && item !== null ? changeEntries(item, text, printableEntry) : item;
  };
  const printableEntry = (_: string, item: unknown): unknown => printableItem(item);
  return printableItem(value);
}
