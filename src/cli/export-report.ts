/** How reports leave the program: in any format, and at the level of redaction that was asked for. */
import { z } from 'zod';
import { harmlessJson } from '../common/escaped-json.ts';
import type { Options, ReportFormat } from '../config/types.ts';
import { makeFolder } from '../delivery/files/make-folder.ts';
import { type KeptKey, keptKey } from '../delivery/redaction/pseudonym-key.ts';
import { redactDocument } from '../delivery/redaction/redact.ts';
import { createRedactor } from '../delivery/redaction/redactor.ts';
import { type Rewrite, UnsendableReport } from '../delivery/upload/spool.ts';
import { makeOwnFolder } from '../delivery/upload/spool-folder.ts';
import type { Report } from '../model/report.ts';
import { isOlderFormat, otherMajor, writtenVersion } from '../model/schema-version.ts';
import { STRICT_NOTE } from '../model/strict-note.ts';
import { RENDERERS } from './renderers.ts';
import { wellKnownNames } from './well-known-names.ts';

export interface ExportedReport {
  readonly report: Report;
  /** The finished text. */
  render(format: ReportFormat): string;
}

export interface ReportExporter {
  /** Why the pseudonyms are in no other report, as the end of a sentence; null when they are, or there are none. */
  readonly problem: string | null;
  /** @param report without its secrets */
  exportReport(report: Report): ExportedReport;
  /** The same for the JSON of a report of any version, once more or for the first time. */
  readonly rewrite: Rewrite;
}

/**
 * Opens the way out. At the strict level the reports of a machine share the key of their pseudonyms, in the state
 * folder, or in the spool when there is none.
 * @param spool its folder, or null where nothing is sent: without either folder a report stands alone
 */
export async function openExporter(
  { redact, state }: Pick<Options, 'redact' | 'state'>,
  spool: string | null,
): Promise<ReportExporter> {
  if (redact === 'standard')
    return {
      problem: null,
      exportReport: exportUnredacted,
      // The version that wrote an older one has redacted it.
      rewrite: (json) => (isOlderFormat(writtenVersion(json)) ? json : redactDocument(json)),
    };
  const { key, problem = null } = await sharedKey(state, spool);
  return {
    problem,
    exportReport: (report) => {
      const { value, finished } = hide(report, key);
      return { report: value, render: (format) => finished(RENDERERS[format](value)) };
    },
    rewrite: (json) => {
      refuseOlder(writtenVersion(json));
      const { value, finished } = hide<unknown>(JSON.parse(json), key);
      return finished(harmlessJson(value));
    },
  };
}

/** Fields of other majors are not known: what they say of this network might pass. @throws UnsendableReport */
function refuseOlder(version: string): void {
  if (!isOlderFormat(version)) return;
  throw new UnsendableReport(
    `${otherMajor(version)}, and hides names (--redact strict) in those alone: send it with --redact standard, or delete it`,
  );
}

/** A report as it is. */
export function exportUnredacted(report: Report): ExportedReport {
  return { report, render: (format) => RENDERERS[format](report) };
}

async function sharedKey(state: string | null, spool: string | null): Promise<Partial<KeptKey>> {
  if (state !== null) return keptKey(state, makeFolder);
  return spool === null ? {} : keptKey(spool, makeOwnFolder);
}

/** Of pseudonyms that more than one report has: by 32 bits, a hundred names have a chance of one in a million to meet. */
const SHARED_DIGITS = 8;

/** Doing it twice changes nothing, whatever the second key. */
function hide<Kind>(report: Kind, key: Uint8Array | undefined) {
  const digits = key === undefined ? undefined : SHARED_DIGITS;
  const redactor = createRedactor({ level: 'strict', names: wellKnownNames(), key, digits });
  redactor.learn(report);
  return { value: marked(redactor.value(report)), finished: redactor.finished };
}

const Noted = z.looseObject({ environment: z.looseObject({ notes: z.array(z.string()) }) });

/** The report with the note that says what it is, once; of another version it may have no place for it. */
function marked<Kind>(report: Kind): Kind {
  const { success, data } = Noted.safeParse(report);
  if (!success || data.environment.notes.includes(STRICT_NOTE)) return report;
  const { environment } = data;
  return { ...report, environment: { ...environment, notes: [...environment.notes, STRICT_NOTE] } };
}
