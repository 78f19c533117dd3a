import { shellQuote } from '../common/shell-quote.ts';
import { UsageError } from '../common/usage-error.ts';
import { type Options, REPORT_FORMATS } from '../config/types.ts';
import { openExporter } from '../delivery/export-report.ts';
import { redact } from '../delivery/redaction/redact.ts';
import type { Report } from '../model/report.ts';
import { isStrict } from '../model/strict-note.ts';
import { judgeAgain } from '../report/judge-again.ts';
import { unknownLine } from '../report/nagios.ts';
import { renderText } from '../report/text.ts';
import type { Command } from './command.ts';
import { EXIT_CHECK, EXIT_UNDELIVERED } from './exit-code.ts';
import { type Io, screenOf, write, writeMessage, writeText } from './io.ts';
import { legendPath, storeLegend } from './legend.ts';
import { openReport } from './open-report.ts';
import { loadOptions } from './sources.ts';
import { resolveNumbers, stateFolder } from './state-folder.ts';

/**
 * `apim-probe render REPORT`: prints a report in another format at the requested level of redaction. With --judge-again
 * the rules of this version judge it first.
 */
export const render: Command = async (invocation, io) => {
  try {
    return await renderReport(invocation, io);
  } catch (error) {
    // To a monitor, the usual exit code 2 would mean that the subnet is blocked.
    if (invocation.own['format'] !== 'nagios' || !(error instanceof UsageError)) throw error;
    await write(io.stdout, unknownLine(redact(error.problems.join('; '))));
    return EXIT_CHECK.inconclusive;
  }
};

const renderReport: Command = async ({ flags, own, positionals }, io) => {
  const loaded = await loadOptions(flags, io);
  const { options } = loaded;
  const [path = ''] = await resolveNumbers(positionals, () => stateFolder(loaded, io, 'render'), io);
  const { name, report } = await openReport(path, io);
  const legend = legendPath(own['legend'], options.redact, [[name, report]], io.cwd);
  const judged = own['judge-again'] === true ? judgeReport(name, report) : report;
  const { exportReport, keyFile, problem } = await openExporter(options, null);
  if (problem !== null)
    await writeMessage(io.stderr, `note: no other report has the same pseudonyms: ${problem}`);
  const format = REPORT_FORMATS.find((known) => known === own['format']) ?? 'text';
  const exported = exportReport(judged);
  if (format === 'text') await writeText(io.stdout, textOf(exported.report, path, options, io));
  else await write(io.stdout, exported.render(format));
  const done = format === 'nagios' ? EXIT_CHECK[judged.verdict] : 0;
  if (legend === null || exported.legend === null) return done;
  const legendProblem = await storeLegend(legend, exported.legend, { keyFile, reports: [report.id] });
  if (legendProblem === null) return done;
  await writeMessage(io.stderr, `apim-probe: ${legendProblem}`);
  return EXIT_UNDELIVERED;
};

function textOf(report: Report, path: string, { color, verbose }: Options, { stdout }: Io): string {
  return renderText(report, {
    ...{ ...screenOf(stdout), color: color && stdout.isTTY === true, quiet: false, verbose },
    inFull: path === '-' ? 'the same command with -v' : `apim-probe render ${shellQuote(path)} -v`,
  });
}

/** @throws UsageError at the strict level: the rules need real names and addresses */
function judgeReport(name: string, report: Report): Report {
  if (!isStrict(report)) return judgeAgain(report);
  throw new UsageError([
    `${name} cannot be judged again: its names and addresses are pseudonyms (--redact strict), and the rules ` +
      'need the real ones; name the original report',
  ]);
}
