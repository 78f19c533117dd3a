/** The findings: problem, owner, remedy and a command that confirms the fix. */

import { columns, cut, rowsOf, wrap } from '../../common/text-lines.ts';
import { count } from '../../common/wording.ts';
import type { Finding } from '../../model/report.ts';
import type { Owner } from '../../model/vocabulary.ts';
import { MARK_OF_SEVERITY } from './palette.ts';
import { type Style, shortened, shownOf, UNFOLDED } from './style.ts';

const SHOWN_TARGETS = 4;
/** Columns of a paragraph that may list names. */
const PARAGRAPH_COLUMNS = 500;
/** Columns of what the digest has of a finding. */
const DIGEST_TITLE_COLUMNS = 150;
const DIGEST_FIX_COLUMNS = 120;
const DIGEST_COMMAND_COLUMNS = 400;

/** Who fixes a cause, as the summary and `explain` print it. */
export const OWNER_LABELS: Readonly<Record<Owner, string>> = {
  network: 'the network (NSG, routes, firewall)',
  dns: 'DNS (servers, private zones, links)',
  service: 'the service’s own settings',
  vm: 'this VM',
  platform: 'the Azure platform',
};

/** A complete finding as lines. */
export function findingLines(finding: Finding, style: Style): string[] {
  const { width, palette } = style;
  const { cause, owner, explanation, confirm, reference } = finding;
  const paragraph = (text: string): string => shortened(text, PARAGRAPH_COLUMNS, style);
  const steps = finding.remedy.flatMap((step, index) => wrap(paragraph(step), width, `    ${index + 1}. `));
  return [
    ...titleLines(finding, paragraph(finding.title), style),
    ...wrap(`Owner: ${OWNER_LABELS[owner]}. Cause: ${cause}.`, width, '  '),
    ...wrap(paragraph(explanation), width, '  '),
    ...evidenceLines(finding.evidence, style),
    ...(steps.length === 0 ? [] : ['  Fix:', ...steps]),
    ...(confirm === '' ? [] : ['  Confirm with:', `    ${palette.strong(confirm)}`]),
    ...(reference === '' ? [] : wrap(paragraph(reference), width, '  See: ').map(palette.faint)),
  ];
}

function titleLines({ severity }: Finding, title: string, { width, palette }: Style): string[] {
  const symbol = palette.symbol(MARK_OF_SEVERITY[severity]);
  return wrap(title, width - 2).map((line, index) => `${index === 0 ? symbol : ' '} ${palette.strong(line)}`);
}

function evidenceLines(ids: readonly string[], style: Style): string[] {
  if (ids.length === 0) return [];
  const shown = ids.slice(0, shownOf(SHOWN_TARGETS, style));
  const left = ids.length - shown.length;
  return [
    `  Explains ${count(ids.length, 'endpoint')}:`,
    ...shown.map((id) => `    ${id}`),
    ...(left > 0 ? [`    and ${left} more (${UNFOLDED})`] : []),
  ];
}

/**
 * The findings once more, in at most `room` rows: as many as fit with owner, first fix and confirm command, but the first
 * one at least, and the titles of the rest. Remarks are left out, because they need no action.
 */
export function digestLines(findings: readonly Finding[], room: number, style: Style): string[] {
  const asking = findings.filter((finding) => finding.severity !== 'info');
  if (asking.length === 0) return [];
  // A title takes a row at least, so findings past the room are not laid out.
  const titles = asking.slice(0, room).map((finding) => summaryLines(finding, style));
  // First steps share a quarter of the screen.
  const fixColumns = Math.max(DIGEST_FIX_COLUMNS, Math.floor((room * style.width) / 4 / asking.length));
  const full = asking.slice(0, room).map((finding) => shortLines(finding, fixColumns, style));
  const rows = (entries: readonly (readonly string[])[]): number => rowsOf(entries.flat(), style.width);
  const lead = ['In short:'];
  for (let detailed = titles.length; detailed > 0; detailed -= 1) {
    const entries = [lead, ...full.slice(0, detailed), ...titles.slice(detailed)];
    if (titles.length === asking.length && rows(entries) <= room) return entries.flat();
  }
  const entries = [lead, ...full.slice(0, 1)];
  for (const title of titles.slice(1)) {
    if (rows([...entries, title]) >= room) break;
    entries.push(title);
  }
  const left = asking.length - entries.length + 1;
  return [...entries.flat(), ...(left > 0 ? [`and ${left} more, above`] : [])];
}

/** Title, owner, first step and confirm command; the command has a line of its own, unbroken and not cut. */
function shortLines(finding: Finding, fixColumns: number, style: Style): string[] {
  const { cause, confirm, evidence, owner, remedy } = finding;
  const [fix = ''] = remedy;
  const reach = evidence.length > 0 ? `; ${count(evidence.length, 'endpoint')}` : '';
  return [
    ...titleLines(finding, cut(finding.title, DIGEST_TITLE_COLUMNS), style),
    ...wrap(`Owner: ${owner}; ${cause}${reach}`, style.width, '  '),
    ...(fix === '' ? [] : wrap(cut(fix, fixColumns), style.width, '  Fix: ', '  ')),
    ...(confirm === '' || columns(confirm) > DIGEST_COMMAND_COLUMNS
      ? []
      : [`  Confirm: ${style.palette.strong(confirm)}`]),
  ];
}

/** Each finding in a line or two, for `--quiet`. */
export function quietLines(findings: readonly Finding[], style: Style): string[] {
  return findings.flatMap((finding) => summaryLines(finding, style));
}

function summaryLines(finding: Finding, { width, palette }: Style): string[] {
  const symbol = palette.symbol(MARK_OF_SEVERITY[finding.severity]);
  const reach = finding.evidence.length > 0 ? `; ${count(finding.evidence.length, 'endpoint')}` : '';
  return wrap(`${cut(finding.title, DIGEST_TITLE_COLUMNS)} (${finding.cause}${reach})`, width, `${symbol} `);
}
