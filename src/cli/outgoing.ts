/** A report as it leaves the program: in any format, and at the level of redaction that was asked for. */
import { z } from 'zod';
import type { Options, RedactionLevel, ReportFormat } from '../config/types.ts';
import { makeFolder } from '../delivery/make-folder.ts';
import { createDoor } from '../delivery/redaction/door.ts';
import { type KeptKey, keptKey } from '../delivery/redaction/kept-key.ts';
import type { Door } from '../delivery/redaction/types.ts';
import { makeOwnFolder } from '../delivery/upload/spool-folder.ts';
import { publicHostNames } from '../plan/public-names.ts';
import { harmlessJson } from '../report/harmless-json.ts';
import type { Report } from '../report/schema.ts';
import { RENDERERS } from './renderers.ts';

export interface Outgoing {
  readonly report: Report;
  /** The finished text. */
  as(format: ReportFormat): string;
}

/** What a report says of itself at the strict level. */
const STRICT_NOTE =
  'names, private addresses and ids in this report are pseudonyms (--redact strict), and so are they in its commands';

/** @param report without its secrets, at either level */
export function outgoing(report: Report, level: RedactionLevel, key?: Uint8Array): Outgoing {
  if (level === 'standard') return { report, as: (format) => RENDERERS[format](report) };
  const door = strictDoor(key);
  door.learn(report);
  const hidden = marked(door.value(report));
  return { report: hidden, as: (format) => door.finished(RENDERERS[format](hidden)) };
}

/** Of pseudonyms that more than one report has: by 32 bits, a hundred names have a chance of one in a million to meet. */
const SHARED_DIGITS = 8;

/** @param key of the pseudonyms; without one they are nobody else's */
function strictDoor(key?: Uint8Array): Door {
  const digits = key === undefined ? undefined : SHARED_DIGITS;
  return createDoor({ level: 'strict', names: publicHostNames(), key, digits });
}

/** The report with the note that says what it is, once; of another version it may have no place for it. */
function marked<Kind>(report: Kind): Kind {
  const { success, data } = Noted.safeParse(report);
  if (!success || data.environment.notes.includes(STRICT_NOTE)) return report;
  const { environment } = data;
  return { ...report, environment: { ...environment, notes: [...environment.notes, STRICT_NOTE] } };
}

const Noted = z.looseObject({ environment: z.looseObject({ notes: z.array(z.string()) }) });

/**
 * What is to happen to a report's JSON before it leaves at this level: what waits in a spool may be from before the
 * strict one was asked for. Doing it twice changes nothing.
 * @returns null where nothing is
 */
export function rewriteFor(level: RedactionLevel, key?: Uint8Array): ((json: string) => string) | null {
  if (level === 'standard') return null;
  return (json) => {
    const value: unknown = JSON.parse(json);
    const door = strictDoor(key);
    door.learn(value);
    return door.finished(harmlessJson(marked(door.value(value))));
  };
}

/**
 * The key that the reports of this machine share: in the state folder, or the spool when there is none and reports
 * are sent.
 * @returns no key for a report that stands alone
 */
export async function sharedKey(
  { state }: Pick<Options, 'state'>,
  spool: string | null,
): Promise<Partial<KeptKey>> {
  if (state !== null) return keptKey(state, makeFolder);
  return spool === null ? {} : keptKey(spool, makeOwnFolder);
}
