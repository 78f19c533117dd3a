/**
 * The NetworkStatus reply: the instance's own checks of its dependencies, for each of its locations.
 * `GET …/service/NAME/networkstatus` of the API Management REST API, 2022-08-01 and later.
 */
import { z } from 'zod';
import { LONGEST_NAME } from './endpoint-name.ts';

/**
 * One dependency as published. Times are only shown and compared, so any form is accepted. Members that a later
 * version adds are ignored.
 */
const Entry = z.object({
  name: z.string().min(1).max(LONGEST_NAME),
  /** `initializing`, `success` or `failure`, or a value that Azure adds. */
  status: z.string(),
  error: z.string().nullish(),
  lastUpdated: z.string().nullish(),
  lastStatusChange: z.string().nullish(),
  resourceType: z.string(),
  isOptional: z.boolean(),
});

/** The whole reply by location. */
export const ByLocation = z.object({
  dnsServers: z.array(z.string()).nullish(),
  connectivityStatus: z.array(Entry),
});

const InLocation = z.object({ location: z.string().nullish(), networkStatus: ByLocation });

export const AllLocations = z.array(InLocation);

/** One dependency of the instance, read. */
export interface StatusEntry {
  readonly name: string;
  readonly status: string;
  /** Null when the service states no error, as in every example. */
  readonly error: string | null;
  /** ms since the epoch; null where the reply has no time. */
  readonly lastUpdated: number | null;
  readonly lastStatusChange: number | null;
  readonly resourceType: string;
  readonly isOptional: boolean;
}

export interface StatusLocation {
  /** As Azure writes it (“West Europe”); null in the reply by location, which does not repeat it. */
  readonly location: string | null;
  readonly dnsServers: readonly string[];
  readonly entries: readonly StatusEntry[];
}

export interface NetworkStatus {
  readonly kind: 'network-status';
  readonly locations: readonly StatusLocation[];
}

/** Converts the replies of all locations. */
export function networkStatus(reply: z.infer<typeof AllLocations>): NetworkStatus {
  return { kind: 'network-status', locations: reply.map(readLocation) };
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
  const time = Date.parse(text ?? '');
  return time >= BEFORE_AZURE ? time : null;
}

/** The newest time at which any of these was checked; null when none was. */
export function newestCheck(entries: readonly StatusEntry[]): number | null {
  return entries.reduce<number | null>(
    (newest, { lastUpdated }) =>
      lastUpdated === null ? newest : Math.max(newest ?? lastUpdated, lastUpdated),
    null,
  );
}

/** The region of a location: “West Europe” and `westeurope` are one. Null where the reply names none. */
export function regionOf({ location }: Pick<StatusLocation, 'location'>): string | null {
  return location === null ? null : location.toLowerCase().replace(/[^a-z0-9]/g, '');
}
