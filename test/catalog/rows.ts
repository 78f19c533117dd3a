/** The catalogue as its tests look at it: one line for each host and port. */
import { type CatalogRow, catalogFor } from '../../src/catalog/index.ts';
import type { Cloud } from '../../src/model/vocabulary.ts';

export interface Line {
  /** `<group>/<host>:<port>`, with the row's peer in the host's place when it has no host. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly row: CatalogRow;
}

export function linesOf(cloud: Cloud): readonly Line[] {
  return catalogFor(cloud).flatMap((row) => {
    const hosts = row.hosts[cloud] ?? [];
    const names = hosts.length > 0 ? hosts : [row.peer ?? ''];
    return names.flatMap((host) =>
      row.ports.map((port) => ({ id: `${row.group}/${host}:${port}`, host, port, row })),
    );
  });
}

export function hostsOf(cloud: Cloud): ReadonlySet<string> {
  return new Set(catalogFor(cloud).flatMap(({ hosts }) => hosts[cloud] ?? []));
}

/** The row of one line; fails when the catalogue has none. */
export function rowOf(cloud: Cloud, id: string): CatalogRow {
  const line = linesOf(cloud).find((candidate) => candidate.id === id);
  if (!line) throw new Error(`${cloud} has no row ${id}`);
  return line.row;
}
