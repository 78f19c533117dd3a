/** The catalogue's rows of one cloud as targets. Pure. */
import { type CatalogRow, catalogFor, type Placeholder } from '../catalog/index.ts';
import type { GatewayRole, Options } from '../config/types.ts';
import { isV2 } from '../model/tiers.ts';
import type { Group } from '../model/vocabulary.ts';
import { type Filled, fill, flagFor, placeholdersIn, type Values } from './fill.ts';
import { furtherLocations, locationSource } from './locations.ts';
import { targetId } from './target-id.ts';
import type { PlanContext, PlannedTarget } from './types.ts';

/**
 * Every row, once for each host and port that it stands for.
 * @param named groups of which an import or option names an endpoint: a row there without a name is left out
 */
export function fromCatalog(
  options: Options,
  place: PlanContext,
  values: Values,
  named: ReadonlySet<Group> = new Set(),
): PlannedTarget[] {
  return catalogFor(place.cloud)
    .filter((row) => isOfTier(row, place, options, values) && isRelevant(row, place, options))
    .flatMap((row) => fromRow(row, values, options, place, named));
}

/** The roles that this cloud and tier have an endpoint for. */
export function rolesOf({ cloud }: PlanContext, { tier }: Options): ReadonlySet<GatewayRole> {
  const rows = catalogFor(cloud).filter(
    ({ v2 }) => !isV2(tier) || (v2 !== undefined && tier !== 'standard-v2'),
  );
  return new Set(rows.flatMap(({ role }) => role ?? []));
}

/** Leaves out the instance's own endpoints until there is an instance, unless the user asks for them. */
function isRelevant(row: CatalogRow, { cloud }: PlanContext, options: Options): boolean {
  const templates = row.hosts[cloud] ?? [];
  const needsInstance = templates.some((template) => placeholdersIn(template).includes('apim'));
  const asked = options.require.includes(row.group) || options.only.includes(row.group);
  return !needsInstance || asked || options.apim !== null || customHosts(row, options).length > 0;
}

/**
 * A v2 tier leaves out the rows of the classic ones, but for resources that the user names. The gateway of Standard v2 is
 * public, so DNS has nothing to do with this network.
 */
function isOfTier(row: CatalogRow, { cloud }: PlanContext, { tier }: Options, values: Values): boolean {
  if (!isV2(tier)) return true;
  if (row.group === 'gateway' && tier === 'standard-v2') return false;
  const names = (row.hosts[cloud] ?? []).flatMap(placeholdersIn);
  return (
    row.v2 !== undefined ||
    names.some((name) => name !== 'apim' && name !== 'region' && values[name].length > 0)
  );
}

/** Whether the tier or the platform requires it. */
function isRequired({ v2, required }: CatalogRow, { tier, platform }: Options): boolean {
  return isV2(tier) ? v2 !== undefined : required[platform];
}

/** What varies between the endpoints of one row. */
type Varying = Pick<PlannedTarget, 'host' | 'source' | 'testable' | 'reason' | 'kind'>;

function fromRow(
  row: CatalogRow,
  values: Values,
  options: Options,
  place: PlanContext,
  named: ReadonlySet<Group>,
): PlannedTarget[] {
  return varying(row, values, options, place, named).flatMap((each) =>
    row.ports.map((port) => ({
      id: targetId(row.group, each.host, port),
      group: row.group,
      resourceType: row.resourceType,
      host: each.host,
      port,
      transport: row.transport,
      protocol: row.protocol,
      conversation: row.conversation ?? row.protocol,
      required: isRequired(row, options),
      serviceTag: row.serviceTag,
      direction: row.direction,
      purpose: row.purpose,
      source: each.source,
      since: row.since ?? null,
      until: row.until ?? null,
      path: row.path ?? null,
      vip: null,
      testable: each.testable,
      reason: each.reason,
      kind: each.kind,
    })),
  );
}

function varying(
  row: CatalogRow,
  values: Values,
  options: Options,
  place: PlanContext,
  named: ReadonlySet<Group>,
): Varying[] {
  const custom = customHosts(row, options);
  if (custom.length > 0) {
    const source = {
      kind: 'config',
      document: `--hostname ${row.role}`,
      asOf: place.today,
      name: null,
    } as const;
    return custom.map((host) => ({ host, source, testable: true, reason: null, kind: 'endpoint' }));
  }
  const listedBy = isV2(options.tier) ? (row.v2 ?? row.source) : row.source;
  const source = { kind: 'catalog', ...listedBy, name: null } as const;
  const hosts = (row.hosts[place.cloud] ?? []).flatMap((template) => fill(template, values));
  if (row.notTestable !== undefined) {
    const named = hosts.length > 0 ? hosts : [{ host: row.peer ?? '*' }];
    const reason = row.notTestable;
    return named.map(({ host }) => ({ host, source, testable: false, reason, kind: 'note' }));
  }
  const own = hosts
    .filter(({ missing }) => missing === null || missing === 'region' || !named.has(row.group))
    .map((filled) => ({ host: filled.host, source, ...testability(filled, values) }));
  return row.eachLocation === true ? [...own, ...elsewhere(row, values, options, place)] : own;
}

/** The same endpoint in the further regions of the instance. */
function elsewhere(row: CatalogRow, values: Values, options: Options, place: PlanContext): Varying[] {
  const source = locationSource(place);
  return furtherLocations(options, place).locations.flatMap((location) =>
    (row.hosts[place.cloud] ?? [])
      .flatMap((template) => fill(template, { ...values, region: [location] }))
      .map((filled) => ({ host: filled.host, source, ...testability(filled, values) })),
  );
}

/** A cache is of one kind or the other: the kind that --redis did not name is left out. */
const OTHER_KIND: Partial<Record<Placeholder, Placeholder>> = {
  redis: 'managedRedis',
  managedRedis: 'redis',
};

function testability({ missing }: Filled, values: Values): Pick<Varying, 'testable' | 'reason' | 'kind'> {
  if (missing === null) return { testable: true, reason: null, kind: 'endpoint' };
  const other = OTHER_KIND[missing];
  if (other !== undefined && values[other].length > 0) {
    return { testable: false, reason: '--redis names no cache of this kind', kind: 'note' };
  }
  return { testable: false, reason: `give ${flagFor(missing)}`, kind: 'endpoint' };
}

/** Custom domains replace the default host names of their role. */
function customHosts({ role }: CatalogRow, options: Options): readonly string[] {
  return options.hostname.filter((custom) => custom.role === role).map(({ host }) => host);
}
