/**
 * One last attempt at required endpoints that died while others passed: a loss that hits three attempts in a row, or
 * the failover of an appliance, is not a rule that blocks.
 */
import { addressScope } from '../../probes/address-scope.ts';
import type { Failure } from '../../probes/failures.ts';
import { pause } from '../../probes/wire/budget.ts';
import { LOST } from '../model/lost-packets.ts';
import type { Attempt, ObservedTarget } from '../model/report.ts';
import type { PlannedTarget } from '../plan/types.ts';
import { limitOf } from './attempt.ts';
import type { RunContext } from './context.ts';
import { probeOf, tryAddress } from './target.ts';

/** ms after the first attempt at an address; a TCP connection that is lost at first has been retried by then, too. */
export const LATE_AFTER = 12_000;
/** More endpoints than this do not die by chance. */
const MOST_TARGETS = 16;

/** Failures on the path. What a service answered does not change. */
const ON_THE_PATH: readonly (Failure | null)[] = [...LOST, 'tcp_unreachable', 'udp_refused'];

/**
 * Adds the last attempts to the targets that get one. None is made with --attempts 1, where no public target passed, or
 * where the run would end before.
 * @param planned the endpoints of the targets
 */
export async function addLateAttempts(
  planned: readonly PlannedTarget[],
  targets: readonly ObservedTarget[],
  context: RunContext,
): Promise<readonly ObservedTarget[]> {
  const dead = targets.filter(hasDied);
  if (context.attempts === 1 || dead.length === 0 || dead.length > MOST_TARGETS) return targets;
  if (!targets.some(hasPassed)) return targets;
  const late = new Map(
    await Promise.all(
      dead.map(async (target) => {
        const endpoint = planned.find(({ id }) => id === target.id);
        context.progress({ kind: 'late', id: target.id, is: 'awaited' });
        const attempts = endpoint === undefined ? [] : await tryLate(endpoint, target, context);
        context.progress({ kind: 'late', id: target.id, is: 'over' });
        return [target, attempts] as const;
      }),
    ),
  );
  return targets.map((target) => {
    const attempts = late.get(target);
    return attempts === undefined ? target : { ...target, attempts: [...target.attempts, ...attempts] };
  });
}

async function tryLate(
  planned: PlannedTarget,
  { attempts }: ObservedTarget,
  context: RunContext,
): Promise<Attempt[]> {
  const { system, budget, endsAt, lateAfter } = context;
  const probe = probeOf(planned);
  const firsts = new Map(
    attempts.toReversed().map(({ address, startedAt }) => [address, Date.parse(startedAt)]),
  );
  const tried = await Promise.all(
    [...firsts].map(async ([address, first]) => {
      // A clock that is set during the run must not make it wait for longer.
      const wait = Math.min(lateAfter, Math.max(0, first + lateAfter - system.now()));
      // The attempt needs at least its connection and one step.
      if (probe === null || system.monotonicMs() + wait + 2 * budget.stepMs > endsAt) return [];
      await pause(wait, budget.signal);
      return tryAddress(planned, address, 'name', probe, { ...context, attempts: 1 });
    }),
  );
  return tried
    .flat()
    .filter((each) => each.impossible === null && limitOf(each) === null)
    .map(({ attempt }) => attempt);
}

/** Whether a required endpoint was tried at public addresses alone, and every attempt failed on the path. */
function hasDied({ required, attempts }: ObservedTarget): boolean {
  return (
    required &&
    attempts.length > 0 &&
    attempts.every(
      ({ addressFrom, address, failure }) =>
        addressFrom === 'name' && ON_THE_PATH.includes(failure) && isPublic(address),
    )
  );
}

/** Azure’s DNS server is on the host, and proves no path. */
function hasPassed({ group, attempts }: ObservedTarget): boolean {
  return group !== 'dns' && attempts.some(({ ok, address }) => ok && isPublic(address));
}

function isPublic(address: string): boolean {
  return addressScope(address) === 'public';
}
