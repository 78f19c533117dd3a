/** The verdict: one sentence at the end of the summary. */

import { cut, wrap } from '../../common/text-lines.ts';
import { capitalize, count, duration, few } from '../../common/wording.ts';
import {
  findingsAbout,
  inScope,
  isBlocking,
  isOnlyTheVm,
  summarise,
  verdict,
} from '../../diagnosis/verdict.ts';
import type { Counts, Finding, Report, Target } from '../../model/report.ts';
import { isStopSignal } from '../../model/stop-signals.ts';
import type { Group } from '../../model/vocabulary.ts';
import { createPalette, MARK_OF_VERDICT } from './palette.ts';
import { describeScope } from './scope.ts';
import type { Style } from './style.ts';
import { isIgnored } from './trouble.ts';

const SHOWN_GROUPS = 6;
const OBSTACLE_COLUMNS = 100;

/** The reason of an early end, if any, and the verdict. */
export function verdictLines(report: Report, { width, palette }: Style): string[] {
  const [head = '', ...rest] = wrap(`${report.verdict.toUpperCase()}: ${describeVerdict(report)}`, width);
  const word = report.verdict.toUpperCase();
  const tone = palette.strong(palette.tone(MARK_OF_VERDICT[report.verdict], word));
  return [...interruptionLines(report, width), tone + head.slice(word.length), ...rest];
}

/** The same in one line, without colour, for other formats. */
export function verdictText(report: Report): string {
  const style = { width: Number.POSITIVE_INFINITY, palette: createPalette(false), verbose: false };
  return verdictLines(report, style).join(' ');
}

function interruptionLines(report: Report, width: number): string[] {
  if (report.interrupted === null) return [];
  const after = `after ${duration(report.durationMs)}`;
  const untested = report.targets.filter((target) => target.status === 'untested').length;
  const left = untested > 0 ? `${count(untested, 'endpoint')} not tested` : 'every endpoint had been tested';
  if (isStopSignal(report.interrupted))
    return wrap(`Stopped by ${report.interrupted} ${after}: ${left}.`, width);
  const reasons = {
    deadline: `The deadline came ${after}: ${left}. --deadline MS gives a run longer.`,
    defect: `A defect in apim-probe ended the run ${after}: ${left}. Please report it with the JSON report.`,
  };
  return wrap(reasons[report.interrupted], width);
}

function describeVerdict(whole: Report): string {
  const report = withinScope(whole);
  const covered = describeScope(report.scope);
  const sentence = [...problemCounts(report), describeResult(report)].join('');
  return covered === null ? sentence : `${sentence} ${capitalize(covered)}.`;
}

/** What someone has to act on: `2 errors, 1 warning, 3 optional endpoints not reached; `, or nothing. */
function problemCounts({ findings, targets }: Report): string[] {
  const having = (severity: Finding['severity']) =>
    findings.filter((each) => each.severity === severity).length;
  const missed = targets.filter(
    (target) => target.status === 'unreachable' && !target.required && !isIgnored(target),
  ).length;
  const counts = [
    ...countOf(having('error'), 'error'),
    ...countOf(having('warning'), 'warning'),
    ...countOf(missed, 'optional endpoint').map((text) => `${text} not reached`),
  ];
  return counts.length === 0 ? [] : [`${counts.join(', ')}; `];
}

function countOf(number: number, noun: string): string[] {
  return number === 0 ? [] : [count(number, noun)];
}

/** The endpoints and findings that the verdict is about; counts of all others would contradict it. */
function withinScope(report: Report): Report {
  const targets = [...inScope(report.targets, report.scope)];
  const findings = findingsAbout(targets, report.findings);
  return { ...report, targets, findings, summary: summarise(targets) };
}

function describeResult(report: Report): string {
  const [first] = report.findings.filter(isBlocking);
  if (first === undefined) return describeEndpoints(report, report.verdict);
  const others = report.findings.filter((finding) => !isBlocking(finding));
  return `${describeObstacle(first)}; ${describeEndpoints(report, verdict(report.targets, others, report.scope))}`;
}

function describeObstacle({ cause, title }: Finding): string {
  return cause === 'subnet-too-small' ? 'the subnet cannot hold the instance' : cut(title, OBSTACLE_COLUMNS);
}

/** The result of the endpoints, which is the whole verdict unless a finding blocks the instance. */
function describeEndpoints(report: Report, endpointVerdict: Report['verdict']): string {
  const { required, optional } = report.summary;
  const others =
    optional.total > 0 ? `; optional: ${describeReached(optional)}${describeDropped(report)}` : '';
  switch (endpointVerdict) {
    case 'ready':
    case 'degraded':
      if (required.total === 0) return `none of the endpoints was required${others}.`;
      return `every required endpoint was reached (${describeReached(required)})${others}.`;
    case 'blocked':
      if (required.unreachable === 0)
        return `an error concerns a required endpoint (reached: ${describeReached(required)})${others}.`;
      return `not every required endpoint was reached (${describeReached(required)}${describeMissing(report)})${others}.${missingFlags(requiredOf(report, 'untested'))}`;
    case 'inconclusive':
      if (required.total === 0)
        return `nothing that counts was tested${others}.${missingFlags(report.targets)}`;
      if (isOnlyTheVm(report.targets.filter((target) => target.required))) {
        return `this VM is the reason why required endpoints were not reached, which proves nothing about the instance (reached: ${describeReached(required)}${describeMissing(report)})${others}.`;
      }
      return `not every required endpoint was tested (reached: ${describeReached(required)}${describeMissing(report)})${others}.${missingFlags(requiredOf(report, 'untested'))}`;
  }
}

/** Counts intermittent endpoints as reached, and mentions them. */
function describeReached(counts: Counts): string {
  const unsteady = counts.intermittent > 0 ? `, ${counts.intermittent} of them not every time` : '';
  return `${counts.reachable + counts.intermittent} of ${counts.total}${unsteady}`;
}

/** Unreachable endpoints that the documents no longer list. */
function describeDropped({ targets }: Report): string {
  const missed = targets.filter((target) => isIgnored(target) && target.status === 'unreachable').length;
  return missed > 0 ? ` (${missed} of the rest no longer listed)` : '';
}

/** The groups with unreachable required endpoints, and those with untested ones. */
function describeMissing(report: Report): string {
  const unreached = groupsOf(requiredOf(report, 'unreachable'));
  const untested = groupsOf(requiredOf(report, 'untested'));
  const parts = [
    unreached.length > 0 ? `; missing: ${few(unreached, SHOWN_GROUPS)}` : '',
    untested.length > 0 ? `; not tested: ${few(untested, SHOWN_GROUPS)}` : '',
  ];
  return parts.join('');
}

/** The missing flags of untested endpoints; the plan writes `give --flag VALUE` as their reason. */
function missingFlags(targets: readonly Target[]): string {
  const missed = targets.flatMap(({ reason }) => /^give (--.+)$/.exec(reason ?? '')?.[1] ?? []);
  return missed.length > 0 ? ` Give ${few([...new Set(missed)], SHOWN_GROUPS)}.` : '';
}

function requiredOf(report: Report, status: Target['status']): Target[] {
  return report.targets.filter((target) => target.required && target.status === status);
}

function groupsOf(targets: readonly Target[]): Group[] {
  return [...new Set(targets.map((target) => target.group))];
}
