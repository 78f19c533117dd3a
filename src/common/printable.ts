/** Escapes control characters from peers and foreign reports, so that a terminal does not interpret them. */
import { printable } from '../../probes/printable.ts';

export { printable };

/**
 * Applies `printable` to each string of a value, including keys. Renderers start with this, so that no field is
 * missed.
 */
export function printableAll<T>(value: T): T;
export function printableAll(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map((item: unknown) => printableAll(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [printable(key), printableAll(item)]));
}
