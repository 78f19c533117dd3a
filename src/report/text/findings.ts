/** The findings: problem, owner, remedy and a command that confirms the fix. */

import { count, cut, wrap } from '../../common/text-lines.ts';
import type { Finding } from '../../model/report.ts';
import type { Owner } from '../../model/vocabulary.ts';
import { MARK_OF_SEVERITY, type Palette } from './palette.ts';

const SHOWN_TARGETS = 4;
const SHOWN_PROBLEMS = 8;
const RESTATED_COLUMNS = 150;

/** Who fixes a cause, as the summary and `explain` print it. */
export const OWNER_LABELS: Readonly<Record<Owner, string>> = {
  network: 'the network (NSG, routes, firewall)',
  dns: 'DNS (servers, private zones, links)',
  service: 'the service’s own settings',
  vm: 'this VM',
  platform: 'the Azure platform',
};

/** A complete finding as lines. */
export function findingLines(finding: Finding, width: number, palette: Palette): string[] {
  const title = wrap(finding.title, width - 2).map((line) => `  ${palette.strong(line)}`);
  const symbol = palette.symbol(MARK_OF_SEVERITY[finding.severity]);
  return [
    ...title.map((line, index) => (index === 0 ? `${symbol} ${line.slice(2)}` : line)),
    ...wrap(`Owner: ${OWNER_LABELS[finding.owner]}. Cause: ${finding.cause}.`, width, '  '),
    ...wrap(finding.explanation, width, '  '),
    ...evidenceLines(finding.evidence),
    ...remedyLines(finding.remedy, width),
    ...(finding.confirm === '' ? [] : ['  Confirm with:', `    ${palette.strong(finding.confirm)}`]),
    ...(finding.reference === '' ? [] : wrap(finding.reference, width, '  See: ').map(palette.faint)),
  ];
}

function evidenceLines(ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  const left = ids.length - SHOWN_TARGETS;
  return [
    `  Explains ${count(ids.length, 'endpoint')}:`,
    ...ids.slice(0, SHOWN_TARGETS).map((id) => `    ${id}`),
    ...(left > 0 ? [`    and ${left} more`] : []),
  ];
}

function remedyLines(steps: readonly string[], width: number): string[] {
  if (steps.length === 0) return [];
  return ['  Fix:', ...steps.flatMap((step, index) => wrap(step, width, `    ${index + 1}. `))];
}

/**
 * Repeats each finding in a line or two, for carriers that show only the end of the output. Remarks are left out,
 * because they need no action.
 */
export function restatementLines(findings: readonly Finding[], width: number, palette: Palette): string[] {
  const asking = findings.filter((finding) => finding.severity !== 'info');
  if (asking.length === 0) return [];
  const left = asking.length - SHOWN_PROBLEMS;
  return [
    `${headline(asking)}:`,
    ...asking.slice(0, SHOWN_PROBLEMS).flatMap((finding) => summaryLines(finding, width, palette)),
    ...(left > 0 ? [`  and ${left} more, above`] : []),
  ];
}

/** Each finding in a line or two, for `--quiet`. */
export function quietLines(findings: readonly Finding[], width: number, palette: Palette): string[] {
  return findings.flatMap((finding) => summaryLines(finding, width, palette));
}

function headline(findings: readonly Finding[]): string {
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  const warnings = findings.length - errors;
  const parts = [errors > 0 ? count(errors, 'problem') : '', warnings > 0 ? count(warnings, 'warning') : ''];
  return parts.filter((part) => part !== '').join(', ');
}

function summaryLines(finding: Finding, width: number, palette: Palette): string[] {
  const symbol = palette.symbol(MARK_OF_SEVERITY[finding.severity]);
  const reach = finding.evidence.length > 0 ? `; ${count(finding.evidence.length, 'endpoint')}` : '';
  return wrap(`${cut(finding.title, RESTATED_COLUMNS)} (${finding.cause}${reach})`, width, `${symbol} `);
}
