/** What was seen of a target, put together. Pure: what it amounts to, the diagnosis decides. */
import { isIPv6 } from 'node:net';
import type { Failure } from '../../probes/failures.ts';
import type { ObservedTarget, Resolution } from '../model/report.ts';
import type { PlannedTarget } from '../plan/types.ts';
import { limitOf, type Tried } from './attempt.ts';
import type { Dialable } from './names.ts';
import { shortageReason } from './shortage.ts';

export interface Seen {
  readonly dialable: Dialable;
  readonly resolutions: readonly Resolution[];
  readonly tried: readonly Tried[];
  /** The codes of what this machine was short of at the end, and made targets wait; null when of nothing. */
  readonly heldUpBy: string | null;
}

/** A target for which nothing was sent, and why. */
export function untestedTarget(
  planned: PlannedTarget,
  reason: string,
  failure: Failure | null = null,
): ObservedTarget {
  return {
    ...identity(planned),
    ...{ failure, reason },
    addresses: [],
    addressesFrom: null,
    resolutions: [],
    attempts: [],
  };
}

/** A target as it was seen. */
export function observedTarget(planned: PlannedTarget, seen: Seen): ObservedTarget {
  return {
    ...identity(planned),
    ...obstacle(seen),
    addresses: [...seen.dialable.addresses],
    addressesFrom: seen.dialable.from,
    resolutions: [...seen.resolutions],
    // What this machine could not even try is not evidence of the target.
    attempts: seen.tried
      .filter((tried) => tried.impossible === null && limitOf(tried) === null)
      .map(({ attempt }) => attempt),
  };
}

function identity(planned: PlannedTarget) {
  const { id, group, resourceType, host, port, protocol, required, serviceTag, purpose, source, until } =
    planned;
  return {
    ...{ id, group, resourceType, host, port, protocol, required, serviceTag, purpose, source, until },
    // One run knows of no other; the history fills these in.
    lastStatusChange: null,
    flaps: 0,
  };
}

type Obstacle = Pick<ObservedTarget, 'failure' | 'reason'>;

const NONE: Obstacle = { failure: null, reason: null };
const OUT_OF_TIME: Obstacle = {
  failure: 'deadline_exceeded',
  reason: 'the run ended before this could be told',
};
export const DEFECT = 'a defect in apim-probe put an end to this test';

/** What kept attempts from being finished at the addresses of the target's own name; nothing when enough were. */
function obstacle({ dialable, tried: all, heldUpBy }: Seen): Obstacle {
  const tried = all.filter(({ attempt }) => attempt.addressFrom === 'name');
  const isFinished = tried.some(
    (each) =>
      each.defect === null &&
      each.impossible === null &&
      limitOf(each) === null &&
      each.attempt.failure !== 'deadline_exceeded',
  );
  const limited = tried.filter((each) => limitOf(each) !== null);
  const [first] = limited;
  // API Management reaches its dependencies over IPv4, so what could not be tried over it stays known.
  if (first !== undefined && (!isFinished || limited.some(({ attempt }) => !isIPv6(attempt.address)))) {
    return limitedBy(limitOf(first) ?? '');
  }
  if (isFinished) return NONE;
  if (tried.some(({ defect }) => defect !== null)) return { failure: 'unexpected', reason: DEFECT };
  const impossible = tried.find((each) => each.impossible !== null)?.impossible;
  if (typeof impossible === 'string') return { failure: null, reason: impossible };
  const { failure, limit } = dialable;
  if (limit !== null) return limitedBy(limit);
  if (tried.length === 0 && heldUpBy !== null && (failure === null || failure === 'deadline_exceeded')) {
    return limitedBy(heldUpBy, ', and the run ended before this one had its turn');
  }
  if (tried.length > 0 || failure === null || failure === 'deadline_exceeded') return OUT_OF_TIME;
  return { failure, reason: null };
}

function limitedBy(detail: string, consequence?: string): Obstacle {
  return { failure: 'local_limit', reason: shortageReason(detail, consequence) };
}
