/** The plan as a table for people, by group. */

import { printableAll } from '../common/printable.ts';
import { count } from '../common/text-lines.ts';
import type { PlannedTarget } from '../plan/types.ts';
import { entry, paragraph } from './layout.ts';
import type { Listing } from './plan-listing.ts';

const PROTOCOL_WIDTH = 11;
const NEED_WIDTH = 10;
const INDENT = 2;

/** Endpoint, carrier and need share a line; an endpoint too long for its column has a line of its own. */
function targetLines(target: PlannedTarget, columns: number): string[] {
  const { host, port, transport, protocol, required, serviceTag, direction, testable, reason } = target;
  const place = host.includes(':') ? `[${host}]` : host;
  // Pings and mere words have no port.
  const endpoint = port === 0 ? place : `${place}:${port}`;
  const spoken = protocol === transport ? transport : `${transport} ${protocol}`;
  const need = required ? 'required' : 'optional';
  const room = Math.floor(columns / 2) - 2;
  const facts = `${spoken.padEnd(PROTOCOL_WIDTH)} ${need.padEnd(NEED_WIDTH)}${serviceTag ?? '-'}`;
  const lead = ' '.repeat(INDENT) + endpoint;
  const head = lead.length < room ? [lead.padEnd(room) + facts] : [lead, `${' '.repeat(room)}${facts}`];
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

/** @param columns to keep within; names and tags longer than their column stay whole */
export function planTable(listing: Listing, columns: number): string {
  const { cloud, region, targets, controls, absences } = printableAll(listing);
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
  if (absences.length > 0) {
    const lines = absences.map(({ hosts, reason }) =>
      paragraph(`${hosts.join(', ')}: ${reason}`, columns, '  '),
    );
    blocks.push(['Left out on purpose', ...lines].join('\n'));
  }
  return `${[...blocks, totals(targets)].join('\n\n')}\n`;
}
