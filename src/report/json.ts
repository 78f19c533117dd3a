/** The report as JSON, in the form of files. */
import { harmlessPieces } from '../common/escaped-json.ts';
import { writtenEntries } from '../model/certificates.ts';
import type { Report } from '../model/report.ts';

/** @returns the text in pieces that each end with a line and can be read once */
export function reportJson(report: Report): Generator<string> {
  return harmlessPieces(writtenEntries(report));
}
