import type { Failure } from '../../../probes/failures.ts';

/** Whether an attempt ended by the run's time or this VM's resources, so that it shows nothing of the path. */
export function isInconclusive(failure: Failure | null): boolean {
  return failure === 'deadline_exceeded' || failure === 'local_limit';
}
