/** The major changes when a change breaks readers of the report. */
export const SCHEMA_VERSION = '2.0.0';

/** @returns the major of a version like `2.0.0`, or an empty text for anything else */
export function majorOf(version: string): string {
  return /^(\d{1,9})\.\d{1,9}\.\d{1,9}(?:[-+]|$)/.exec(version)?.[1] ?? '';
}

export const READ_MAJOR = majorOf(SCHEMA_VERSION);

/** Whether a report is of a major before the one that this version reads. */
export function isOlderFormat(version: string): boolean {
  const major = majorOf(version);
  return major !== '' && Number(major) < Number(READ_MAJOR);
}

/**
 * The refusal of a report of another major, as a predicate.
 * @param version of the report, printable
 */
export function otherMajor(version: string): string {
  const written = /^(\d{1,9}\.\d{1,9})\.\d/.exec(version)?.[1] ?? version;
  return `was written by apim-probe with schema ${written}; this version reads ${READ_MAJOR}.x`;
}

/** @returns the version in the text of a report, if it is the first field as in every version; else an empty text */
export function writtenVersion(json: string): string {
  return /^\s*\{\s*"schemaVersion":\s*"([^"\\]{1,40})"/.exec(json)?.[1] ?? '';
}
