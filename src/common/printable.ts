/** Whatever a peer or a foreign report holds, a terminal obeys none of it. */
import { printable } from '../../probes/printable.ts';

export { printable };

/**
 * The same value with `printable` applied to each string in it, keys included. A renderer starts with this, so
 * that no field can be forgotten.
 */
export function printableAll<T>(value: T): T;
export function printableAll(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map((item: unknown) => printableAll(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [printable(key), printableAll(item)]));
}
