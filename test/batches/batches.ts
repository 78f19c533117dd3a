/**
 * The folders and files of test/ that share a process: one start of the runtime, of tap and of the modules for all of
 * them. Only tests that leave no trace in their process. Of src/cli/ and src/delivery/ these are the files without any
 * secret: one that is given to the program stays known, and would be hidden from the next file whether or not the rules
 * find it.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';

const ROOT = join(import.meta.dirname, '../..');

/** By the name of the file here that runs them. */
export const BATCHES = {
  build: ['build', 'documents'],
  cli: [
    'delivery/history',
    'cli/announcement.test.ts',
    'cli/bin.test.ts',
    'cli/compare.test.ts',
    'cli/defect.test.ts',
    'cli/exit-code.test.ts',
    'cli/history.test.ts',
    'cli/imports.test.ts',
    'cli/log.test.ts',
    'cli/outputs.test.ts',
    'cli/plan-render.test.ts',
    'cli/probe-and-report.test.ts',
    'cli/progress.test.ts',
    'cli/records.test.ts',
    'cli/run-history.test.ts',
    'cli/starter.test.ts',
  ],
  controls: ['run/controls'],
  install: ['install'],
  judgement: [
    'azure',
    'azure/documents',
    'catalog',
    'common',
    'compare',
    'diagnosis',
    'effective',
    'model',
    'plan',
    'preflight',
    'records',
    'report',
  ],
  lab: ['lab'],
  probes: ['probes'],
  runs: ['run'],
  scenarios: ['scenarios'],
  settings: ['config', 'environment'],
  wire: ['probes/wire'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** @returns the test files of a batch by their paths in the repository, without those of folders in its folders */
export function testFilesOf(name: keyof typeof BATCHES): string[] {
  return BATCHES[name].flatMap((entry) => {
    const pattern = entry.endsWith('.test.ts') ? entry : `${entry}/*.test.ts`;
    return globSync(`test/${pattern}`, { cwd: ROOT }).sort();
  });
}

/** Has tap run the files of a batch one after the other, in this process. */
export async function runBatch(t: Test, name: keyof typeof BATCHES): Promise<void> {
  // ms; the limit of each test stays what it is.
  t.setTimeout(600_000);
  for (const file of testFilesOf(name)) await import(join(ROOT, file));
}
