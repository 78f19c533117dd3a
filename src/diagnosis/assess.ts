/** Turns observations into a status for each target, before the rules look for causes. Pure. */
import type { Observations, ObservedTarget, Target } from '../model/report.ts';
import { downgradeBareConnections } from './bare-connections.ts';
import { rejectSharedPages } from './foreign-pages.ts';
import { latencyOf } from './latency.ts';
import { relaxSpareServers } from './spare-servers.ts';
import { outcomeOfJudged, withJudgedAttempts } from './status.ts';
import { discountUnroutedIPv6 } from './unrouted-ipv6.ts';

/** Targets in the order of the observations, with judged attempts and without a cause. */
export interface Assessment {
  readonly targets: readonly Target[];
  /** For the report's notes. */
  readonly notes: readonly string[];
}

export function assess({ targets, controls }: Pick<Observations, 'targets' | 'controls'>): Assessment {
  const { targets: counted, note } = discountUnroutedIPv6(rejectSharedPages(targets).map(withStatus));
  return {
    targets: relaxSpareServers(downgradeBareConnections(counted, controls)),
    notes: note === null ? [] : [note],
  };
}

function withStatus(observed: ObservedTarget): Target {
  const target = withJudgedAttempts(observed);
  const { addresses, addressesFrom, resolutions, attempts, ...identity } = target;
  return {
    ...identity,
    ...outcomeOfJudged(target),
    cause: null,
    addresses,
    addressesFrom,
    resolutions,
    attempts,
    latency: latencyOf(attempts),
  };
}
