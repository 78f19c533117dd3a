/** The table by group: what was reached, and under it what was not. */

import { count, wrap } from '../../common/text-lines.ts';
import type { Target } from '../../model/report.ts';
import { GROUPS, type Group } from '../../model/vocabulary.ts';
import type { Mark, Palette } from './palette.ts';
import { isForgiven, troubleLines, whyUntested } from './trouble.ts';

const GROUP_COLUMNS = 20;
const CELL_COLUMNS = 11;
/** So many groups that were left out for one reason share a line instead of having one each. */
const GROUPS_WORTH_FOLDING = 3;

/** The table of all targets, groups in the vocabulary's order; empty when there are none. */
export function tableLines(targets: readonly Target[], width: number, palette: Palette): string[] {
  if (targets.length === 0) return [];
  const byGroup = Map.groupBy(targets, (target) => target.group);
  const groups = GROUPS.flatMap((group) => {
    const members = byGroup.get(group);
    return members === undefined ? [] : [{ group, members }];
  });
  const byReason = Map.groupBy(groups, ({ members }) => sharedReason(members));
  const folded = [...byReason].filter(
    ([reason, left]) => reason !== null && left.length >= GROUPS_WORTH_FOLDING,
  );
  const reasons = new Set(folded.map(([reason]) => reason));
  const shown = groups.filter(({ members }) => !reasons.has(sharedReason(members)));
  return [
    palette.faint(row('  group', 'required', 'optional', 'connect')),
    ...shown.flatMap(({ group, members }) => groupLines(group, members, width, palette)),
    ...folded.flatMap(([reason, left]) => foldedLines(reason ?? '', left, width, palette)),
  ];
}

function row(first: string, ...cells: string[]): string {
  const rest = cells.map((cell) => cell.padStart(CELL_COLUMNS)).join('');
  return `${first.padEnd(GROUP_COLUMNS + 2)}${rest}`.trimEnd();
}

function groupLines(group: Group, targets: readonly Target[], width: number, palette: Palette): string[] {
  const required = reached(targets.filter((target) => target.required));
  const optional = reached(targets.filter((target) => !target.required));
  const line = row(`  ${group}`, required, optional, connectTime(targets));
  return [palette.symbol(markOf(targets)) + line.slice(1), ...troubleLines(targets, width, palette)];
}

/** Why no target of a group was tested, when that is one reason for all; null when there is more to say. */
function sharedReason(targets: readonly Target[]): string | null {
  if (targets.some((target) => target.status !== 'untested')) return null;
  const reasons = new Set(targets.map(whyUntested));
  return reasons.size === 1 ? ([...reasons][0] ?? null) : null;
}

interface Row {
  readonly group: Group;
  readonly members: readonly Target[];
}

function foldedLines(reason: string, rows: readonly Row[], width: number, palette: Palette): string[] {
  const names = rows.map(({ group }) => group).join(', ');
  const endpoints = count(rows.flatMap(({ members }) => members).length, 'endpoint');
  return wrap(`${names}: ${endpoints} not tested: ${reason}`, width, `${palette.symbol('unknown')} `);
}

/** As the verdict counts: what answered some of the time was reached, and its own line says the rest. */
function reached(targets: readonly Target[]): string {
  if (targets.length === 0) return '';
  const good = targets.filter(({ status }) => status === 'reachable' || status === 'intermittent').length;
  return `${good} of ${targets.length}`;
}

/** Median of the targets' own medians. */
function connectTime(targets: readonly Target[]): string {
  const times = targets.flatMap((target) => target.latency.connectMs?.median ?? []).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  if (median === undefined) return '';
  return median < 10 ? `${median.toFixed(1)} ms` : `${Math.round(median)} ms`;
}

/** Bad when something required, or all there is, was not reached; doubtful when only a part was not. */
function markOf(all: readonly Target[]): Mark {
  const targets = all.filter((target) => !isForgiven(target));
  if (targets.length === 0) return 'note';
  const having = (status: Target['status']) => targets.filter((target) => target.status === status).length;
  const missing = having('unreachable');
  const requiredMissing = targets.some(({ required, status }) => required && status === 'unreachable');
  if (requiredMissing || (missing > 0 && having('reachable') + having('intermittent') === 0)) return 'bad';
  if (missing > 0 || having('intermittent') > 0) return 'doubtful';
  return having('untested') > 0 ? 'unknown' : 'good';
}
