import type { Report } from './report.ts';

/** The note that marks a report at the strict level. */
export const STRICT_NOTE =
  'names, private addresses and ids in this report are pseudonyms (--redact strict), and so are they in its commands';

/** Whether the report holds pseudonyms in the place of names and addresses. */
export function isStrict({ environment }: Pick<Report, 'environment'>): boolean {
  return environment.notes.includes(STRICT_NOTE);
}
