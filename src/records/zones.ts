/** Assigns records to zones. Pure. */
import type { Records } from './types.ts';

/** The placeholder for an unknown address. */
export const UNKNOWN_ADDRESS = 'ADDRESS';

export interface ZoneRecord {
  /** Relative to the zone; `@` is the apex. */
  readonly label: string;
  readonly type: Records['vip']['type'];
  /** An address, or the placeholder for an unknown one. */
  readonly address: string;
  readonly known: boolean;
}

export interface Zone {
  readonly name: string;
  readonly records: readonly ZoneRecord[];
}

/** The zones for the records; the user has to fill in a zone without any known address. */
export function zonesOf(records: Records): readonly Zone[] {
  const { hosts, elsewhere, vip, suffix } = records;
  const leading = [
    ...hosts.map((host) => ({ host, record: { ...vip, known: true } })),
    ...elsewhere.map((host) => ({ host, record: { ...vip, address: UNKNOWN_ADDRESS, known: false } })),
  ];
  const byZone = Map.groupBy(leading, ({ host }) => (isInWideZone(host, records) ? suffix : host));
  return [...byZone].map(([name, members]) => ({
    name,
    records: members.map(({ host, record }) => ({
      label: host === name ? '@' : host.slice(0, -name.length - 1),
      ...record,
    })),
  }));
}

/** Whether a host name shares its zone with all others under the service's suffix. */
export function isInWideZone(host: string, { zone, suffix }: Pick<Records, 'zone' | 'suffix'>): boolean {
  return zone === 'suffix' && host.endsWith(`.${suffix}`);
}

/** Whether the zone has a record with a known address. */
export function isUsable({ records }: Zone): boolean {
  return records.some(({ known }) => known);
}
