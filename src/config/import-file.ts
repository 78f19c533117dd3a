/** Reads `--from` before anything is sent, so that a wrong file does not cost a run. */
import { basename } from 'node:path';
import { printable } from '../../probes/printable.ts';
import { LARGEST_REPLY, readAzureDocuments } from '../azure/read.ts';
import type { AzureDocument, EndpointList, ImportedFile } from '../azure/reading.ts';
import { readBounded } from '../common/bounded-file.ts';
import { quotePath } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Options } from './types.ts';

type ImportReading =
  | { readonly ok: true; readonly imported: ImportedFile }
  | { readonly ok: false; readonly problem: string };

/** @param path absolute */
export function readImport(path: string): ImportReading {
  // This file is read twice, so it cannot be stdin.
  if (path === '-') return { ok: false, problem: 'is not a file; save the reply in one and name that' };
  const file = readBounded(path, LARGEST_REPLY, 'a saved reply of Azure');
  if (!file.ok) return file;
  const reading = readAzureDocuments(file.bytes, basename(path));
  if (!reading.ok) return reading;
  const { documents } = reading;
  return { ok: true, imported: { file: printable(basename(path)), savedAt: file.modifiedAt, documents } };
}

/**
 * The files of `--from`, in their order.
 * @throws UsageError for a file that has changed since the options were loaded, and can no longer be read
 */
export function readImports({ from }: Pick<Options, 'from'>): ImportedFile[] {
  return from.map((path) => {
    const reading = readImport(path);
    if (!reading.ok) throw new UsageError([`from: ${quotePath(path)} ${reading.problem}`]);
    return reading.imported;
  });
}

/** The lists of endpoints in the files, which the plan tests. */
export function endpointListsIn(
  files: readonly ImportedFile[],
): { readonly file: string; readonly document: EndpointList }[] {
  return files.flatMap(({ file, documents }) =>
    documents.filter(isEndpointList).map((document) => ({ file, document })),
  );
}

function isEndpointList(document: AzureDocument): document is EndpointList {
  return document.kind === 'network-status' || document.kind === 'outbound-dependencies';
}
