/** Reports for others: in any format, and at the level of redaction that was asked for. */
import { join } from 'node:path';
import { harmlessJson } from '../common/escaped-json.ts';
import type { Options, ReportFormat } from '../config/types.ts';
import { makeFolder } from '../delivery/files/make-folder.ts';
import { hideKnownSecrets } from '../delivery/redaction/known-secrets.ts';
import { KEY_FILE, storedKey } from '../delivery/redaction/pseudonym-key.ts';
import { createPseudonymizer } from '../delivery/redaction/redactor.ts';
import type { Legend } from '../delivery/redaction/types.ts';
import { type Rewrite, UnsendableReport } from '../delivery/upload/spool.ts';
import { makeOwnFolder } from '../delivery/upload/spool-folder.ts';
import type { Report } from '../model/report.ts';
import { isOlderFormat, otherMajor, writtenVersion } from '../model/schema-version.ts';
import { withStrictNote } from '../model/strict-note.ts';
import { RENDERERS } from './renderers.ts';
import { wellKnownNames } from './well-known-names.ts';

export interface ExportedReport {
  readonly report: Report;
  /** The finished text. */
  render(format: ReportFormat): string;
  /** What its pseudonyms stand for; null at the standard level. */
  readonly legend: Legend | null;
}

export interface ReportExporter {
  /** Why the pseudonyms are in no other report, as the end of a sentence; null when they are, or there are none. */
  readonly problem: string | null;
  /** Path of the key of the pseudonyms; null where there are none, or it is not stored. */
  readonly keyFile: string | null;
  /** @param report that has lost its secrets */
  exportReport(report: Report): ExportedReport;
  /** The same for the JSON of a report of any version; doing it twice changes nothing. */
  readonly rewrite: Rewrite;
}

/**
 * Opens an exporter. At the strict level the reports of a VM share the key of their pseudonyms, in the state folder, or
 * in the spool when there is none.
 * @param spool its folder, or null where nothing is sent: without either folder no other report shares the key
 */
export async function openExporter(
  { redact, state }: Pick<Options, 'redact' | 'state'>,
  spool: string | null,
): Promise<ReportExporter> {
  if (redact === 'standard')
    return {
      problem: null,
      keyFile: null,
      exportReport: exportAsIs,
      // The version that wrote an older one has redacted it.
      rewrite: (json) => (isOlderFormat(writtenVersion(json)) ? json : hideKnownSecrets(json)),
    };
  const { key, keyFile, problem } = await openKey(state, spool);
  return {
    problem,
    keyFile,
    exportReport: (original) => {
      const { report, legend } = pseudonymised(original, key);
      return { ...exportAsIs(report), legend };
    },
    rewrite: (json) => {
      refuseOlder(writtenVersion(json));
      return harmlessJson(pseudonymised<unknown>(JSON.parse(json), key).report);
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
export function exportAsIs(report: Report): ExportedReport {
  return { report, render: (format) => RENDERERS[format](report), legend: null };
}

interface OpenedKey {
  /** Undefined when none is stored: each document then gets one of its own. */
  readonly key: Uint8Array | undefined;
  readonly keyFile: string | null;
  readonly problem: string | null;
}

/** The key that the reports of this VM share. Never throws for what a disk does. */
export async function openKey(state: string | null, spool: string | null): Promise<OpenedKey> {
  const folder = state ?? spool;
  if (folder === null) return { key: undefined, keyFile: null, problem: null };
  const { key, problem } = await storedKey(folder, state === null ? makeOwnFolder : makeFolder);
  return { key, keyFile: problem === null ? join(folder, KEY_FILE) : null, problem };
}

/** Of pseudonyms that more than one report has: by 32 bits, a hundred names have a chance of one in a million to meet. */
export const SHARED_DIGITS = 8;

/** Doing it twice changes nothing, whatever the second key. */
function pseudonymised<Kind>(
  report: Kind,
  key: Uint8Array | undefined,
): { report: Kind; legend: Legend | null } {
  const digits = key === undefined ? undefined : SHARED_DIGITS;
  const redactor = createPseudonymizer({ names: wellKnownNames(), key, digits });
  redactor.learn(report);
  return { report: withStrictNote(redactor.value(report)), legend: redactor.legend() };
}
