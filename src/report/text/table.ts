/** The table by group: counts of reached endpoints, and below them the failures. */

import { count, wrap } from '../../common/text-lines.ts';
import type { Target } from '../../model/report.ts';
import { GROUPS, type Group } from '../../model/vocabulary.ts';
import type { Mark, Palette } from './palette.ts';
import { isIgnored, troubleLines, whyUntested } from './trouble.ts';

const GROUP_COLUMNS = 20;
const CELL_COLUMNS = 11;
/** At least this many untested groups with one reason share a line. */
const FOLDED_GROUPS = 3;

/** The table of all targets by group; empty without targets. */
export function tableLines(targets: readonly Target[], width: number, palette: Palette): string[] {
  if (targets.length === 0) return [];
  const byGroup = Map.groupBy(targets, (target) => target.group);
  const groups = GROUPS.flatMap((group) => {
    const members = byGroup.get(group);
    return members === undefined ? [] : [{ group, members }];
  });
  const byReason = Map.groupBy(groups, ({ members }) => sharedReason(members));
  const folded = [...byReason].filter(([reason, left]) => reason !== null && left.length >= FOLDED_GROUPS);
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

/** The common reason why no target of a group was tested; null if a target was tested or the reasons differ. */
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

/** Counts as the verdict does: intermittent targets are reached, and have their own line. */
function reached(targets: readonly Target[]): string {
  if (targets.length === 0) return '';
  const good = targets.filter(({ status }) => status === 'reachable' || status === 'intermittent').length;
  return `${good} of ${targets.length}`;
}

/** The median of the targets' medians. */
function connectTime(targets: readonly Target[]): string {
  const times = targets.flatMap((target) => target.latency.connectMs?.median ?? []).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  if (median === undefined) return '';
  return median < 10 ? `${median.toFixed(1)} ms` : `${Math.round(median)} ms`;
}

/** Bad if a required target or every target was not reached; doubtful if some optional ones were not. */
function markOf(all: readonly Target[]): Mark {
  const targets = all.filter((target) => !isIgnored(target));
  if (targets.length === 0) return 'note';
  const having = (status: Target['status']) => targets.filter((target) => target.status === status).length;
  const missing = having('unreachable');
  const requiredMissing = targets.some(({ required, status }) => required && status === 'unreachable');
  if (requiredMissing || (missing > 0 && having('reachable') + having('intermittent') === 0)) return 'bad';
  if (missing > 0 || having('intermittent') > 0) return 'doubtful';
  return having('untested') > 0 ? 'unknown' : 'good';
}
