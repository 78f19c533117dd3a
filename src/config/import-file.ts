/** Reads `--from` before anything is sent, so that a wrong file does not cost a run. */
import { basename } from 'node:path';
import { printable } from '../../probes/printable.ts';
import { type AzureDocument, LARGEST_REPLY, type Reading, readAzureDocument } from '../azure/read.ts';
import { readBounded } from '../common/bounded-file.ts';
import { quotePath } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Options } from './types.ts';

/** @param path absolute */
export function readImport(path: string): Reading {
  // This file is read twice, so it cannot be stdin.
  if (path === '-') return { ok: false, problem: 'is not a file; save the reply in one and name that' };
  const file = readBounded(path, LARGEST_REPLY, 'a saved reply of Azure');
  return file.ok ? readAzureDocument(file.bytes) : file;
}

/**
 * The documents of `--from`, each with the name of its file.
 * @throws UsageError for a file that has changed since the options were loaded, and can no longer be read
 */
export function readImports({
  from,
}: Pick<Options, 'from'>): { readonly file: string; readonly document: AzureDocument }[] {
  return from.map((path) => {
    const reading = readImport(path);
    if (!reading.ok) throw new UsageError([`from: ${quotePath(path)} ${reading.problem}`]);
    return { file: printable(basename(path)), document: reading.document };
  });
}
