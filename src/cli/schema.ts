import type { Command } from './command.ts';
import { write } from './io.ts';

/** `apim-probe schema`: the JSON Schema of the report, or of a config file. */
export const schema: Command = async ({ own }, io) => {
  const json = own['of'] === 'config' ? await configSchema() : await reportSchema();
  await write(io.stdout, `${JSON.stringify(json, null, 2)}\n`);
  return 0;
};

async function configSchema(): Promise<object> {
  return (await import('../config/schema.ts')).configSchema();
}

async function reportSchema(): Promise<object> {
  return (await import('../model/written-report.ts')).reportSchema();
}
