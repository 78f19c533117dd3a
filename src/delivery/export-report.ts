/** Exports reports in any format, at the requested level of redaction. */
import { join } from 'node:path';
import { harmlessJson } from '../common/escaped-json.ts';
import type { Options, ReportFormat } from '../config/types.ts';
import type { Report } from '../model/report.ts';
import { isOlderFormat, otherMajor, writtenVersion } from '../model/schema-version.ts';
import { withStrictNote } from '../model/strict-note.ts';
import { renderCsv } from '../report/csv.ts';
import { renderHtml } from '../report/html.ts';
import { reportJson } from '../report/json.ts';
import { renderJunit } from '../report/junit.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { renderNagios } from '../report/nagios.ts';
import { toNetworkStatus } from '../report/network-status.ts';
import { renderPrometheus } from '../report/prometheus.ts';
import { renderText } from '../report/text.ts';
import { makeFolder } from './files/make-folder.ts';
import { hideKnownSecrets } from './redaction/known-secrets.ts';
import { KEY_FILE, storedKey } from './redaction/pseudonym-key.ts';
import { createPseudonymizer } from './redaction/redactor.ts';
import type { Legend } from './redaction/types.ts';
import { wellKnownNames } from './redaction/well-known-names.ts';
import { type Rewrite, UnsendableReport } from './upload/spool.ts';
import { makeOwnFolder } from './upload/spool-folder.ts';

const FILE_WIDTH = 80;

const RENDERERS: Readonly<Record<ReportFormat, (report: Report) => string | Iterable<string>>> = {
  json: reportJson,
  text: (report) => renderText(report, { color: false, width: FILE_WIDTH, quiet: false }),
  html: renderHtml,
  markdown: renderMarkdown,
  junit: renderJunit,
  prometheus: renderPrometheus,
  nagios: renderNagios,
  csv: renderCsv,
  'network-status': (report) => harmlessJson(toNetworkStatus(report)),
};

export interface ExportedReport {
  readonly report: Report;
  /** The finished text, whole or in pieces that each end with a line and can be read once. */
  render(format: ReportFormat): string | Iterable<string>;
  /** The names behind its pseudonyms; null at the standard level. */
  readonly legend: Legend | null;
}

export interface ReportExporter {
  /** Why other reports do not share the pseudonyms; null when they do, or without pseudonyms. */
  readonly problem: string | null;
  /** Path of the key of the pseudonyms; null without pseudonyms, or when it is not stored. */
  readonly keyFile: string | null;
  /** @param report without secrets */
  exportReport(report: Report): ExportedReport;
  /** Does the same for the JSON of a report of any version. Idempotent. */
  readonly rewrite: Rewrite;
}

/**
 * Opens an exporter. At the strict level the reports of a VM share the key of their pseudonyms. The key is in the state
 * folder, or in the spool without one.
 * @param spool its folder, or null when nothing is sent
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
      // The older version redacted its own reports.
      rewrite: (json) => (isOlderFormat(writtenVersion(json)) ? json : hideKnownSecrets(json)),
    };
  const { key, keyFile, problem } = await openKey(state, spool);
  return {
    problem,
    keyFile,
    exportReport: (original) => {
      const { report, legend } = pseudonymize(original, key);
      return { ...exportAsIs(report), legend };
    },
    rewrite: (json) => {
      refuseOlder(writtenVersion(json));
      return harmlessJson(pseudonymize<unknown>(JSON.parse(json), key).report);
    },
  };
}

/** Unknown fields of another major version might leak names. @throws UnsendableReport */
function refuseOlder(version: string): void {
  if (!isOlderFormat(version)) return;
  throw new UnsendableReport(
    `${otherMajor(version)}, and hides names (--redact strict) only in those: send it with --redact standard, or delete it`,
  );
}

/** Exports a report without pseudonyms. */
export function exportAsIs(report: Report): ExportedReport {
  return { report, render: (format) => RENDERERS[format](report), legend: null };
}

interface OpenedKey {
  /** Undefined when no key is stored: each document then gets its own key. */
  readonly key: Uint8Array | undefined;
  readonly keyFile: string | null;
  readonly problem: string | null;
}

/** The key that the reports of this VM share. Returns disk errors as `problem`. */
export async function openKey(state: string | null, spool: string | null): Promise<OpenedKey> {
  const folder = state ?? spool;
  if (folder === null) return { key: undefined, keyFile: null, problem: null };
  const { key, problem } = await storedKey(folder, state === null ? makeOwnFolder : makeFolder);
  return { key, keyFile: problem === null ? join(folder, KEY_FILE) : null, problem };
}

/** Digits of shared pseudonyms: with 32 bits, a hundred names collide with a chance of one in a million. */
export const SHARED_DIGITS = 8;

/** Idempotent, even with a different second key. */
function pseudonymize<Kind>(
  report: Kind,
  key: Uint8Array | undefined,
): { report: Kind; legend: Legend | null } {
  const digits = key === undefined ? undefined : SHARED_DIGITS;
  const redactor = createPseudonymizer({ names: wellKnownNames(), key, digits });
  redactor.learn(report);
  return { report: withStrictNote(redactor.value(report)), legend: redactor.legend() };
}
