import type { Target } from '../model/report.ts';
import { dialledAddresses } from './addresses.ts';
import { lastError } from './attempts.ts';
import { receivedText } from './pages.ts';
import { brief, list } from './text.ts';

/** “host:port (addresses): the last error; it sent “…””, for a sentence about targets with the same failure. */
export function describeLastFailure(target: Target): string {
  const addresses = dialledAddresses(target);
  const where = addresses.length > 0 ? ` (${list(addresses, 3)})` : '';
  const error = lastError(target);
  const received = receivedText(target);
  return (
    `${target.host}:${target.port}${where}${error === null ? '' : `: ${brief(error)}`}` +
    `${received === null ? '' : `; it sent “${brief(received)}”`}`
  );
}
