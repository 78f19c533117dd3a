import { printableAll } from '../common/printable.ts';
import { type Configured, type EffectiveOption, effectiveOptions } from '../config/effective.ts';
import { redactValue } from '../delivery/redaction/redact.ts';
import type { Command } from './command.ts';
import { columnsOf, write, writeMessage } from './io.ts';
import { entry } from './layout.ts';
import { loadOptions } from './sources.ts';

function formatValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.join(', ');
  return value === null ? '(not set)' : String(value);
}

function table(rows: readonly EffectiveOption[], columns: number): string {
  const width = Math.max(...rows.map(({ key }) => key.length)) + 2;
  return rows
    .map(({ key, value, origin }) => entry(key, `${formatValue(value)}  [${origin}]`, width, columns))
    .join('\n');
}

/** The effective options as `--format json` prints them: by key, each value with its origin, secrets masked. */
export function optionsJson(configured: Configured): Record<string, { value: unknown; origin: string }> {
  return Object.fromEntries(
    effectiveOptions(configured).map(({ key, value, origin }) => [key, { value, origin }]),
  );
}

/** `apim-probe config`: the effective options, each with where it comes from. */
export const config: Command = async ({ flags, own }, io) => {
  const loaded = await loadOptions(flags, io);
  for (const note of loaded.notes) await writeMessage(io.stderr, `note: ${note}`);
  const text =
    own['format'] === 'json'
      ? JSON.stringify(redactValue(optionsJson(loaded)), null, 2)
      : table(printableAll(redactValue(effectiveOptions(loaded))), columnsOf(io.stdout));
  await write(io.stdout, `${text}\n`);
  return 0;
};
