import { quotePath } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import { REPORT_FORMATS } from '../config/types.ts';
import type { Report } from '../model/report.ts';
import { isStrict } from '../model/strict-note.ts';
import { judgeAgain } from '../report/judge-again.ts';
import type { Command } from './command.ts';
import { openExporter } from './export-report.ts';
import { write } from './io.ts';
import { openReport } from './open-report.ts';
import { loadOptions } from './sources.ts';

/**
 * `apim-probe render REPORT`: an existing report in another format, redacted at the level that is asked for. With
 * --judge-again the rules of this version judge it first.
 */
export const render: Command = async ({ flags, own, positionals: [path = ''] }, io) => {
  const { options } = await loadOptions(flags, io);
  const { report } = await openReport(path, io);
  const judged = own['judge-again'] === true ? judgedAgain(path, report) : report;
  const { exportReport } = await openExporter({ redact: options.redact, state: null }, null);
  const format = REPORT_FORMATS.find((known) => known === own['format']) ?? 'text';
  await write(io.stdout, exportReport(judged).render(format));
  return 0;
};

/** @throws UsageError at the strict level: rules read names and addresses, and pseudonyms would mislead them */
function judgedAgain(path: string, report: Report): Report {
  if (!isStrict(report)) return judgeAgain(report);
  throw new UsageError([
    `${quotePath(path)} cannot be judged again: its names and addresses are pseudonyms (--redact strict), and the rules ` +
      'need the real ones; name the report that it was made from',
  ]);
}
