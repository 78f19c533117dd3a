/** Converts Azure's own lists to targets. Pure. */
import { createHash } from 'node:crypto';
import type { Conversation, Protocol } from '../../probes/protocols.ts';
import { whyUntestable } from '../azure/resource-types.ts';
import type { CatalogRow } from '../catalog/index.ts';
import type { Options } from '../config/types.ts';
import type { Group } from '../model/vocabulary.ts';
import { elsewhereNotes, Foreigners, incompleteNotes, repetitionNotes, silentNotes } from './import-notes.ts';
import { type Import, type Listed, listed } from './listed.ts';
import { RowIndex } from './rows.ts';
import { serviceOf } from './services.ts';
import { targetId } from './target-id.ts';
import { transportOf } from './transport.ts';
import type { PlanContext, PlannedTarget } from './types.ts';

export interface Imported {
  /** One for each id. */
  readonly targets: readonly PlannedTarget[];
  readonly notes: readonly string[];
}

/** Every endpoint of the documents; an endpoint in several locations or files is one target. */
export function fromImports(
  imports: readonly Import[],
  { platform }: Pick<Options, 'platform'>,
  place: PlanContext,
): Imported {
  const rows = new RowIndex(place.cloud);
  const byId = new Map<string, PlannedTarget>();
  const repeated = new Set<string>();
  const foreign = new Foreigners(place.cloud);
  // Those of this location first, because the first of an endpoint stays.
  const entries = listed(imports, place.today, place.region).toSorted(
    (one, other) => Number(one.elsewhere) - Number(other.elsewhere),
  );
  for (const entry of entries) {
    const target = planned(entry, rows, platform);
    if (target.testable) foreign.look(entry.file, target.host);
    const known = byId.get(target.id);
    if (known === undefined) byId.set(target.id, target);
    else {
      repeated.add(target.id);
      const required = known.required || target.required;
      // One location that does not report success outweighs those that do.
      const isSuccess = entry.status === null || entry.elsewhere || known.source.status !== 'success';
      const telling = isSuccess ? known : target;
      byId.set(target.id, { ...known, required, source: telling.source });
    }
  }
  const notes = [
    ...incompleteNotes(imports),
    ...silentNotes(imports),
    ...foreign.notes(),
    ...elsewhereNotes(entries, place.region),
    ...repetitionNotes([...repeated]),
  ];
  return { targets: [...byId.values()], notes };
}

const BASE = {
  vip: null,
  transport: 'tcp',
  protocol: 'tcp',
  conversation: 'tcp',
  serviceTag: null,
  direction: 'outbound',
  since: null,
  until: null,
  path: null,
  testable: false,
  reason: null,
} as const;

function planned(entry: Listed, rows: RowIndex, platform: Options['platform']): PlannedTarget {
  const { parsed, name } = entry;
  switch (parsed.kind) {
    case 'endpoint':
      return endpoint(entry, parsed, rows, platform);
    case 'word':
      return note(entry, `<${shortened(name)}>`, whyUntestable(name));
    case 'wildcard':
      return note(
        entry,
        shortened(name),
        'The reply gives a wildcard, not a host name that could be resolved. Add a name you know with --target.',
      );
    case 'wrong':
      // It counts: a dependency of the service was not tested, and no data is never a pass.
      return {
        ...nameless(entry, `<${shortened(name)}>`),
        kind: 'endpoint',
        reason: `the name in the reply ${parsed.reason}`,
      };
  }
}

function note(entry: Listed, host: string, reason: string): PlannedTarget {
  return { ...nameless(entry, host), kind: 'note', reason };
}

function nameless(entry: Listed, host: string): Omit<PlannedTarget, 'kind'> {
  const group = entry.group ?? 'custom';
  return { ...BASE, ...provenance(entry), id: targetId(group, host, 0), group, host, port: 0 };
}

function provenance(entry: Listed) {
  const { document, asOf, name, resourceType, required, heading, status } = entry;
  return {
    resourceType,
    required: required ?? false,
    purpose: `Listed by the instance itself${heading === null ? '' : ` as ${heading}`}`,
    source: { kind: 'import', document, asOf, name, ...(status !== null && { status }) },
  } as const;
}

const LONGEST_SHOWN = 120;

/** A name as part of an id: a hash replaces what is cut off. */
function shortened(name: string): string {
  if (name.length <= LONGEST_SHOWN) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, LONGEST_SHOWN)}…${hash}`;
}

type Parsed = Extract<Listed['parsed'], { kind: 'endpoint' }>;

function endpoint(
  entry: Listed,
  parsed: Parsed,
  rows: RowIndex,
  platform: Options['platform'],
): PlannedTarget {
  const { host } = parsed;
  const service = serviceOf(host);
  const port = parsed.port ?? entry.type?.port ?? usualPort(service?.group ?? entry.group, rows);
  const row = rows.find(host, port);
  const group = row?.group ?? entry.type?.group ?? service?.group ?? entry.group ?? 'custom';
  const protocol = protocolOf(entry, parsed, port, row);
  const similar =
    row === null || row.protocol !== protocol ? similarRows(rows.inGroup(group), protocol, port) : [row];
  const conversation = conversationOf(group, host, protocol, similar);
  return {
    ...BASE,
    ...provenance(entry),
    id: targetId(group, host, port),
    group,
    host,
    port,
    transport: transportOf(protocol),
    protocol,
    conversation,
    required: isFromOutside(group, port)
      ? false
      : (entry.required ?? (similar.length > 0 && similar.every(({ required }) => required[platform]))),
    serviceTag: common(similar.flatMap(({ serviceTag }) => serviceTag ?? [])),
    ...(row === null ? {} : { purpose: row.purpose }),
    resourceType: entry.resourceType ?? row?.resourceType ?? null,
    since: row?.since ?? null,
    until: untilOf(entry, parsed, row),
    path: pathOf(protocol, conversation, parsed.path, similar),
    ...testability(group, port, rows),
  };
}

/** The instance checks it for itself; a VM is not the source that its rules have to admit. */
function isFromOutside(group: Group, port: number): boolean {
  return group === 'control-plane' && port === 3443;
}

/** The port of a group's first row that is still current, where the reply gives neither a port nor a type that implies one. */
function usualPort(group: Group | null, rows: RowIndex): number {
  const testable = (group === null ? [] : rows.inGroup(group)).filter(isTestable);
  const row = testable.find(({ until }) => until === undefined) ?? testable[0];
  return row?.ports[0] ?? 443;
}

/** The protocols of these ports, for hosts of which nothing else is known. */
const BY_PORT: ReadonlyMap<number, Protocol> = new Map([
  [25, 'smtp'],
  [53, 'dns'],
  [80, 'http'],
  [123, 'ntp'],
  [443, 'https'],
  [445, 'smb'],
  [587, 'smtp'],
  [1433, 'tds'],
  [1688, 'kms'],
  [1886, 'https'],
  [3443, 'https'],
  [5671, 'amqps'],
  [5672, 'amqp'],
  [6379, 'redis'],
  [6380, 'rediss'],
  [10000, 'rediss'],
  [25028, 'smtp'],
]);

function protocolOf({ type }: Listed, { scheme }: Parsed, port: number, row: CatalogRow | null): Protocol {
  const typed = type !== null && (type.port === port || !BY_PORT.has(port)) ? type.protocol : undefined;
  return scheme ?? row?.protocol ?? typed ?? BY_PORT.get(port) ?? 'tcp';
}

function isTestable({ notTestable }: CatalogRow): boolean {
  return notTestable === undefined;
}

/** The rows of a group with the same protocol, and port if possible: what they have in common holds for a new host. */
function similarRows(group: readonly CatalogRow[], protocol: Protocol, port: number): readonly CatalogRow[] {
  const sameProtocol = group.filter(
    (row) => isTestable(row) && row.protocol === protocol && row.alternativeTo === undefined,
  );
  const samePort = sameProtocol.filter(({ ports }) => ports.includes(port));
  const near = samePort.length > 0 ? samePort : sameProtocol;
  const current = near.filter(({ until }) => until === undefined);
  return current.length > 0 ? current : near;
}

/** The one value that all have; null when there is none, or more than one. */
function common<T>(values: readonly T[]): T | null {
  const distinct = new Set(values);
  return distinct.size === 1 ? (values[0] ?? null) : null;
}

function conversationOf(
  group: Group,
  host: string,
  protocol: Protocol,
  similar: readonly CatalogRow[],
): Conversation {
  // Only the sign-in hosts publish an OpenID configuration; Microsoft Graph is of this group as well.
  if (group === 'entra-id' && !/(?:^|\.)login\./.test(host)) return protocol;
  return common(similar.map((row) => row.conversation ?? row.protocol)) ?? protocol;
}

/** Checks that use a path of their own instead of the path in the reply's URL. */
const OWN_PATH: ReadonlySet<Conversation> = new Set(['storage', 'key-vault', 'entra-id', 'event-hubs']);

function pathOf(
  protocol: Protocol,
  conversation: Conversation,
  given: string | null,
  similar: readonly CatalogRow[],
): string | null {
  if (protocol !== 'http' && protocol !== 'https') return null;
  const proven = similar.filter((row) => (row.conversation ?? row.protocol) === conversation);
  const usual = common(proven.map(({ path }) => path ?? '/')) ?? '/';
  return OWN_PATH.has(conversation) ? usual : (given ?? usual);
}

/**
 * An instance may still check what the documents have dropped. The instance is right if its reply is newer and names
 * the port; a bare host name does not confirm the port that the documents dropped.
 */
function untilOf({ required, asOf }: Listed, { port }: Parsed, row: CatalogRow | null): string | null {
  const until = row?.until ?? null;
  const checked = required !== null && port !== null;
  return until !== null && checked && asOf > until ? null : until;
}

/** The outbound list has the certificate hosts on 443 as well, which the catalogue does not test, for the reasons it gives. */
function testability(
  group: Group,
  port: number,
  rows: RowIndex,
): Pick<PlannedTarget, 'testable' | 'reason' | 'kind'> {
  const reason =
    group === 'certificates' && port === 443
      ? rows.inGroup(group).find(({ ports }) => ports.includes(port))?.notTestable
      : undefined;
  return reason === undefined
    ? { testable: true, reason: null, kind: 'endpoint' }
    : { testable: false, reason, kind: 'note' };
}
