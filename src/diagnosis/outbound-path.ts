/** Whether anything public answers. Pure. */
import { AZURE_DNS } from '../model/azure.ts';
import type { Target } from '../model/report.ts';
import { dialledAddresses, isPublic } from './addresses.ts';
import { connected } from './attempts.ts';

/** Whether a public address answered. Azure DNS is on the host and does not prove an outbound path. */
export function provesPath(target: Target): boolean {
  if (target.group === 'dns') {
    return (
      target.host !== AZURE_DNS &&
      isPublic(target.host) &&
      target.status !== 'unreachable' &&
      target.status !== 'untested'
    );
  }
  const answered = target.attempts.some((attempt) => isPublic(attempt.address) && connected(attempt));
  return answered || (target.status === 'reachable' && dialledAddresses(target).some(isPublic));
}
