/** Comma-separated values by RFC 4180. */

export type CsvValue = string | number | boolean | null;

/**
 * Where a spreadsheet would begin to read a formula (OWASP, CSV injection): in front of a cell, and of what a program
 * with another separator takes for one.
 */
const FORMULA = /(?<=^|;)(?=[=+\-@\t\r])/g;

/** @returns a line with its end; texts that begin like a formula get an apostrophe, which makes them text */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

function csvField(value: CsvValue): string {
  const text = typeof value === 'string' ? value.replace(FORMULA, "'") : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
