/** The name of a report on its way: time first, so that names sort by it, and the id, so that each is one report's. */

export interface Identified {
  /** RFC 3339, UTC */
  readonly startedAt: string;
  /** UUID */
  readonly id: string;
}

const EXTENSION = '.json.gz';
const NAME =
  /^apim-probe-report-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json\.gz$/;

/** `apim-probe-report-20261123T065200Z-019b76da-a800-7000-8000-000000abcdef.json.gz` */
export function uploadName({ startedAt, id }: Identified): string {
  const compact = new Date(startedAt).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
  return `apim-probe-report-${compact}-${id.toLowerCase()}${EXTENSION}`;
}

/** What a name says of its report; null when it is no report's name. */
export function readUploadName(name: string): Identified | null {
  const match = NAME.exec(name);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, id = ''] = match;
  return { startedAt: `${year}-${month}-${day}T${hour}:${minute}:${second}Z`, id };
}
