/** Assembles the observations of a target. Pure; the diagnosis interprets them. */
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
  /** Codes of the local resources whose lack delayed targets until the end; null when there was no lack. */
  readonly heldUpBy: string | null;
}

/** A target for which the run sent nothing, with the reason. */
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

/** A target with its observations. */
export function observedTarget(planned: PlannedTarget, seen: Seen): ObservedTarget {
  return {
    ...identity(planned),
    ...obstacle(seen),
    addresses: [...seen.dialable.addresses],
    addressesFrom: seen.dialable.from,
    resolutions: [...seen.resolutions],
    // An attempt that this machine could not make is not evidence about the target.
    attempts: seen.tried
      .filter((tried) => tried.impossible === null && limitOf(tried) === null)
      .map(({ attempt }) => attempt),
  };
}

function identity(planned: PlannedTarget) {
  return {
    id: planned.id,
    group: planned.group,
    resourceType: planned.resourceType,
    host: planned.host,
    port: planned.port,
    protocol: planned.protocol,
    required: planned.required,
    serviceTag: planned.serviceTag,
    purpose: planned.purpose,
    source: planned.source,
    until: planned.until,
    // The history fills these in, because a run does not know earlier runs.
    lastStatusChange: null,
    flaps: 0,
    // These come from Azure's documents, which a run does not read.
    rule: null,
    route: null,
  };
}

type Obstacle = Pick<ObservedTarget, 'failure' | 'reason'>;

const NONE: Obstacle = { failure: null, reason: null };
const OUT_OF_TIME: Obstacle = {
  failure: 'deadline_exceeded',
  reason: 'the run ended before this was known',
};
export const DEFECT = 'a defect in apim-probe put an end to this test';

/** Why no attempt at an address of the target's name finished; NONE when enough did. */
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
  // API Management reaches its dependencies over IPv4, so an untried IPv4 address is reported.
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
    return limitedBy(heldUpBy, ', and the run ended before the turn of this target');
  }
  if (tried.length > 0 || failure === null || failure === 'deadline_exceeded') return OUT_OF_TIME;
  return { failure, reason: null };
}

function limitedBy(detail: string, consequence?: string): Obstacle {
  return { failure: 'local_limit', reason: shortageReason(detail, consequence) };
}
