/** Where something on the path connects for everyone, a bare connection is no sign of the service. Pure. */
import type { Control } from '../model/controls.ts';
import type { Target } from '../model/report.ts';

const REASON =
  'a completed TCP connection proves nothing here: something on the path completes it for any address';

/** Takes back what only a TCP handshake vouched for, once the reserved address has connected. */
export function downgradeBareConnections(
  targets: readonly Target[],
  controls: readonly Control[],
): readonly Target[] {
  const anyoneConnects = controls.some(
    ({ name, outcome }) => name === 'tcp-reserved-address' && outcome === 'anomalous',
  );
  if (!anyoneConnects) return targets;
  return targets.map((target) =>
    isBare(target) ? { ...target, status: 'untested', reason: REASON, failure: null } : target,
  );
}

/** Private addresses are left out: the device stands on the way out of the network. */
function isBare({ status, attempts, addresses }: Target): boolean {
  const passed = attempts.filter(({ ok }) => ok);
  return (
    (status === 'reachable' || status === 'intermittent') &&
    addresses.some(({ scope }) => scope === 'public') &&
    passed.every(({ facts }) => facts.proof === 'connect')
  );
}
