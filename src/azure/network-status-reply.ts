/**
 * Reads the NetworkStatus reply: `GET …/service/NAME/networkstatus` of the API Management REST API, 2022-08-01 and
 * later.
 */
import { z } from 'zod';
import { LONGEST_NAME } from './endpoint-name.ts';
import type { NetworkStatus, StatusLocation } from './network-status.ts';
import { isRecord } from './saved.ts';

/** As text, or as Windows PowerShell saves a date: alone or as `value` beside another form. */
const Time = z.union([z.string(), z.object({ value: z.string() }).transform(({ value }) => value)]).nullish();

/**
 * One dependency as published. Times are only shown and compared, so any form is accepted. Members that a later
 * version adds are ignored.
 */
const Entry = z.object({
  name: z.string().min(1).max(LONGEST_NAME),
  /** `initializing`, `success` or `failure`, or a value that Azure adds. */
  status: z.string(),
  error: z.string().nullish(),
  lastUpdated: Time,
  lastStatusChange: Time,
  resourceType: z.string(),
  isOptional: z.boolean(),
});

/** The whole reply by location. */
const ByLocation = z.object({
  dnsServers: z.array(z.string()).nullish(),
  connectivityStatus: z.array(Entry),
});

const InLocation = z.object({ location: z.string().nullish(), networkStatus: ByLocation });

/** The status of a location: nested, or beside its name as the reply by location and the Az module have it. */
function statusIn(member: Readonly<Record<string, unknown>>): unknown {
  return 'networkStatus' in member ? member['networkStatus'] : member;
}

/** The members with a status, in the nested form, and the names of the locations without one. */
export function withStatus(members: readonly unknown[]): {
  readonly reported: readonly unknown[];
  /** The index of each in the reply. */
  readonly places: readonly number[];
  readonly silent: readonly string[];
} {
  const silent: string[] = [];
  const places: number[] = [];
  const reported = members.flatMap((member, index) => {
    places.push(index);
    if (!isRecord(member)) return [member];
    const { location } = member;
    const status = statusIn(member);
    if (status === null || (isRecord(status) && status['connectivityStatus'] === null)) {
      places.pop();
      silent.push(typeof location === 'string' ? location : 'a location without a name');
      return [];
    }
    return [{ ...(location === undefined ? {} : { location }), networkStatus: status }];
  });
  return { reported, places, silent };
}

/** The entries that are objects, and the others. */
function entriesOf(members: readonly unknown[]): readonly unknown[] {
  return members.filter(isRecord).flatMap((member) => {
    const status = statusIn(member);
    const entries = isRecord(status) ? status['connectivityStatus'] : null;
    return Array.isArray(entries) ? entries : [];
  });
}

/** ConvertTo-Json without -Depth: text in the place of objects, such as the name of their type. */
export function isCutByPowerShell(members: readonly unknown[]): boolean {
  const statuses = members.filter(isRecord).map(statusIn);
  const cut = (value: unknown) => typeof value === 'string' && /^(?:@\{|[A-Z]\w*\.)/.test(value);
  return (
    statuses.some((status) => cut(status) || (isRecord(status) && cut(status['connectivityStatus']))) ||
    entriesOf(members).some(cut)
  );
}

/** Replies of 2017 to 2021 have neither `resourceType` nor `isOptional`. */
export function isOlderVersion(members: readonly unknown[]): boolean {
  const entries = entriesOf(members);
  return (
    entries.length > 0 &&
    entries.every(
      (entry) =>
        isRecord(entry) &&
        typeof entry['name'] === 'string' &&
        entry['isOptional'] == null &&
        entry['resourceType'] == null,
    )
  );
}

export const AllLocations = z.array(InLocation);

/**
 * Converts the replies of all locations.
 * @param silent the locations without a status
 */
export function networkStatus(reply: z.infer<typeof AllLocations>, silent: readonly string[]): NetworkStatus {
  return { kind: 'network-status', locations: reply.map(readLocation), silent };
}

function readLocation({ location, networkStatus }: z.infer<typeof InLocation>): StatusLocation {
  return {
    location: location ?? null,
    dnsServers: networkStatus.dnsServers ?? [],
    entries: networkStatus.connectivityStatus.map((entry) => ({
      name: entry.name,
      status: entry.status,
      error: entry.error?.trim() || null,
      lastUpdated: instant(entry.lastUpdated),
      lastStatusChange: instant(entry.lastStatusChange),
      resourceType: entry.resourceType,
      isOptional: entry.isOptional,
    })),
  };
}

/** .NET writes the year 1 for “never”. */
const BEFORE_AZURE = Date.UTC(2010, 0);

function instant(text: string | null | undefined): number | null {
  const [, ms] = /^\/Date\((-?\d{1,15})\)\/$/.exec(text ?? '') ?? [];
  const time = ms === undefined ? Date.parse(text ?? '') : Number(ms);
  return time >= BEFORE_AZURE ? time : null;
}
