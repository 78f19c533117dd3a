/** Prints the summary of a run, with the lines that belong to it. */
import { relative } from 'node:path';
import { shellQuote } from '../common/shell-quote.ts';
import { systemReason } from '../common/system-reason.ts';
import type { Options } from '../config/types.ts';
import { redact } from '../delivery/redaction/redact.ts';
import type { Report } from '../model/report.ts';
import { renderText, type TextOptions } from '../report/text.ts';
import type { Delivery } from './deliver.ts';
import { type Io, StreamError, screenOf, writeText } from './io.ts';
import type { OutputPlan } from './outputs.ts';
import { ClosedError } from './stream-writer.ts';

/** Renders a report for people, as text that ends in a newline. */
export type SummaryRenderer = (report: Report, options: TextOptions) => string;

/**
 * @param lines printed before the verdict, with the paths of the report
 * @returns why the summary could not be written to stdout, or null
 */
export async function printSummary(
  report: Report,
  options: Options,
  plan: OutputPlan,
  delivery: Delivery,
  lines: readonly string[],
  io: Io,
  render: SummaryRenderer = renderText,
): Promise<string | null> {
  const stream = plan.summary === 'stdout' && !delivery.onStdout ? io.stdout : io.stderr;
  const color = options.color && stream.isTTY === true;
  const { verbose } = options;
  const text = render(report, {
    ...{ ...screenOf(stream), color, quiet: options.quiet && !verbose, verbose },
    closing: lines.map((line) => redact(line)),
    files: delivery.files.map((path) => redact(path)),
    inFull: redact(fullCommand(delivery, io.cwd)),
  });
  try {
    await writeText(stream, text);
    return null;
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    // Losing stderr is not a failure; losing stdout is, unless it was closed from the start.
    if (stream === io.stderr || error.cause instanceof ClosedError) return null;
    return `the summary could not be written to stdout: ${systemReason(error.cause)}`;
  }
}

/** What shows the run in full. */
function fullCommand({ json, onStdout }: Delivery, cwd: string): string {
  if (json !== null) {
    const path = relative(cwd, json);
    return `apim-probe render ${shellQuote(path.startsWith('..') ? json : path)} -v`;
  }
  return onStdout ? 'apim-probe render REPORT -v' : 'the same command with -v';
}
