/** The lines under a group of the table: each endpoint that was not reached, and its failure. */

import { joinHostPort } from '../../common/host-port.ts';
import { columns, count, cut, wrap } from '../../common/text-lines.ts';
import type { Target } from '../../model/report.ts';
import { MARK_OF_STATUS, type Palette } from './palette.ts';

/** Endpoints listed for each failure; a firewall that drops a whole group must not push the findings off the screen. */
const SHOWN_OF_A_KIND = 6;
const REASON_COLUMNS = 200;
/** Worst first. */
const TROUBLE = ['unreachable', 'intermittent', 'untested'] as const;

/** Whether the verdict ignores the failure: the documents dropped the endpoint and the user does not require it. */
export function isIgnored({ status, required, until }: Target): boolean {
  return (status === 'unreachable' || status === 'intermittent') && !required && until !== null;
}

/** The reason why a target was not tested, in at most two lines. */
export function whyUntested({ reason, failure }: Target): string {
  return cut(reason ?? failure ?? 'no reason given', REASON_COLUMNS);
}

/** One line for each target that was not reached, worst first; many with the same failure are counted. */
export function troubleLines(targets: readonly Target[], width: number, palette: Palette): string[] {
  const ignored = targets.filter(isIgnored);
  const rest = targets.filter((target) => !isIgnored(target));
  const troubled = TROUBLE.flatMap((status) => rest.filter((target) => target.status === status));
  const kinds = Map.groupBy(troubled, (target) => `${target.status}: ${describeFailure(target)}`);
  return [
    ...[...kinds.values()].flatMap((kind) => kindLines(kind, width, palette)),
    ...ignoredLines(ignored, width, palette),
  ];
}

function ignoredLines(targets: readonly Target[], width: number, palette: Palette): string[] {
  if (targets.length === 0) return [];
  const often = targets.every(({ status }) => status === 'unreachable') ? '' : ' every time';
  const text = `${count(targets.length, 'endpoint')} not reached${often}, which the documents no longer list`;
  return wrap(text, width, `  ${palette.symbol('note')} `);
}

/** Targets with the same failure; untested ones share one line. */
function kindLines(kind: readonly Target[], width: number, palette: Palette): string[] {
  const [first] = kind;
  if (first === undefined) return [];
  const symbol = palette.symbol(MARK_OF_STATUS[first.status]);
  if (first.status === 'untested' && kind.length > 1) {
    return wrap(`${count(kind.length, 'endpoint')} ${describeFailure(first)}`, width, `  ${symbol} `);
  }
  const named = kind.slice(0, SHOWN_OF_A_KIND);
  const longest = Math.max(...named.map((target) => columns(place(target))));
  const left = kind.length - named.length;
  return [
    ...named.flatMap((target) => targetLines(target, longest, symbol, width)),
    ...(left > 0 ? [`    and ${left} more: ${describeFailure(first)}`] : []),
  ];
}

function targetLines(target: Target, longest: number, symbol: string, width: number): string[] {
  const line = `  ${symbol} ${place(target).padEnd(longest)}  ${describeFailure(target)}`;
  if (columns(line) <= width) return [line];
  return [`  ${symbol} ${place(target)}`, ...wrap(describeFailure(target), width, '      ')];
}

/** Host and port; pings and invalid names have no port. */
function place({ host, port }: Target): string {
  return port === 0 ? host : joinHostPort(host, port);
}

/** The failure and the cause; for untested targets, the reason. */
function describeFailure(target: Target): string {
  if (target.status === 'untested') return `not tested: ${whyUntested(target)}`;
  return [target.failure, target.cause].filter((word) => word !== null).join(', ') || target.status;
}
