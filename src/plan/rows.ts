/** Finds the catalogue's rows for a host of another source. Pure. */
import { type CatalogRow, catalogFor } from '../catalog/index.ts';
import type { Cloud, Group } from '../model/vocabulary.ts';

interface Pattern {
  readonly matches: RegExp;
  readonly row: CatalogRow;
}

/** The rows of one cloud by host and port; a look-up takes one step per label. */
export class RowIndex {
  readonly #exact = new Map<string, CatalogRow>();
  /** By what follows the first label, which holds all placeholders and wildcards. */
  readonly #patterns = new Map<string, Pattern[]>();
  readonly #groups: ReadonlyMap<Group, readonly CatalogRow[]>;

  constructor(cloud: Cloud) {
    const rows = catalogFor(cloud);
    this.#groups = Map.groupBy(rows, ({ group }) => group);
    for (const row of rows) {
      for (const template of row.hosts[cloud] ?? []) this.#add(template, row);
    }
  }

  #add(template: string, row: CatalogRow): void {
    if (!/[{*]/.test(template)) {
      for (const port of row.ports) this.#exact.set(`${template}:${port}`, row);
      return;
    }
    const suffix = template.slice(template.indexOf('.') + 1);
    // A placeholder alone (Azure Managed Redis) would match every host.
    if (suffix === template) return;
    const patterns = this.#patterns.get(suffix) ?? [];
    this.#patterns.set(suffix, [...patterns, { matches: patternOf(template), row }]);
  }

  /** The row for a host (in lower case) and a port, if there is one. */
  find(host: string, port: number): CatalogRow | null {
    const exact = this.#exact.get(`${host}:${port}`);
    if (exact !== undefined) return exact;
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const found = this.#patterns
        .get(host.slice(dot + 1))
        ?.find(({ matches, row }) => row.ports.includes(port) && matches.test(host));
      if (found !== undefined) return found.row;
    }
    return null;
  }

  /** The rows of a group, with any hosts. */
  inGroup(group: Group): readonly CatalogRow[] {
    return this.#groups.get(group) ?? [];
  }
}

/** `{region}.login.microsoft.com` matches one label there, `*.data.microsoft.com` any number. */
function patternOf(template: string): RegExp {
  const escaped = template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^.]+');
  return new RegExp(`^${escaped.replaceAll('*', '.+')}$`);
}
