/** What stands under a group of the table: each endpoint that was not reached, and how that showed. */

import { columns, count, cut, wrap } from '../../common/text-lines.ts';
import type { Target } from '../../model/report.ts';
import { MARK_OF_STATUS, type Palette } from './palette.ts';

/** So many of a kind are named; a firewall that drops a whole group must not push the findings off the screen. */
const SHOWN_OF_A_KIND = 6;
const REASON_COLUMNS = 200;
/** Worst first. */
const TROUBLE = ['unreachable', 'intermittent', 'untested'] as const;

/** Not reached, but dropped by the documents and asked for by nobody: the verdict does not count it either. */
export function isForgiven({ status, required, until }: Target): boolean {
  return (status === 'unreachable' || status === 'intermittent') && !required && until !== null;
}

/** Why a target was not tested, in a line or two at most. */
export function whyUntested({ reason, failure }: Target): string {
  return cut(reason ?? failure ?? 'no reason given', REASON_COLUMNS);
}

/** One line for each target of a group that was not reached, worst first; equal ones past a few are counted. */
export function troubleLines(targets: readonly Target[], width: number, palette: Palette): string[] {
  const forgiven = targets.filter(isForgiven);
  const rest = targets.filter((target) => !isForgiven(target));
  const troubled = TROUBLE.flatMap((status) => rest.filter((target) => target.status === status));
  const kinds = Map.groupBy(troubled, (target) => `${target.status}: ${words(target)}`);
  return [
    ...[...kinds.values()].flatMap((kind) => kindLines(kind, width, palette)),
    ...forgivenLines(forgiven, width, palette),
  ];
}

function forgivenLines(targets: readonly Target[], width: number, palette: Palette): string[] {
  if (targets.length === 0) return [];
  const often = targets.every(({ status }) => status === 'unreachable') ? '' : ' every time';
  const text = `${count(targets.length, 'endpoint')} not reached${often}, which the documents no longer list`;
  return wrap(text, width, `  ${palette.symbol('note')} `);
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

/** Host and port; a ping has none, nor has a name that could not be read. */
function place({ host, port }: Target): string {
  if (port === 0) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The failure word and the cause; for what was not tested, the reason. */
function words(target: Target): string {
  if (target.status === 'untested') return `not tested: ${whyUntested(target)}`;
  return [target.failure, target.cause].filter((word) => word !== null).join(', ') || target.status;
}
