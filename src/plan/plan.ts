/** Options, catalogue and environment become the list of what this run contacts, and of what it cannot. Pure. */
import { isIPv6 } from 'node:net';
import { type CatalogRow, catalogFor, serviceSuffixes } from '../catalog/index.ts';
import type { GatewayRole, Options, ServerAddress } from '../config/types.ts';
import type { Cloud, Group } from '../report/vocabulary.ts';
import { GROUPS } from '../report/vocabulary.ts';
import { CONTROLS } from './controls.ts';
import { fill, placeholdersIn, placeholderValues, type Values } from './fill.ts';
import type { Plan, PlannedTarget } from './types.ts';

/** What the planner needs to know of where it is. */
export interface Place {
  readonly cloud: Cloud;
  readonly region: string | null;
  readonly servers: readonly ServerAddress[];
  /** ISO date of this plan: the provenance of what the user asked for. */
  readonly today: string;
}

/**
 * The plan of a run.
 * @throws UsageError for a resource name that does not fit the cloud
 */
export function makePlan(options: Options, place: Place): Plan {
  const values = placeholderValues(options, place.cloud, place.region);
  const rows = catalogFor(place.cloud).filter((row) => concerns(row, place.cloud, options));
  const all = [
    ...place.servers.map((server) => dnsServer(server, place)),
    ...rows.flatMap((row) => fromRow(row, values, options, place)),
    ...options.target.map((target) => fromUrl(target, place)),
  ].map((target) => withUsersChoice(target, options));
  const { targets, notes } = merge(all);
  return {
    targets: targets.toSorted(byGroup),
    controls: CONTROLS,
    suffixes: serviceSuffixes(place.cloud).map(({ suffix }) => suffix),
    dnsQuestion: dnsQuestion(targets),
    notes,
  };
}

/** The instance's own endpoints are of no concern before there is an instance. */
function concerns(row: CatalogRow, cloud: Cloud, options: Options): boolean {
  const templates = row.hosts[cloud] ?? [];
  const needsInstance = templates.some((template) => placeholdersIn(template).includes('apim'));
  return !needsInstance || options.apim !== null || customHosts(row.role, options).length > 0;
}

type Facts = Pick<PlannedTarget, 'host' | 'port' | 'source' | 'testable' | 'reason' | 'kind'>;

function fromRow(row: CatalogRow, values: Values, options: Options, place: Place): PlannedTarget[] {
  const required = row.required[options.platform];
  const expand = (facts: Omit<Facts, 'port'>): PlannedTarget[] =>
    row.ports.map((port) => ({
      id: targetId(row.group, facts.host, port),
      group: row.group,
      resourceType: row.resourceType,
      transport: row.transport,
      protocol: row.protocol,
      required,
      serviceTag: row.serviceTag,
      direction: row.direction,
      purpose: row.purpose,
      since: row.since ?? null,
      until: row.until ?? null,
      path: row.path ?? null,
      port,
      ...facts,
    }));
  const source = { kind: 'catalog', ...row.source } as const;
  const custom = customHosts(row.role, options);
  if (custom.length > 0) {
    const given = { kind: 'config', document: `--hostname ${row.role}`, asOf: place.today } as const;
    return custom.flatMap((host) =>
      expand({ host, source: given, testable: true, reason: null, kind: 'endpoint' }),
    );
  }
  if (row.notTestable !== undefined) {
    const hosts = row.hosts[place.cloud] ?? [];
    const reason = row.notTestable;
    return (hosts.length > 0 ? hosts : [row.peer ?? '*']).flatMap((host) =>
      expand({ host, source, testable: false, reason, kind: 'note' }),
    );
  }
  return (row.hosts[place.cloud] ?? [])
    .flatMap((template) => fill(template, values))
    .flatMap(({ host, missing }) =>
      expand({
        host,
        source,
        testable: missing === null,
        reason: missing === null ? null : `give ${missing}`,
        kind: 'endpoint',
      }),
    );
}

/** Custom domains stand in the place of the default host names of their role. */
function customHosts(role: GatewayRole | undefined, options: Options): readonly string[] {
  return role === undefined
    ? []
    : options.hostname.filter((custom) => custom.role === role).map(({ host }) => host);
}

function dnsServer({ address, port }: ServerAddress, place: Place): PlannedTarget {
  return {
    id: targetId('dns', address, port),
    group: 'dns',
    resourceType: null,
    host: address,
    port,
    transport: 'udp',
    protocol: 'dns',
    required: true,
    serviceTag: null,
    direction: 'outbound',
    purpose: 'DNS server of this machine, over UDP and TCP',
    source: { kind: 'config', document: 'the DNS settings of this machine', asOf: place.today },
    since: null,
    until: null,
    path: null,
    testable: true,
    reason: null,
    kind: 'endpoint',
  };
}

function fromUrl({ protocol, host, port, path }: Options['target'][number], place: Place): PlannedTarget {
  return {
    id: targetId('custom', host, port),
    group: 'custom',
    resourceType: null,
    host,
    port,
    transport: protocol === 'dns' ? 'udp' : 'tcp',
    protocol,
    required: false,
    serviceTag: null,
    direction: 'outbound',
    purpose: 'Asked for by --target',
    source: { kind: 'config', document: '--target', asOf: place.today },
    since: null,
    until: null,
    path,
    testable: true,
    reason: null,
    kind: 'endpoint',
  };
}

function targetId(group: Group, host: string, port: number): string {
  return `${group}/${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** `--require`, `--optional`, `--only` and `--skip`, by group. */
function withUsersChoice(target: PlannedTarget, options: Options): PlannedTarget {
  const { group, kind } = target;
  const required = options.require.includes(group) || (target.required && !options.optional.includes(group));
  const leftOut = options.skip.includes(group)
    ? 'left out by --skip'
    : options.only.length > 0 && !options.only.includes(group)
      ? 'left out by --only'
      : null;
  if (leftOut === null || kind === 'note') return { ...target, required };
  return { ...target, required, testable: false, reason: leftOut };
}

/** One target an id: the first stays, required if any was, and the user is told once. */
function merge(all: readonly PlannedTarget[]): { targets: PlannedTarget[]; notes: string[] } {
  const byId = new Map<string, PlannedTarget>();
  const notes = new Set<string>();
  for (const target of all) {
    const known = byId.get(target.id);
    if (known !== undefined) {
      const spoken = known.protocol === target.protocol ? '' : `, as ${known.protocol}`;
      notes.add(`${target.id} is asked for more than once; it is tested once${spoken}`);
    }
    byId.set(
      target.id,
      known === undefined ? target : { ...known, required: known.required || target.required },
    );
  }
  return { targets: [...byId.values()], notes: [...notes] };
}

function byGroup(one: PlannedTarget, other: PlannedTarget): number {
  const groups = GROUPS.indexOf(one.group) - GROUPS.indexOf(other.group);
  if (groups !== 0) return groups;
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}

/** A name that any resolver of this network should know: a required one, else any. */
function dnsQuestion(targets: readonly PlannedTarget[]): string {
  const named = targets.filter(
    ({ testable, host }) => testable && /[a-z]/i.test(host) && !host.includes(':'),
  );
  return (named.find(({ required }) => required) ?? named[0])?.host ?? 'www.microsoft.com';
}
