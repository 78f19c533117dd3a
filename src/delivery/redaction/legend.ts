/** The legend of a strict document: the originals of its pseudonyms, only for the customer. */
import { harmlessJson } from '../../common/escaped-json.ts';
import { VERSION } from '../../version.ts';
import { createNew } from '../files/write-file.ts';
import type { Legend, Original } from './types.ts';

export interface LegendHeader {
  /** Path of the key's file; null when the key is of these documents alone. */
  readonly keyFile: string | null;
  /** Ids of the reports that the legend was made with. */
  readonly reports: readonly string[];
}

const SHARED =
  'Names behind the pseudonyms of the reports listed, and of every other report and upload that was redacted with ' +
  'the same key. Keep it to yourself.';
const ALONE = 'Names behind the pseudonyms of this one document. Keep it to yourself.';

/** @returns JSON: a header, and `pseudonyms` as {pseudonym: {kind, name}} in alphabetical order */
function legendJson({ fingerprint, pseudonyms }: Legend, { keyFile, reports }: LegendHeader): string {
  const sorted = [...pseudonyms].sort(([one], [other]) => (one < other ? -1 : 1));
  return harmlessJson({
    about: keyFile === null ? ALONE : SHARED,
    agent: `apim-probe ${VERSION}`,
    key: { fingerprint, file: keyFile },
    reports,
    pseudonyms: Object.fromEntries(sorted satisfies [string, Original][]),
  });
}

/**
 * Writes a legend to a new file, for its owner alone; never through a link, and never over a file.
 * @throws the file system's error
 */
export function writeLegend(path: string, legend: Legend, header: LegendHeader): Promise<void> {
  return createNew(path, legendJson(legend, header));
}
