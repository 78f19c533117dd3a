/** The catalogue as tables in Markdown, one for each group. */
import { type CatalogRow, catalogFor } from '../../src/catalog/index.ts';
import { CLOUDS, type Cloud, GROUPS } from '../../src/model/vocabulary.ts';
import { code, prose, table } from '../../src/report/markdown-text.ts';

const HEAD = ['endpoint', 'cloud', 'required', 'service tag', 'for', 'source'];

/** @param heading in front of the name of each group: `##` */
export function endpointTables(heading: string): string {
  const rows = [...new Set(CLOUDS.flatMap((cloud) => catalogFor(cloud)))];
  return GROUPS.flatMap((group) => {
    const lines = rows.filter((row) => row.group === group).flatMap(endpointRows);
    return lines.length === 0 ? [] : [`${heading} ${group}\n\n${table(HEAD, lines).join('\n')}`];
  }).join('\n\n');
}

/** A line for each host of a row, with the clouds that have it. */
function endpointRows(row: CatalogRow): string[][] {
  const clouds = new Map<string, Cloud[]>();
  for (const cloud of CLOUDS) {
    const hosts = row.hosts[cloud];
    for (const host of hosts?.length === 0 ? [row.peer ?? ''] : (hosts ?? []))
      clouds.set(host, [...(clouds.get(host) ?? []), cloud]);
  }
  return [...clouds].map(([host, of]) => [
    `${code(host)} ${portsOf(row)}`,
    of.length === CLOUDS.length ? 'all' : of.join(', '),
    requiredText(row),
    row.serviceTag === null ? '' : code(row.serviceTag),
    [row.purpose, ...remarks(row)].map((text) => prose(text, Number.POSITIVE_INFINITY)).join('; '),
    `${row.source.document}, ${row.source.asOf}`,
  ]);
}

function portsOf({ ports, protocol, transport, direction }: CatalogRow): string {
  const named = ports.length === 0 ? protocol : `${transport.toUpperCase()} ${ports.join(', ')}`;
  return direction === 'inbound' ? `${named}, inbound` : named;
}

function requiredText({ required }: CatalogRow): string {
  if (required.stv1 === required.stv2) return required.stv2 ? 'yes' : '';
  return required.stv2 ? 'on stv2' : 'on stv1';
}

function remarks({ until, notTestable }: CatalogRow): string[] {
  return [
    ...(until === undefined ? [] : [`no longer listed after ${until}`]),
    ...(notTestable === undefined ? [] : [`not testable: ${notTestable}`]),
  ];
}
