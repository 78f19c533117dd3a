import { REPORT_FORMATS } from '../config/types.ts';
import type { Command } from './command.ts';
import { openExporter } from './export-report.ts';
import { write } from './io.ts';
import { openReport } from './open-report.ts';
import { loadOptions } from './sources.ts';

/** `apim-probe render REPORT`: an existing report in another format, redacted at the level that is asked for. */
export const render: Command = async ({ flags, own, positionals: [path = ''] }, io) => {
  const { options } = await loadOptions(flags, io);
  const { report } = await openReport(path, io);
  const { exportReport } = await openExporter({ redact: options.redact, state: null }, null);
  const format = REPORT_FORMATS.find((known) => known === own['format']) ?? 'text';
  await write(io.stdout, exportReport(report).render(format));
  return 0;
};
