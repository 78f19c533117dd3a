/** Opens the outputs of a run that are pipes or devices before it sends anything. */
import { quotePath } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import { type Outlet, OutletError, openOutlet } from '../delivery/files/outlet.ts';
import type { OutputPlan } from './outputs.ts';

/** By path, without regular files. */
export type Outlets = ReadonlyMap<string, Outlet>;

/**
 * Opens each output of the plan that is not a regular file.
 * @throws UsageError naming each output that cannot be written, such as a pipe without a reader
 */
export function openOutlets({ files }: Pick<OutputPlan, 'files'>): Outlets {
  const outlets = new Map<string, Outlet>();
  const problems: string[] = [];
  for (const { path } of files) {
    try {
      const outlet = outlets.has(path) ? null : openOutlet(path);
      if (outlet !== null) outlets.set(path, outlet);
    } catch (error) {
      if (!(error instanceof OutletError)) throw error;
      problems.push(`the output ${quotePath(path)} cannot be written: ${error.message}`);
    }
  }
  if (problems.length === 0) return outlets;
  closeOutlets(outlets);
  throw new UsageError(problems);
}

/** Readers then see the end of the file. */
export function closeOutlets(outlets: Outlets): void {
  for (const outlet of outlets.values()) outlet.close();
}
