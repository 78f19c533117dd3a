/** Which zone holds which record. Pure. */
import type { Records } from './types.ts';

/** What stands for the address that is not known. */
export const UNKNOWN_ADDRESS = 'ADDRESS';

export interface ZoneRecord {
  /** Relative to the zone; `@` is the zone itself. */
  readonly label: string;
  readonly type: Records['vip']['type'];
  /** An address, or what stands for one that is not known. */
  readonly address: string;
  readonly known: boolean;
}

export interface Zone {
  readonly name: string;
  readonly records: readonly ZoneRecord[];
}

/** The zones that the records need; one where no record's address is known is of use only once somebody fills it in. */
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

/** Whether a host name shares its zone with all others of the service's suffix. */
export function isInWideZone(host: string, { zone, suffix }: Pick<Records, 'zone' | 'suffix'>): boolean {
  return zone === 'suffix' && host.endsWith(`.${suffix}`);
}

/** Whether there is something in the zone to be answered with. */
export function isUsable({ records }: Zone): boolean {
  return records.some(({ known }) => known);
}
