/** Log lines for a terminal. */
import { styleText } from 'node:util';
import { printable } from '../common/printable.ts';

const COLOUR = {
  trace: 'dim',
  debug: 'dim',
  info: 'cyan',
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
} as const;
const LEVEL_COLUMNS = 6;

/**
 * `08:30:00.123 debug  step sql/db:1433 address=10.0.0.4 step=connect ms=1.2 ok=true`
 * @param line one JSON object, as pino writes it
 * @returns a line with its line end; a line that is not a JSON object is returned as printable text
 */
export function logLine(line: string, color: boolean): string {
  const entry = parseEntry(line);
  if (entry === null) return `${printable(line.trimEnd())}\n`;
  const { level, time, kind, id, msg, ...rest } = entry;
  const clock = String(time).slice(11, 23);
  const leading = [kind, id, msg].filter((each) => each !== undefined).map((each) => printable(String(each)));
  const pairs = Object.entries(rest).map(([key, value]) => `${printable(key)}=${formatValue(value)}`);
  const word = String(level).padEnd(LEVEL_COLUMNS);
  return `${clock} ${color ? colorLevel(String(level), word) : word} ${[...leading, ...pairs].join(' ')}\n`;
}

function parseEntry(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function formatValue(value: unknown): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

function colorLevel(level: string, word: string): string {
  const colour = Object.entries(COLOUR).find(([name]) => name === level)?.[1] ?? 'dim';
  return styleText(colour, word, { validateStream: false });
}
