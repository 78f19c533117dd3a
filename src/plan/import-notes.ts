/** The planner's notes on the files of `--from`. Pure. */
import { printable } from '../../probes/printable.ts';
import type { Cloud } from '../model/vocabulary.ts';
import type { Import, Listed } from './listed.ts';
import { serviceOf } from './services.ts';

/** Pages of a reply that were not saved with it. */
export function incompleteNotes(imports: readonly Import[]): string[] {
  return imports
    .filter(({ document }) => document.incomplete)
    .map(
      ({ file }) =>
        `--from ${file}: the reply has further pages (nextLink), whose endpoints are missing; save those pages and give them as well`,
    );
}

/** Locations that the reply names without their endpoints. */
export function silentNotes(imports: readonly Import[]): string[] {
  return imports.flatMap(({ file, document }) =>
    document.kind === 'network-status' && document.silent.length > 0
      ? [
          `--from ${file}: Azure reports no status for ${document.silent
            .slice(0, SHOWN)
            .map((name) => printable(name, 40))
            .join(', ')}; its endpoints are missing`,
        ]
      : [],
  );
}

const SHOWN = 5;

/** Endpoints that only the instance's units in other regions need. */
export function elsewhereNotes(
  entries: readonly Pick<Listed, 'elsewhere'>[],
  region: string | null,
): string[] {
  const count = entries.filter(({ elsewhere }) => elsewhere).length;
  if (count === 0) return [];
  const subject = count === 1 ? '1 entry is' : `${count} entries are`;
  return [
    `--from: ${subject} of other locations than ${region}, and optional here: its units do not need them`,
  ];
}

/** Endpoints in several locations or files, in one sentence for all. */
export function repetitionNotes([first, ...others]: readonly string[]): string[] {
  if (first === undefined) return [];
  const subject = others.length === 0 ? first : `${others.length + 1} endpoints, such as ${first},`;
  return [
    `--from lists ${subject} more than once (several locations or files); tested once each, and required if any entry is`,
  ];
}

/** Hosts of another cloud than the run's, by file: probably the wrong file, or the wrong --cloud. */
export class Foreigners {
  readonly #cloud: Cloud;
  readonly #found = new Map<string, { readonly file: string; readonly cloud: Cloud; hosts: string[] }>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  look(file: string, host: string): void {
    const service = serviceOf(host);
    if (service === null || service.cloud === this.#cloud) return;
    const key = `${file} ${service.cloud}`;
    const found = this.#found.get(key) ?? { file, cloud: service.cloud, hosts: [] };
    found.hosts.push(host);
    this.#found.set(key, found);
  }

  notes(): string[] {
    return [...this.#found.values()].map(({ file, cloud, hosts: [first = '', ...others] }) => {
      const subject =
        others.length === 0 ? `${first} is a host` : `${first} and ${others.length} more are hosts`;
      return `--from ${file}: ${subject} of the ${cloud} cloud, and this run is for ${this.#cloud}; give --cloud ${cloud} if that is meant`;
    });
  }
}
