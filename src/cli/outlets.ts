/** The outputs of a run that are pipes or devices, opened before anything is sent. */
import { quotePath } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import { type Outlet, OutletError, openOutlet } from '../delivery/files/outlet.ts';
import type { OutputPlan } from './outputs.ts';

/** By their paths; regular files are not among them. */
export type Outlets = ReadonlyMap<string, Outlet>;

/**
 * Opens each output of the plan that is not a regular file.
 * @throws UsageError naming each that can take no report, among them a pipe that nothing reads
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

/** Their readers see the end. */
export function closeOutlets(outlets: Outlets): void {
  for (const outlet of outlets.values()) outlet.close();
}
