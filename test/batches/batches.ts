/**
 * The folders of test/ whose files share a process: one start of the runtime, of tap and of the modules for all of them.
 * Only folders whose tests leave no trace in their process. Those of src/cli/ and src/delivery/ do: a secret that one
 * file gives to the program stays known, and would be hidden from the next file whether or not the rules find it.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';

const ROOT = join(import.meta.dirname, '../..');

/** By the name of the file here that runs them. */
export const BATCHES = {
  judgement: ['azure', 'catalog', 'common', 'compare', 'diagnosis', 'model', 'plan', 'records', 'report'],
  probes: ['probes'],
  runs: ['lab', 'run'],
  scenarios: ['scenarios'],
  settings: ['config', 'environment'],
  wire: ['probes/wire'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** @returns the test files of a folder of test/, without those of the folders in it, by their paths in the repository */
export function testFilesIn(folder: string): string[] {
  return globSync(`test/${folder}/*.test.ts`, { cwd: ROOT }).sort();
}

/** Has tap run the files of a batch one after the other, in this process. */
export async function runBatch(t: Test, name: keyof typeof BATCHES): Promise<void> {
  // ms; the limit of each test stays what it is.
  t.setTimeout(600_000);
  for (const file of BATCHES[name].flatMap(testFilesIn)) await import(join(ROOT, file));
}
