/** The text of two compared reports: deteriorations near the end, and the verdict last. */
import { printableAll } from '../../common/printable.ts';
import { wrap } from '../../common/text-lines.ts';
import { count } from '../../common/wording.ts';
import type { Change, FindingChange, FindingSummary, ReportComparison, TargetState } from '../types.ts';
import { capped, describeState, joined, runOf, WIDTH } from './lines.ts';

/** As text that ends in a newline. */
export function reportsText(comparison: ReportComparison): string {
  const safe = printableAll(comparison);
  const { targets, findings } = safe;
  const having = (change: Change) => targets.changed.filter((each) => each.change === change);
  return joined([
    wrap(`${runOf(safe.new)}, since ${runOf(safe.old)}`, WIDTH),
    safe.remarks.flatMap((remark) => wrap(remark, WIDTH)),
    targetLines(
      'No longer in the report',
      targets.gone.map(({ id, ...state }) => [id, state]),
    ),
    targetLines(
      'New in the report',
      targets.added.map(({ id, ...state }) => [id, state]),
    ),
    changeLines('Changed, neither better nor worse', 'i', having('other')),
    changeLines('Better', '✓', having('better')),
    findingLines('Findings that are gone', findings.gone, () => '✓'),
    changedFindingLines(findings.changed),
    findingLines('New findings', findings.added, ({ severity }) => SYMBOLS[severity]),
    changeLines('Worse', '✗', having('worse')),
    wrap(reportsSentence(safe), WIDTH),
  ]);
}

function targetLines(title: string, targets: readonly (readonly [string, TargetState])[]): string[] {
  if (targets.length === 0) return [];
  return [
    `${title}: ${count(targets.length, 'endpoint')}`,
    ...capped(
      targets.map(([id, state]) => [
        `  ${id}${state.required ? ' (required)' : ''}`,
        ...wrap(describeState(state), WIDTH, '    '),
      ]),
    ),
  ];
}

function changeLines(
  title: string,
  symbol: string,
  changes: ReportComparison['targets']['changed'],
): string[] {
  if (changes.length === 0) return [];
  return [
    `${title}: ${count(changes.length, 'endpoint')}`,
    ...capped(
      changes.map((change) => [
        `${symbol} ${change.id}${change.new.required ? ' (required)' : ''}`,
        ...wrap(`was ${describeStateWithNeed(change.old, change.new)}`, WIDTH, '    '),
        ...wrap(`is ${describeStateWithNeed(change.new, change.old)}`, WIDTH, '    '),
      ]),
    ),
  ];
}

/** Describes a state; adds required or optional if that changed. */
function describeStateWithNeed(state: TargetState, other: TargetState): string {
  const text = describeState(state);
  if (state.required === other.required) return text;
  return `${text}, ${state.required ? 'required' : 'optional'}`;
}

/** The symbols of the summary of a run. */
const SYMBOLS: Readonly<Record<FindingSummary['severity'], string>> = { error: '✗', warning: '!', info: 'i' };

function findingLines(
  heading: string,
  findings: readonly FindingSummary[],
  symbolOf: (finding: FindingSummary) => string,
): string[] {
  if (findings.length === 0) return [];
  return [
    `${heading}:`,
    ...capped(
      findings.map((finding) => {
        const { title, cause, endpoints } = finding;
        const scale = endpoints > 0 ? `; ${count(endpoints, 'endpoint')}` : '';
        return wrap(`${title} (${cause}${scale})`, WIDTH, `${symbolOf(finding)} `);
      }),
    ),
  ];
}

function changedFindingLines(changes: readonly FindingChange[]): string[] {
  if (changes.length === 0) return [];
  return [
    'Findings that changed:',
    ...capped(
      changes.map(({ title, cause, severity, oldSeverity, added, gone }) => [
        ...wrap(`${title} (${cause})`, WIDTH, `${SYMBOLS[severity]} `),
        ...(severity === oldSeverity ? [] : [`    was ${oldSeverity}, is ${severity}`]),
        ...added.map((id) => `    now also ${id}`),
        ...gone.map((id) => `    no longer ${id}`),
      ]),
    ),
  ];
}

function reportsSentence({ scope, verdict, worse, targets }: ReportComparison): string {
  const word = `${scope.new.toUpperCase()}${scope.same ? '' : ' in the groups of both'}`;
  const was = verdict === 'same' ? 'as before' : `was ${scope.old.toUpperCase()}`;
  const nothing =
    targets.changed.length + targets.unchanged === 0
      ? ' Nothing to compare: the two have no endpoint in common.'
      : '';
  const better = targets.changed.filter(({ change }) => change === 'better').length;
  return `${word}, ${was}: ${count(worse.total, 'endpoint')} worse (${worse.required} required), ${better} better, ${targets.unchanged} unchanged, ${targets.added.length} new, ${targets.gone.length} gone.${nothing}`;
}
