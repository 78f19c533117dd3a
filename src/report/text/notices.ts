/** The lines around the findings: the run's identity, and notices about the VM and the network. */

import { cut, wrap } from '../../common/text-lines.ts';
import { count, duration, few } from '../../common/wording.ts';
import type { Control } from '../../model/controls.ts';
import type { Report } from '../../model/report.ts';
import { isV2, TIER_FACTS, TIERS } from '../../model/tiers.ts';
import { describeScope } from './scope.ts';
import { type Style, shownOf } from './style.ts';

const SHOWN_NOTES = 3;
const NOTE_COLUMNS = 200;
/** HTTP dates have a resolution of one second and arrive late, so smaller offsets are not shown. */
const SHOWN_CLOCK_OFFSET_MS = 30_000;

/** The header, which makes a pasted summary complete. */
export function headerLines(report: Report, { width, palette }: Style): string[] {
  const { cloud, region, vm, network, dns } = report.environment;
  const where = [
    `${cloud} cloud${isAssumed(report) ? ' (assumed: give --cloud and --region)' : ''}`,
    region,
    vm && `VM ${vm.name}`,
    // With a known capacity, the subnet has its own line.
    network.subnetCapacity === null && network.subnet ? `subnet ${network.subnet}` : null,
  ];
  const known = where.filter((part) => part !== null && part !== '').join(', ');
  const servers = dns.servers.length > 0 ? few(dns.servers, 4) : 'none found';
  const remarks = [describeScope(report.scope), describeTwin(report)].map((text) =>
    text === null ? '' : `; ${text}`,
  );
  const when = `, ${report.startedAt}, took ${duration(report.durationMs)}${remarks.join('')}`;
  const name = `apim-probe ${report.agent.version}`;
  const [first = '', ...more] = wrap(`${name}${when}`, width);
  return [
    palette.strong(name) + first.slice(name.length),
    ...more,
    ...wrap(`${known}; DNS ${servers}`, width),
    ...capacityLines(network).flatMap((text) => wrap(text, width)),
  ];
}

/** Where this VM stands, for a tier whose own subnet takes none. */
function describeTwin({ options }: Report): string | null {
  const tier = TIERS.find((known) => known === options['tier']?.value);
  if (tier === undefined || !isV2(tier)) return null;
  return `for ${TIER_FACTS[tier].name}: this VM stands in another subnet, a twin of the instance’s`;
}

/** Whether neither the user nor the metadata service named the cloud. */
function isAssumed({ environment, options }: Report): boolean {
  return environment.vm === null && options['cloud']?.value === null;
}

/** The capacity of the subnet, if the subnet is known. */
function capacityLines({ subnet, subnetCapacity: capacity }: Report['environment']['network']): string[] {
  if (subnet === null || capacity === null) return [];
  const { tier, usable, unitsThatFit: units, vmInside } = capacity;
  const number = units === 0 ? 'no unit' : count(units, 'unit');
  const fit = `${number} of ${TIER_FACTS[tier].name} ${units > 1 ? 'fit' : 'fits'}`;
  return [`Subnet ${subnet}: ${usable} usable addresses, ${fit}${vmInside ? ' beside this VM' : ''}`];
}

/** Anomalous controls, the clock, proxies, notes and untestable endpoints, in a line or two each. */
export function noticeLines(report: Report, style: Style): string[] {
  const { clockOffsetMs, proxies, notes } = report.environment;
  const shown = notes.slice(0, shownOf(SHOWN_NOTES, style));
  const left = notes.length - shown.length;
  const noteColumns = shownOf(NOTE_COLUMNS, style);
  const plain = [
    ...clockLines(clockOffsetMs),
    ...proxyLines([...new Set(proxies.map(({ variable }) => variable))]),
    ...shown.map((note) => `Note: ${cut(note, noteColumns)}`),
    ...(left > 0 ? [`Note: ${left} more in the JSON report (environment.notes).`] : []),
    ...untestableLines(report.notTestable),
  ];
  return [
    ...report.controls.flatMap((control) => controlLines(control, style)),
    ...plain.flatMap((text) => wrap(text, style.width)),
  ];
}

function controlLines(control: Control, style: Style): string[] {
  if (control.outcome !== 'anomalous') return [];
  const text = cut(control.detail.text, shownOf(NOTE_COLUMNS, style));
  return wrap(`Control ${control.name}: ${text}`, style.width, `${style.palette.symbol('doubtful')} `);
}

function clockLines(offsetMs: number | null): string[] {
  if (offsetMs === null || Math.abs(offsetMs) < SHOWN_CLOCK_OFFSET_MS) return [];
  const direction = offsetMs > 0 ? 'ahead of' : 'behind';
  return [`This VM’s clock is ${duration(Math.abs(offsetMs))} ${direction} the clocks of the services.`];
}

function proxyLines(variables: readonly string[]): string[] {
  if (variables.length === 0) return [];
  const [verb, pronoun] = variables.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return [`${few(variables, 4)} ${verb} set; probes ignore ${pronoun}, as API Management would.`];
}

function untestableLines(entries: Report['notTestable']): string[] {
  if (entries.length === 0) return [];
  return [
    `Not testable from here: ${count(entries.length, 'endpoint')}; apim-probe plan lists them with reasons.`,
  ];
}
