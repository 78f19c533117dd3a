/**
 * The text summary. What matters is last, because a terminal and a log show the end: the findings in full, where they do
 * not fit on a screen in short as well, and the verdict.
 */
import { printable, printableAll } from '../common/printable.ts';
import { rowsOf, wrap } from '../common/text-lines.ts';
import type { Report } from '../model/report.ts';
import { digestLines, findingLines, quietLines } from './text/findings.ts';
import { headerLines, noticeLines } from './text/notices.ts';
import { createPalette } from './text/palette.ts';
import type { Style } from './text/style.ts';
import { tableLines } from './text/table.ts';
import { verdictLines } from './text/verdict.ts';

/** Rows of the smallest terminal in use. */
const LEAST_ROWS = 24;
const LEAST_WIDTH = 40;

export interface TextOptions {
  readonly color: boolean;
  /** Columns to wrap at; less than 40 is treated as 40. */
  readonly width: number;
  /** Rows of the screen; less than 24, or none, is treated as 24. */
  readonly rows?: number | undefined;
  /** Only the findings' titles and the verdict. */
  readonly quiet: boolean;
  /** A line for each endpoint, and nothing cut. */
  readonly verbose?: boolean;
  /** Remarks before the verdict. */
  readonly closing?: readonly string[];
  /** The files that hold the report; a path stays whole, on the line of its label. */
  readonly files?: readonly string[];
  /** The command that shows the report in full; it is not wrapped, so that it can be copied. */
  readonly inFull?: string | null;
}

/**
 * The report as text that ends in a newline. `az vm run-command` returns only the last 4,096 bytes of the output. A
 * healthy summary fits, and any other ends with its problems and the verdict.
 */
export function renderText(report: Report, options: TextOptions): string {
  const safe = printableAll(withoutEvidence(report));
  const { quiet, rows = LEAST_ROWS, verbose = false } = options;
  const style = {
    width: Math.max(LEAST_WIDTH, options.width),
    palette: createPalette(options.color),
    verbose,
  };
  // The last row is the prompt's.
  const screen = Math.max(LEAST_ROWS, rows) - 1;
  const end = [...closingLines(options, style), ...verdictLines(safe, style)];
  const blocks = quiet
    ? [[...quietLines(safe.findings, style), ...end]]
    : [
        headerLines(safe, style),
        tableLines(safe.targets, style),
        noticeLines(safe, style),
        ...findingBlocks(safe, screen - rowsOf(end, style.width) - 1, style),
        end,
      ];
  const shown = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${shown.join('\n\n')}\n`;
}

function closingLines(options: TextOptions, { width }: Style): string[] {
  const { closing = [], files = [], inFull = null, quiet, verbose = false } = options;
  return [
    ...closing.flatMap((line) => wrap(printable(line), width)),
    ...files.map((path) => printable(`Report: ${path}`)),
    ...(inFull === null || quiet || verbose ? [] : [printable(`In full: ${inFull}`)]),
  ];
}

/** The findings, and in short once more when they need more than `room` rows. */
function findingBlocks({ findings }: Report, room: number, style: Style): string[][] {
  const blocks = findings.map((finding) => findingLines(finding, style));
  const rows = rowsOf(blocks.flat(), style.width) + blocks.length;
  return rows <= room ? blocks : [...blocks, digestLines(findings, room, style)];
}

/** Drops the evidence, which the summary does not show and which takes most of the memory of a large run. */
function withoutEvidence(report: Report): Report {
  return {
    ...report,
    controls: report.controls.map((control) =>
      control.name === 'azure-dns' ? { ...control, detail: { ...control.detail, answers: [] } } : control,
    ),
    targets: report.targets.map((target) => ({ ...target, addresses: [], resolutions: [], attempts: [] })),
  };
}
