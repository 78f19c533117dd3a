/** The text summary: findings first, then the table, the verdict last. */
import { printable, printableAll } from '../common/printable.ts';
import { wrap } from '../common/text-lines.ts';
import type { Report } from '../model/report.ts';
import { findingLines, quietLines, restatementLines } from './text/findings.ts';
import { headerLines, noticeLines } from './text/notices.ts';
import { createPalette } from './text/palette.ts';
import { tableLines } from './text/table.ts';
import { verdictLines } from './text/verdict.ts';

export interface TextOptions {
  readonly color: boolean;
  /** Columns to wrap at; less than 40 is treated as 40. */
  readonly width: number;
  /** Only the findings' titles and the verdict. */
  readonly quiet: boolean;
  /** Lines before the verdict, such as the path of the report. */
  readonly closing?: readonly string[];
}

/**
 * The report as text that ends in a newline. `az vm run-command` returns only the last 4,096 bytes of the output. A
 * healthy summary fits, and any other ends with its problems and the verdict.
 */
export function renderText(report: Report, options: TextOptions): string {
  const safe = printableAll(withoutEvidence(report));
  const width = Math.max(40, options.width);
  const palette = createPalette(options.color);
  const closing = (options.closing ?? []).flatMap((line) => wrap(printable(line), width));
  const verdict = verdictLines(safe, width, palette);
  const blocks = options.quiet
    ? [[...quietLines(safe.findings, width, palette), ...closing, ...verdict]]
    : [
        headerLines(safe, width, palette),
        ...safe.findings.map((finding) => findingLines(finding, width, palette)),
        tableLines(safe.targets, width, palette),
        noticeLines(safe, width, palette),
        restatementLines(safe.findings, width, palette),
        closing,
        verdict,
      ];
  const shown = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${shown.join('\n\n')}\n`;
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
