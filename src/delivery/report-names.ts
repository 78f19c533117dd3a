/** What report files are called: in a state folder, in a spool and its destination, and anywhere else. */

/** As much of a report as its name needs. */
export interface Identified {
  /** RFC 3339, UTC */
  readonly startedAt: string;
  /** UUID */
  readonly id: string;
}

/** The fields in the name of a stored report. */
export interface StoredName {
  /** Its place in the order of writing; null for names of versions that did not number them. */
  readonly number: number | null;
  /** ms since the epoch, to the second: when the run began, by its own clock. */
  readonly time: number;
}

/** Twelve digits: a larger number in a file that the user named would leave no number for the next report. */
const LARGEST_NUMBER = 999_999_999_999;
const STEM = 'apim-probe-report';
const TIME = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.source;
const STORED = new RegExp(`^${STEM}-(?:(\\d{6,12})-)?${TIME}-[0-9a-f]{6}(?:-\\d{1,4})?\\.json$`);
const UPLOADED = new RegExp(`^${STEM}-${TIME}-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.json\\.gz$`);

/** `apim-probe-report-20261123T065200Z-1a2b3c`: sorts by time; the end of the id separates runs of one second. */
export function reportFileName({ startedAt, id }: Identified): string {
  return `${STEM}-${compact(startedAt)}-${id.slice(-6)}`;
}

/** `apim-probe-report-000123-20261123T065200Z-1a2b3c`: sorts by the order of writing, whatever the clock showed. */
export function storedName({ startedAt, id }: Identified, number: number): string {
  return `${STEM}-${String(number).padStart(6, '0')}-${compact(startedAt)}-${id.slice(-6)}`;
}

/** @returns null for a file that is not a stored report */
export function readStoredName(name: string): StoredName | null {
  const [, number, ...parts] = STORED.exec(name) ?? [];
  const time = Date.parse(rfc3339(parts));
  if (Number.isNaN(time)) return null;
  return { number: number === undefined ? null : Number(number), time };
}

/** The number of the next report of a folder with these names. */
export function nextNumber(names: readonly string[]): number {
  const largest = names.reduce((most, name) => Math.max(most, readStoredName(name)?.number ?? 0), 0);
  return Math.min(largest + 1, LARGEST_NUMBER);
}

/** `apim-probe-report-20261123T065200Z-019b76da-a800-7000-8000-000000abcdef.json.gz` */
export function uploadName({ startedAt, id }: Identified): string {
  return `${STEM}-${compact(startedAt)}-${id.toLowerCase()}.json.gz`;
}

/** The fields in the name of an uploaded report; null for any other name. */
export function readUploadName(name: string): Identified | null {
  const match = UPLOADED.exec(name);
  return match === null ? null : { startedAt: rfc3339(match.slice(1)), id: match[7] ?? '' };
}

/** `20261123T065200Z` */
function compact(instant: string): string {
  return new Date(instant).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
}

function rfc3339([year, month, day, hour, minute, second]: readonly (string | undefined)[]): string {
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}
