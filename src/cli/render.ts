import { REPORT_FORMATS } from '../config/types.ts';
import type { Command } from './command.ts';
import { EXIT_UNDELIVERED } from './exit-code.ts';
import { openExporter } from './export-report.ts';
import { write, writeMessage } from './io.ts';
import { legendPath, storeLegend } from './legend.ts';
import { openReport } from './open-report.ts';
import { loadOptions } from './sources.ts';

/** `apim-probe render REPORT`: an existing report in another format, redacted at the level that is asked for. */
export const render: Command = async ({ flags, own, positionals: [path = ''] }, io) => {
  const { options } = await loadOptions(flags, io);
  const { name, report } = await openReport(path, io);
  const legend = legendPath(own['legend'], options.redact, [[name, report]], io.cwd);
  const { exportReport, keyFile, problem } = await openExporter(options, null);
  if (problem !== null)
    await writeMessage(io.stderr, `note: the pseudonyms are in no other report, as ${problem}`);
  const format = REPORT_FORMATS.find((known) => known === own['format']) ?? 'text';
  const exported = exportReport(report);
  await write(io.stdout, exported.render(format));
  if (legend === null || exported.legend === null) return 0;
  const unwritten = await storeLegend(legend, exported.legend, { keyFile, reports: [report.id] });
  if (unwritten === null) return 0;
  await writeMessage(io.stderr, `apim-probe: ${unwritten}`);
  return EXIT_UNDELIVERED;
};
