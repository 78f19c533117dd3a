/** The note that marks a report as redacted at the strict level. */
import { z } from 'zod';

const STRICT_NOTE =
  'names, private addresses and ids in this report are pseudonyms (--redact strict), and so are they in its commands';

const Noted = z.looseObject({ environment: z.looseObject({ notes: z.array(z.string()) }) });

/** @returns whether names in the report are pseudonyms; `report` may be of any version, or anything else */
export function isStrict(report: unknown): boolean {
  const { success, data } = Noted.safeParse(report);
  return success && data.environment.notes.includes(STRICT_NOTE);
}

/** @returns the report with the note, once; the same report if it has no list of notes */
export function withStrictNote<Kind>(report: Kind): Kind {
  const { success, data } = Noted.safeParse(report);
  if (!success || isStrict(report)) return report;
  const { environment } = data;
  return { ...report, environment: { ...environment, notes: [...environment.notes, STRICT_NOTE] } };
}
