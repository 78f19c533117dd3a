import { maskSecrets } from '../common/mask.ts';
import { printableAll } from '../common/printable.ts';
import type { Loaded } from '../config/load.ts';
import { FILE_KEYS, shown } from '../config/options.ts';
import type { Command } from './command.ts';
import { columnsOf, write, writeMessage } from './io.ts';
import { entry } from './layout.ts';
import { loadOptions } from './sources.ts';

/** One option as it is in effect. The value is as a config file may hold it, or null when it is not set. */
interface Effective {
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskSecrets(value);
  return Array.isArray(value) ? value.map(masked) : value;
}

function effective({ options, origins }: Loaded): Effective[] {
  return FILE_KEYS.map((key) => ({ key, value: masked(shown(key, options[key])), origin: origins[key] }));
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.join(', ');
  return value === null ? '(not set)' : String(value);
}

function table(rows: readonly Effective[], columns: number): string {
  const width = Math.max(...rows.map(({ key }) => key.length)) + 2;
  return rows
    .map(({ key, value, origin }) => entry(key, `${inWords(value)}  [${origin}]`, width, columns))
    .join('\n');
}

/** The effective options as `--format json` prints them: by key, each value with its origin, secrets masked. */
export function effectiveOptions(loaded: Loaded): Record<string, { value: unknown; origin: string }> {
  return Object.fromEntries(effective(loaded).map(({ key, value, origin }) => [key, { value, origin }]));
}

/** `apim-probe config`: the effective options, each with where it comes from. */
export const config: Command = async ({ flags, own }, io) => {
  const loaded = await loadOptions(flags, io);
  for (const note of loaded.notes) await writeMessage(io.stderr, `note: ${note}`);
  await write(
    io.stdout,
    `${own['format'] === 'json' ? JSON.stringify(effectiveOptions(loaded), null, 2) : table(printableAll(effective(loaded)), columnsOf(io.stdout))}\n`,
  );
  return 0;
};
