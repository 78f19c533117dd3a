/** The table by group: counts of reached endpoints, and below them what was not reached, or with --verbose all. */

import { padEnd, wrap } from '../../common/text-lines.ts';
import { count } from '../../common/wording.ts';
import { isReached } from '../../diagnosis/verdict.ts';
import type { Target } from '../../model/report.ts';
import { GROUPS, type Group } from '../../model/vocabulary.ts';
import type { Mark } from './palette.ts';
import type { Style } from './style.ts';
import { describeConnect, describeFailure, endpointLines, isIgnored, troubleLines } from './trouble.ts';

/** Narrower terminals get no column of connect times. */
const WIDTH_OF_ALL_COLUMNS = 55;
/** At least this many groups without trouble share a line. */
const FOLDED_GOOD_GROUPS = 2;
/** At least this many groups with one trouble share a line. */
const FOLDED_GROUPS = 3;

interface Row {
  readonly group: Group;
  readonly members: readonly Target[];
}

/** The table of all targets by group; empty without targets. */
export function tableLines(targets: readonly Target[], style: Style): string[] {
  if (targets.length === 0) return [];
  const byGroup = Map.groupBy(targets, (target) => target.group);
  const rows = GROUPS.flatMap((group) => {
    const members = byGroup.get(group);
    return members === undefined ? [] : [{ group, members }];
  });
  const head = style.palette.faint(rowLine('  group', ['required', 'optional', 'connect'], style));
  if (style.verbose) return [head, ...rows.flatMap((row) => groupLines(row, style))];
  const good = rows.filter(({ members }) => markOf(members) === 'good');
  const isFolded = good.length >= FOLDED_GOOD_GROUPS;
  return [
    head,
    ...troubledLines(isFolded ? rows.filter((row) => !good.includes(row)) : rows, style),
    ...(isFolded ? [goodLine(good, rows.length, style)] : []),
  ];
}

function rowLine(name: string, cells: readonly string[], { width }: Style): string {
  const isWide = width >= WIDTH_OF_ALL_COLUMNS;
  const shown = isWide ? cells : cells.slice(0, 2);
  const rest = shown.map((cell) => cell.padStart(isWide ? 11 : 10)).join('');
  return `${padEnd(name, isWide ? 22 : 20)}${rest}`.trimEnd();
}

function countsLine(mark: Mark, name: string, targets: readonly Target[], style: Style): string {
  const required = describeReached(targets.filter((target) => target.required));
  const optional = describeReached(targets.filter((target) => !target.required));
  const line = rowLine(`  ${name}`, [required, optional, describeConnect(targets)], style);
  return style.palette.symbol(mark) + line.slice(1);
}

function groupLines({ group, members }: Row, style: Style): string[] {
  const below = style.verbose ? endpointLines(members, style) : troubleLines(members, style);
  return [countsLine(markOf(members), group, members, style), ...below];
}

/** Groups without trouble in one line. */
function goodLine(rows: readonly Row[], total: number, style: Style): string {
  const name = rows.length === total ? `${total} groups` : `${rows.length} other groups`;
  const members = rows.flatMap((row) => row.members);
  return countsLine('good', name, members, style);
}

function troubledLines(rows: readonly Row[], style: Style): string[] {
  const byTrouble = Map.groupBy(rows, ({ members }) => sharedTrouble(members));
  const folded = [...byTrouble].filter(
    ([trouble, alike]) => trouble !== null && alike.length >= FOLDED_GROUPS,
  );
  const troubles = new Set(folded.map(([trouble]) => trouble));
  return [
    ...rows
      .filter(({ members }) => !troubles.has(sharedTrouble(members)))
      .flatMap((row) => groupLines(row, style)),
    ...folded.flatMap(([trouble, alike]) => alikeLines(trouble ?? '', alike, style)),
  ];
}

/** What all targets of a group that count have in common: none was tested, or none reached, for one reason; else null. */
function sharedTrouble(targets: readonly Target[]): string | null {
  const troubles = new Set(targets.filter((target) => !isIgnored(target)).map(describeTrouble));
  return troubles.size === 1 ? ([...troubles][0] ?? null) : null;
}

function describeTrouble(target: Target): string | null {
  const { status } = target;
  if (status !== 'untested' && status !== 'unreachable') return null;
  return status === 'untested' ? describeFailure(target) : `not reached: ${describeFailure(target)}`;
}

/** Groups with one trouble, which may be all of them. */
function alikeLines(trouble: string, rows: readonly Row[], { width, palette }: Style): string[] {
  const members = rows.flatMap((row) => row.members.filter((target) => !isIgnored(target)));
  const required = members.filter((target) => target.required).length;
  const endpoints = `${count(members.length, 'endpoint')}${required > 0 ? ` (${required} required)` : ''}`;
  const names = rows.map(({ group }) => group).join(', ');
  return wrap(`${names}: ${endpoints} ${trouble}`, width, `${palette.symbol(markOf(members))} `);
}

/** `3 of 4`, as the verdict counts. Empty for no targets. */
export function describeReached(targets: readonly Target[]): string {
  if (targets.length === 0) return '';
  return `${targets.filter(isReached).length} of ${targets.length}`;
}

/** Bad if a required target or every target was not reached; doubtful if some optional ones were not. */
export function markOf(all: readonly Target[]): Mark {
  const targets = all.filter((target) => !isIgnored(target));
  if (targets.length === 0) return 'note';
  const having = (status: Target['status']) => targets.filter((target) => target.status === status).length;
  const missing = having('unreachable');
  const requiredMissing = targets.some(({ required, status }) => required && status === 'unreachable');
  if (requiredMissing || (missing > 0 && having('reachable') + having('intermittent') === 0)) return 'bad';
  if (missing > 0 || having('intermittent') > 0) return 'doubtful';
  return having('untested') > 0 ? 'unknown' : 'good';
}
