/** Which zone holds which record. Pure. */
import { UNKNOWN_ADDRESS } from './comment.ts';
import type { Records } from './types.ts';

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
export function zonesOf({ hosts, elsewhere, vip, zone, suffix }: Records): readonly Zone[] {
  const leading = [
    ...hosts.map((host) => ({ host, record: { ...vip, known: true } })),
    ...elsewhere.map((host) => ({ host, record: { ...vip, address: UNKNOWN_ADDRESS, known: false } })),
  ];
  const isWide = (host: string): boolean => zone === 'suffix' && host.endsWith(`.${suffix}`);
  const byZone = Map.groupBy(leading, ({ host }) => (isWide(host) ? suffix : host));
  return [...byZone].map(([name, members]) => ({
    name,
    records: members.map(({ host, record }) => ({
      label: host === name ? '@' : host.slice(0, -name.length - 1),
      ...record,
    })),
  }));
}

/** Whether there is something in the zone to be answered with. */
export function isUsable({ records }: Zone): boolean {
  return records.some(({ known }) => known);
}
