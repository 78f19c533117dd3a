import type { Target } from '../model/report.ts';
import { dialledAddresses } from './addresses.ts';
import { lastError } from './attempts.ts';
import { brief, list } from './text.ts';

/** “host:port (addresses): the last error”, for a sentence about targets with the same failure. */
export function describeLastFailure(target: Target): string {
  const addresses = dialledAddresses(target);
  const where = addresses.length > 0 ? ` (${list(addresses, 3)})` : '';
  const error = lastError(target);
  return `${target.host}:${target.port}${where}${error === null ? '' : `: ${brief(error)}`}`;
}
