/** The text of a report compared with NetworkStatus; the most important part is at the end. */
import { printableAll } from '../../common/printable.ts';
import { cut, wrap } from '../../common/text-lines.ts';
import { count } from '../../common/wording.ts';
import { isDisagreement } from '../combinations.ts';
import type { Combination, ServiceComparison, ServiceEndpoint, ServiceLocation } from '../types.ts';
import { capped, joined, minute, row, runOf, WIDTH } from './lines.ts';

const ERROR_COLUMNS = 200;

/** As text that ends in a newline. */
export function serviceText(comparison: ServiceComparison): string {
  const safe = printableAll(comparison);
  const groups = Map.groupBy(safe.endpoints, ({ combination }) => combination);
  return joined([
    wrap(`API Management’s NetworkStatus compared with ${runOf(safe.report)}`, WIDTH),
    ...safe.locations.map(locationLines),
    onlyInReportLines(safe),
    ...safe.meanings.map(({ combination, means, next }) =>
      combinationLines(combination, groups.get(combination) ?? [], means, next),
    ),
    wrap(serviceSentence(safe), WIDTH),
  ]);
}

function locationLines({ location, newestCheck, dns, remarks }: ServiceLocation): string[] {
  const checked = newestCheck === null ? 'no check is dated' : `newest check ${minute(newestCheck)}`;
  const servers =
    dns === null
      ? []
      : wrap(`DNS servers: the instance ${few(dns.service)}; this VM ${few(dns.vm)}`, WIDTH, '  ');
  return [
    ...wrap(`${location ?? 'The location of the reply'}: ${checked}`, WIDTH),
    ...servers,
    ...(dns?.means == null ? [] : wrap(dns.means, WIDTH, '! ')),
    ...remarks.flatMap((remark) => wrap(remark, WIDTH, '! ')),
  ];
}

function few(servers: readonly string[]): string {
  return servers.length === 0 ? 'none' : servers.join(', ');
}

function onlyInReportLines({ onlyInReport }: ServiceComparison): string[] {
  if (onlyInReport.length === 0) return [];
  const missed = onlyInReport.filter(({ status }) => status === 'unreachable' || status === 'intermittent');
  return [
    ...wrap(
      `${count(onlyInReport.length, 'endpoint')} of the report that the service does not check${describeMissed(missed.length)}`,
      WIDTH,
      'i ',
    ),
    ...capped(missed.map(({ id, status }) => row('✗', id, ['-', status]))),
  ];
}

function describeMissed(missed: number): string {
  return missed === 0 ? '' : `; ${missed} of them not reached, or only in some attempts`;
}

const SYMBOLS: Readonly<Record<Combination, string>> = {
  'both-reach': '✓',
  'not-comparable': 'i',
  'not-tested': '?',
  'only-service': '?',
  initializing: '?',
  'unknown-status': '?',
  'vm-unsteady': '!',
  'both-fail': '✗',
  'vm-fails': '✗',
  'service-fails': '✗',
};

function combinationLines(
  combination: Combination,
  members: readonly ServiceEndpoint[],
  means: string,
  next: readonly string[],
): string[] {
  return [
    ...row(' ', combination, ['the service', 'this VM']),
    ...capped(members.toSorted(failuresFirst).map((member) => endpointLines(member, SYMBOLS[combination]))),
    ...wrap(means, WIDTH, '  '),
    ...next.flatMap((step, index) => wrap(step, WIDTH, `    ${index + 1}. `)),
  ];
}

/** Entries that the service calls failures come first, so that a shortened list shows them. */
function failuresFirst(one: ServiceEndpoint, other: ServiceEndpoint): number {
  return Number(other.service.status === 'failure') - Number(one.service.status === 'failure');
}

function endpointLines(endpoint: ServiceEndpoint, symbol: string): string[] {
  const { name, required, service, vm, combination } = endpoint;
  const lines = row(symbol, required ? `${name} (required)` : name, [service.status, vm?.status ?? '-']);
  if (!isDisagreement(combination) && combination !== 'both-fail') return lines;
  const facts = [
    ...(service.error === null ? [] : [`the service: ${cut(service.error, ERROR_COLUMNS)}`]),
    ...(service.lastStatusChange === null
      ? []
      : [`${service.status} since ${minute(service.lastStatusChange)}`]),
    ...(service.stale && service.lastUpdated !== null
      ? [`not checked since ${minute(service.lastUpdated)}`]
      : []),
    ...(vm === null ? [] : seenBy(vm)),
  ];
  return facts.length === 0 ? lines : [...lines, ...wrap(facts.join('; '), WIDTH, '    ')];
}

/** The VM's failure and its cause, from the report. */
function seenBy({ failure, cause }: NonNullable<ServiceEndpoint['vm']>): string[] {
  const parts = [failure, cause].filter((word) => word !== null);
  return parts.length === 0 ? [] : [`this VM: ${parts.join(', ')}`];
}

function serviceSentence({ disagreements, endpoints }: ServiceComparison): string {
  const { total, required } = disagreements;
  const compared = endpoints.filter(({ vm }) => vm !== null).length;
  if (compared === 0) return 'Nothing to compare: the two have no endpoint in common.';
  const extent = `${count(compared, 'endpoint')} compared.`;
  if (total === 0) return `No disagreement; ${extent}`;
  return `${count(total, 'disagreement')}, ${required} on required endpoints; ${extent}`;
}
