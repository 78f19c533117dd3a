/** Loss at random, measured where attempts at one address both passed and failed. Pure. */
import type { Failure } from '../../probes/failures.ts';
import type { Attempt, Target } from '../model/report.ts';
import { isPublic } from './addresses.ts';
import { destinations } from './destinations.ts';

/** How lost packets look. */
const LOST: readonly (Failure | null)[] = [
  'tcp_timeout',
  'tcp_refused',
  'tcp_reset',
  'tls_timeout',
  'tls_reset',
  'tls_closed',
  'protocol_timeout',
  'protocol_closed',
  'udp_timeout',
];
/** With fewer endpoints that passed and failed, the loss is theirs and not the network's. */
const MANY_MIXED = 3;
/**
 * The least chance of losing every attempt with which a dead endpoint is counted as lost. A missing rule is likelier
 * where nothing else of its destination passed.
 */
const LEAST_CHANCE = { alone: 0.005, besideOthers: 0.001 } as const;

export interface Loss {
  /** Part of the attempts at public addresses that failed, 0 to 1, at endpoints where another attempt passed. */
  readonly rate: number;
  /** Endpoints whose every attempt failed, as that rate lets expect. */
  readonly dead: readonly Target[];
}

/** The loss in a run; null when too few endpoints show one. */
export function measureLoss(targets: readonly Target[]): Loss | null {
  const passed = targets.filter(
    (target) => target.group !== 'dns' && publicAttempts(target).some(({ ok }) => ok),
  );
  const mixed = passed.flatMap(mixedAttempts);
  if (new Set(mixed.map(({ target }) => target)).size < MANY_MIXED) return null;
  const failures = new Set(mixed.flatMap(({ attempts }) => attempts.flatMap(({ failure }) => failure ?? [])));
  const attempts = passed.flatMap(publicAttempts);
  const rate =
    attempts.filter(({ failure }) => failure !== null && failures.has(failure)).length / attempts.length;
  const silent = targets.filter((target) => isDead(target, failures));
  const dead = destinations(silent).flatMap((group) => {
    const rest = group.targets.filter((target) => !isAmongPassed(target, passed));
    const isChance = rate ** tries(rest) >= LEAST_CHANCE.alone;
    return group.targets.filter((target) =>
      rest.includes(target) ? isChance : rate ** tries([target]) >= LEAST_CHANCE.besideOthers,
    );
  });
  return { rate, dead };
}

/** The attempts at addresses where some passed and some were lost. */
function mixedAttempts(target: Target): { target: Target; attempts: readonly Attempt[] }[] {
  const byAddress = Map.groupBy(publicAttempts(target), ({ address }) => address);
  return [...byAddress.values()]
    .filter(
      (attempts) => attempts.some(({ ok }) => ok) && attempts.some(({ failure }) => LOST.includes(failure)),
    )
    .map((attempts) => ({ target, attempts: attempts.filter(({ failure }) => LOST.includes(failure)) }));
}

function isDead({ group, status, attempts }: Target, failures: ReadonlySet<Failure>): boolean {
  return (
    group !== 'dns' &&
    status === 'unreachable' &&
    attempts.length > 0 &&
    attempts.every(({ address, failure }) => isPublic(address) && failure !== null && failures.has(failure))
  );
}

/** Whether another endpoint of the same rule and port passed, so that no rule for it is missing. */
function isAmongPassed(target: Target, passed: readonly Target[]): boolean {
  const rule = target.serviceTag ?? target.group;
  return passed.some((other) => (other.serviceTag ?? other.group) === rule && other.port === target.port);
}

function tries(targets: readonly Target[]): number {
  return targets.reduce((sum, { attempts }) => sum + attempts.length, 0);
}

function publicAttempts({ attempts }: Target): readonly Attempt[] {
  return attempts.filter(({ address }) => isPublic(address));
}
