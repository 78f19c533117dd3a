/** NetworkStatus: the instance's own checks of its dependencies, for each of its locations. */

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
  /** Locations for which Azure reports no status. */
  readonly silent: readonly string[];
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
