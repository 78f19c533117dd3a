/** Prints the summary of a run, with the lines that belong to it. */
import { systemReason } from '../common/system-reason.ts';
import type { Options } from '../config/types.ts';
import { redact } from '../delivery/redaction/redact.ts';
import type { Report } from '../model/report.ts';
import { renderText, type TextOptions } from '../report/text.ts';
import type { Delivery } from './deliver.ts';
import { columnsOf, type Io, StreamError, write } from './io.ts';
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
  const text = render(report, { color, width: columnsOf(stream), quiet: options.quiet });
  const notes = [...lines, ...delivery.files.map((path) => `Report: ${path}`)].map((note) => redact(note));
  try {
    await write(stream, insertBeforeVerdict(text, report.verdict, notes));
    return null;
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    // Losing stderr is not a failure; losing stdout is, unless it was closed from the start.
    if (stream === io.stderr || error.cause instanceof ClosedError) return null;
    return `the summary could not be written to stdout: ${systemReason(error.cause)}`;
  }
}

/** The verdict stays last because it matters most. It starts with its word in capitals. */
function insertBeforeVerdict(text: string, verdict: Report['verdict'], lines: readonly string[]): string {
  if (lines.length === 0) return text;
  const all = text.split('\n');
  const found = all.findLastIndex((line) => line.includes(`${verdict.toUpperCase()}`));
  const at = found < 0 ? Math.max(0, all.length - 1) : found;
  return [...all.slice(0, at), ...lines, ...all.slice(at)].join('\n');
}
