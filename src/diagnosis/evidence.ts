import type { Target } from '../model/report.ts';
import { dialled } from './addresses.ts';
import { lastError } from './attempts.ts';
import { brief, list } from './text.ts';

/** “host:port (addresses): the last error”, for a sentence about targets that failed in the same way. */
export function describeLastFailure(target: Target): string {
  const addresses = dialled(target);
  const where = addresses.length > 0 ? ` (${list(addresses, 3)})` : '';
  const error = lastError(target);
  return `${target.host}:${target.port}${where}${error === null ? '' : `: ${brief(error)}`}`;
}
