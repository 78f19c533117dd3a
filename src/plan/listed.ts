/** Azure's two lists as one: every entry of either reply, with its name parsed. Pure. */
import { type EndpointName, endpointName, shownName } from '../azure/endpoint-name.ts';
import { newestCheck, regionOf, type StatusLocation } from '../azure/network-status.ts';
import { type Dependency, groupOfCategory } from '../azure/outbound-dependencies.ts';
import type { EndpointList } from '../azure/reading.ts';
import { type ResourceType, resourceType } from '../azure/resource-types.ts';
import type { Group } from '../model/vocabulary.ts';

/** A list of endpoints that `--from` names. */
export interface Import {
  /** Name of the file, without its folder. */
  readonly file: string;
  readonly document: EndpointList;
}

export interface Listed {
  /** As the reply has it, fit to be shown; of the reply with ports, HOST:PORT. */
  readonly name: string;
  readonly parsed: EndpointName;
  readonly file: string;
  /** The reply's name and the date of its newest check (ISO date). */
  readonly document: string;
  readonly asOf: string;
  /** The group by the service's type or category; null where it has none, or an unknown one. */
  readonly group: Group | null;
  /** The resource type of NetworkStatus; null for the other reply. */
  readonly type: ResourceType | null;
  /** The resource type as NetworkStatus writes it. */
  readonly resourceType: string | null;
  /** What NetworkStatus reports there; null for the other reply. */
  readonly status: string | null;
  /** The service’s own heading, for people. */
  readonly heading: string | null;
  /** Null where the reply does not state it. */
  readonly required: boolean | null;
  /** Whether it belongs to another location than the run’s own, which the reply also has. */
  readonly elsewhere: boolean;
}

/**
 * Every entry of the documents, in their order.
 * @param today ISO date, for a reply without times
 */
export function listed(imports: readonly Import[], today: string, region: string | null = null): Listed[] {
  return imports.flatMap(({ file, document }) => {
    if (document.kind === 'outbound-dependencies') {
      return document.dependencies.map((dependency) => fromDependency(dependency, file, today));
    }
    const asOf = dateOf(document.locations) ?? today;
    const hasOwn = region !== null && document.locations.some((location) => regionOf(location) === region);
    return document.locations.flatMap((location) =>
      fromLocation(location, file, asOf, hasOwn && regionOf(location) !== region),
    );
  });
}

function dateOf(locations: readonly StatusLocation[]): string | null {
  const newest = newestCheck(locations.flatMap(({ entries }) => entries));
  return newest === null ? null : new Date(newest).toISOString().slice(0, 10);
}

function fromLocation(
  { location, entries }: StatusLocation,
  file: string,
  asOf: string,
  elsewhere: boolean,
): Listed[] {
  const where = location === null ? '' : `, ${shownName(location)}`;
  return entries.map((entry) => {
    const type = resourceType(entry.resourceType);
    return {
      name: shownName(entry.name),
      parsed: endpointName(entry.name),
      file,
      document: `${file}: network status reply${where}`,
      asOf,
      group: type?.group ?? null,
      type,
      resourceType: shownName(entry.resourceType),
      status: shownName(entry.status).slice(0, 40),
      heading: shownName(entry.resourceType),
      // The units of another location depend on it, and those of this subnet do not.
      required: !entry.isOptional && !elsewhere,
      elsewhere,
    };
  });
}

function fromDependency(dependency: Dependency, file: string, today: string): Listed {
  const { category, domainName, port } = dependency;
  return {
    name: shownName(port === null ? domainName : `${domainName}:${port}`),
    parsed: withPort(endpointName(domainName), port),
    file,
    document: `${file}: outbound network dependencies reply`,
    asOf: today,
    group: category === null ? null : groupOfCategory(category),
    type: null,
    resourceType: null,
    status: null,
    heading: category === null ? null : shownName(category),
    required: null,
    elsewhere: false,
  };
}

function withPort(parsed: EndpointName, port: number | null): EndpointName {
  if (port === null || parsed.kind !== 'endpoint') return parsed;
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return { ...parsed, port };
  return { kind: 'wrong', reason: `has the port ${port}, which is out of range: 1 to 65535` };
}
