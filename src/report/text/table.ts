/** The table by group: what was reached, and one line for each endpoint that was not. */
import type { Target } from '../schema.ts';
import { GROUPS, type Group } from '../vocabulary.ts';
import { columns, count, cut, wrap } from './lines.ts';
import { MARK_OF_STATUS, type Mark, type Palette } from './palette.ts';

const GROUP_COLUMNS = 20;
const COUNT_COLUMNS = 11;
/** Worst first. */
const TROUBLE = ['unreachable', 'intermittent', 'untested'] as const;
/** So many of a kind are named; a firewall that drops a whole group must not push the findings off the screen. */
const SHOWN_OF_A_KIND = 6;

/** The table of all targets, groups in the vocabulary's order; empty when there are none. */
export function tableLines(targets: readonly Target[], width: number, palette: Palette): string[] {
  const byGroup = Map.groupBy(targets, (target) => target.group);
  const rows = GROUPS.flatMap((group) => groupLines(group, byGroup.get(group) ?? [], width, palette));
  if (rows.length === 0) return [];
  const head = `  ${'group'.padEnd(GROUP_COLUMNS)}${'required'.padStart(COUNT_COLUMNS)}${'optional'.padStart(COUNT_COLUMNS)}`;
  return [palette.faint(`${head}${'connect'.padStart(COUNT_COLUMNS)}`), ...rows];
}

function groupLines(group: Group, targets: readonly Target[], width: number, palette: Palette): string[] {
  if (targets.length === 0) return [];
  const required = reached(targets.filter((target) => target.required));
  const optional = reached(targets.filter((target) => !target.required));
  const cells = [required, optional, connectTime(targets)].map((cell) => cell.padStart(COUNT_COLUMNS));
  const row = `${palette.symbol(markOf(targets))} ${group.padEnd(GROUP_COLUMNS)}${cells.join('')}`.trimEnd();
  return [row, ...troubleLines(targets, width, palette)];
}

/** As the verdict counts: what answered some of the time was reached, and its own line says the rest. */
function reached(targets: readonly Target[]): string {
  if (targets.length === 0) return '';
  const good = targets.filter(
    (target) => target.status === 'reachable' || target.status === 'intermittent',
  ).length;
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
function markOf(targets: readonly Target[]): Mark {
  const having = (status: Target['status']) => targets.filter((target) => target.status === status);
  const unreachable = having('unreachable');
  if (unreachable.some((target) => target.required)) return 'bad';
  if (unreachable.length > 0 && having('reachable').length + having('intermittent').length === 0)
    return 'bad';
  if (unreachable.length > 0 || having('intermittent').length > 0) return 'doubtful';
  return having('untested').length > 0 ? 'unknown' : 'good';
}

function troubleLines(targets: readonly Target[], width: number, palette: Palette): string[] {
  const troubled = TROUBLE.flatMap((status) => targets.filter((target) => target.status === status));
  const kinds = Map.groupBy(troubled, (target) => `${target.status}: ${words(target)}`);
  return [...kinds.values()].flatMap((kind) => kindLines(kind, width, palette));
}

/** Targets that failed in the same way; those that had nothing to test share one line. */
function kindLines(kind: readonly Target[], width: number, palette: Palette): string[] {
  const [first] = kind;
  if (first === undefined) return [];
  const symbol = palette.symbol(MARK_OF_STATUS[first.status]);
  if (first.status === 'untested' && kind.length > 1) {
    return wrap(`${count(kind.length, 'endpoint')} ${words(first)}`, width, `  ${symbol} `);
  }
  const named = kind.slice(0, SHOWN_OF_A_KIND);
  const longest = Math.max(...named.map((target) => columns(place(target))));
  const left = kind.length - named.length;
  return [
    ...named.flatMap((target) => targetLines(target, longest, symbol, width)),
    ...(left > 0 ? [`    and ${left} more: ${words(first)}`] : []),
  ];
}

function targetLines(target: Target, longest: number, symbol: string, width: number): string[] {
  const line = `  ${symbol} ${place(target).padEnd(longest)}  ${words(target)}`;
  if (columns(line) <= width) return [line];
  return [`  ${symbol} ${place(target)}`, ...wrap(words(target), width, '      ')];
}

function place(target: Target): string {
  return `${target.host}:${target.port}`;
}

/** The failure word and the cause; for what was not tested, the reason. */
function words(target: Target): string {
  if (target.status === 'untested')
    return cut(`not tested: ${target.reason ?? target.failure ?? 'no reason given'}`, 200);
  return [target.failure, target.cause].filter((word) => word !== null).join(', ') || target.status;
}
