/** If a device on the path completes every connection, a TCP handshake does not prove the service. Pure. */

import type { ObservedControl } from '../model/controls.ts';
import type { Target } from '../model/report.ts';
import { isReached } from './verdict.ts';

const REASON =
  'a completed TCP connection proves nothing here: something on the path completes it for any address';

/** If the reserved address connected, targets that only a TCP handshake proved become untested. */
export function downgradeBareConnections(
  targets: readonly Target[],
  controls: readonly ObservedControl[],
): readonly Target[] {
  const reservedAddressConnects = controls.some(
    (control) => control.name === 'tcp-reserved-address' && control.outcome === 'anomalous',
  );
  if (!reservedAddressConnects) return targets;
  return targets.map((target) =>
    isBare(target) ? { ...target, status: 'untested', reason: REASON, failure: null } : target,
  );
}

/** Private addresses are excluded, because the device is on the outbound path. */
function isBare(target: Target): boolean {
  const { attempts, addresses } = target;
  const passed = attempts.filter(({ ok }) => ok);
  return (
    isReached(target) &&
    addresses.some(({ scope }) => scope === 'public') &&
    passed.every(({ facts }) => facts.proof === 'connect')
  );
}
