/** The plan as a table for people, by group. */

import { bracketHost, joinHostPort } from '../common/host-port.ts';
import { printableAll } from '../common/printable.ts';
import { count } from '../common/wording.ts';
import type { PlannedTarget } from '../plan/types.ts';
import { entry, paragraph } from './layout.ts';
import type { Listing } from './plan-listing.ts';

const PROTOCOL_WIDTH = 11;
const NEED_WIDTH = 10;
const INDENT = 2;

/** One line for each target; an endpoint too long for its column gets its own line. */
function targetLines(target: PlannedTarget, columns: number): string[] {
  const { host, port, transport, protocol, required, serviceTag, direction, testable, reason } = target;
  // Pings have no port.
  const endpoint = port === 0 ? bracketHost(host) : joinHostPort(host, port);
  const protocols = protocol === transport ? transport : `${transport} ${protocol}`;
  const need = required ? 'required' : 'optional';
  const column = Math.floor(columns / 2) - 2;
  const facts = `${protocols.padEnd(PROTOCOL_WIDTH)} ${need.padEnd(NEED_WIDTH)}${serviceTag ?? '-'}`;
  const lead = ' '.repeat(INDENT) + endpoint;
  const head = lead.length < column ? [lead.padEnd(column) + facts] : [lead, `${' '.repeat(column)}${facts}`];
  const remarks = [
    ...(direction === 'inbound' ? ['inbound'] : []),
    ...(testable ? [] : [`not tested: ${reason ?? 'no reason known'}`]),
  ];
  return remarks.length === 0 ? head : [...head, paragraph(remarks.join('; '), columns, '      ')];
}

function groupBlock(group: string, targets: readonly PlannedTarget[], columns: number): string {
  return [group, ...targets.flatMap((target) => targetLines(target, columns))].join('\n');
}

function totals(targets: readonly PlannedTarget[]): string {
  const testable = targets.filter((target) => target.testable).length;
  return `${count(targets.length, 'endpoint')} listed; run tests ${testable} of them.`;
}

/** What `--only` and `--skip` leave out, in one paragraph. */
function leftOutLines({ scope }: Listing, leftOut: readonly PlannedTarget[], columns: number): string[] {
  if (scope.whole) return [];
  const groups = new Set(leftOut.map(({ group }) => group)).size;
  const extent = `${count(leftOut.length, 'endpoint')} of ${count(groups, 'group')}`;
  return [
    paragraph(`Left out by ${scope.narrowedBy.join(' ')}: ${extent}. --format json lists them.`, columns),
  ];
}

/** @param columns width to wrap at; longer names and tags stay whole */
export function planTable(listing: Listing, columns: number): string {
  const safe = printableAll(listing);
  const { cloud, region, scope, controls, absences } = safe;
  const covered = new Set(scope.groups);
  const targets = safe.targets.filter(({ group }) => covered.has(group));
  const groups = Map.groupBy(targets, ({ group }) => group);
  const blocks = [
    `Cloud: ${cloud}, region: ${region ?? 'not known'}`,
    ...groups.entries().map(([group, members]) => groupBlock(group, members, columns)),
  ];
  if (controls !== null) {
    const lines = controls.map(({ name, destination, purpose }) =>
      entry(`  ${name}`, `${destination}: ${purpose}`, 24, columns),
    );
    blocks.push(['Controls', ...lines].join('\n'));
  }
  // These belong to no group, so a narrowed list leaves them to the whole one.
  if (absences.length > 0 && scope.whole) {
    const lines = absences.map(({ hosts, reason }) =>
      paragraph(`${hosts.join(', ')}: ${reason}`, columns, '  '),
    );
    blocks.push(['Left out on purpose', ...lines].join('\n'));
  }
  const leftOut = safe.targets.filter(({ group }) => !covered.has(group));
  return `${[...blocks, ...leftOutLines(safe, leftOut, columns), totals(targets)].join('\n\n')}\n`;
}
