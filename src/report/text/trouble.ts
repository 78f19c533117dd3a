/** The lines under a group of the table: each endpoint that was not reached, and its failure; or every endpoint. */

import { joinHostPort } from '../../common/host-port.ts';
import { columns, cut, padEnd, wrap } from '../../common/text-lines.ts';
import { count } from '../../common/wording.ts';
import type { Target } from '../../model/report.ts';
import { MARK_OF_STATUS } from './palette.ts';
import { type Style, UNFOLDED } from './style.ts';

/** Endpoints listed for each failure of a group. */
const SHOWN_OF_A_KIND = 4;
const REASON_COLUMNS = 200;
/** Worst first. */
const TROUBLE = ['unreachable', 'intermittent', 'untested'] as const;

/** Whether the verdict ignores the failure: the documents dropped the endpoint and the user does not require it. */
export function isIgnored({ status, required, until }: Target): boolean {
  return (status === 'unreachable' || status === 'intermittent') && !required && until !== null;
}

/** The reason why a target was not tested, in a line or two. */
export function whyUntested({ reason, failure }: Target): string {
  return cut(reason ?? failure ?? 'no reason given', REASON_COLUMNS);
}

/** One line for each target that was not reached, worst first; many with the same failure are counted. */
export function troubleLines(targets: readonly Target[], style: Style): string[] {
  const ignored = targets.filter(isIgnored);
  const rest = targets.filter((target) => !isIgnored(target));
  const troubled = TROUBLE.flatMap((status) => rest.filter((target) => target.status === status));
  const kinds = Map.groupBy(troubled, (target) => `${target.status}: ${describeFailure(target)}`);
  return [...[...kinds.values()].flatMap((kind) => kindLines(kind, style)), ...ignoredLines(ignored, style)];
}

/** One line for each target. */
export function endpointLines(targets: readonly Target[], style: Style): string[] {
  const longest = longestPlace(targets, style);
  return targets.flatMap((target) => targetLines(target, longest, style));
}

/** The median of the targets' medians; empty without a connection. */
export function describeConnect(targets: readonly Target[]): string {
  const times = targets.flatMap((target) => target.latency.connectMs?.median ?? []).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  if (median === undefined) return '';
  return median < 10 ? `${median.toFixed(1)} ms` : `${Math.round(median)} ms`;
}

function ignoredLines(targets: readonly Target[], { width, palette }: Style): string[] {
  if (targets.length === 0) return [];
  const often = targets.every(({ status }) => status === 'unreachable') ? '' : ' every time';
  const text = `${count(targets.length, 'endpoint')} not reached${often}, which the documents no longer list`;
  return wrap(text, width, `  ${palette.symbol('note')} `);
}

/** Targets with the same failure; untested ones share one line. */
function kindLines(kind: readonly Target[], style: Style): string[] {
  const { width, palette } = style;
  const [first] = kind;
  if (first === undefined) return [];
  if (first.status === 'untested' && kind.length > 1) {
    const symbol = palette.symbol(MARK_OF_STATUS[first.status]);
    return wrap(`${count(kind.length, 'endpoint')} ${describeFailure(first)}`, width, `  ${symbol} `);
  }
  const named = kind.slice(0, SHOWN_OF_A_KIND);
  const left = kind.length - named.length;
  return [
    ...endpointLines(named, style),
    ...(left > 0 ? wrap(`and ${left} more: ${describeFailure(first)} (${UNFOLDED})`, width, '    ') : []),
  ];
}

/** The columns of the longest place, so that what follows them is aligned; most of a line at most. */
function longestPlace(targets: readonly Target[], { width }: Style): number {
  const longest = targets
    .map((target) => columns(describeEndpoint(target)))
    .reduce((most, each) => Math.max(most, each), 0);
  return Math.min(longest, Math.floor(width * 0.7));
}

function targetLines(target: Target, longest: number, { width, palette }: Style): string[] {
  const symbol = palette.symbol(isIgnored(target) ? 'note' : MARK_OF_STATUS[target.status]);
  const outcome = target.status === 'reachable' ? describeConnect([target]) : describeFailure(target);
  const line = `  ${symbol} ${padEnd(describeEndpoint(target), longest)}  ${outcome}`.trimEnd();
  if (columns(line) <= width || outcome === '') return [line];
  return [`  ${symbol} ${describeEndpoint(target)}`, ...wrap(outcome, width, '      ')];
}

/** Host and port; pings and invalid names have no port. */
export function describeEndpoint({ host, port }: Pick<Target, 'host' | 'port'>): string {
  return port === 0 ? host : joinHostPort(host, port);
}

/** The failure and the cause; for untested targets, the reason. */
export function describeFailure(target: Target): string {
  if (target.status === 'untested') return `not tested: ${whyUntested(target)}`;
  return [target.failure, target.cause].filter((word) => word !== null).join(', ') || target.status;
}
