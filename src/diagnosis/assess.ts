/** From observations to a status for each target, before any cause is looked for. Pure. */
import type { Observations, ObservedTarget, Target } from '../model/report.ts';
import { downgradeBareConnections } from './bare-connections.ts';
import { latencyOf } from './latency.ts';
import { outcomeOf, withJudgedAttempts } from './status.ts';
import { discountUnroutedIPv6 } from './unrouted-ipv6.ts';

/** In the order of the observations; attempts are as the diagnosis takes them, and the cause is null. */
export interface Assessment {
  readonly targets: readonly Target[];
  /** For the report's notes. */
  readonly notes: readonly string[];
}

export function assess({ targets, controls }: Pick<Observations, 'targets' | 'controls'>): Assessment {
  const { targets: counted, note } = discountUnroutedIPv6(targets.map(withStatus));
  return {
    targets: downgradeBareConnections(counted, controls),
    notes: note === null ? [] : [note],
  };
}

function withStatus(observed: ObservedTarget): Target {
  const target = withJudgedAttempts(observed);
  const { addresses, addressesFrom, resolutions, attempts, ...identity } = target;
  return {
    ...identity,
    ...outcomeOf(target),
    cause: null,
    ...{ addresses, addressesFrom, resolutions, attempts },
    latency: latencyOf(attempts),
  };
}
