/** Loss at random, measured where attempts at one address both passed and failed. Pure. */
import type { Failure } from '../../probes/failures.ts';
import { LOST } from '../model/lost-packets.ts';
import type { Attempt, Target } from '../model/report.ts';
import { isPublic } from './addresses.ts';
import { attemptsWherePassed } from './attempts.ts';
import { destinations } from './destinations.ts';

/** With fewer endpoints that passed and failed, the loss is theirs and not the network's. */
const MANY_MIXED = 3;
/**
 * The least chance of losing every attempt with which a dead endpoint is counted as lost. A missing rule is likelier
 * where nothing else of its destination passed.
 */
const LEAST_CHANCE = { alone: 0.005, besideOthers: 0.001 } as const;

export interface Loss {
  /** Part of the attempts that failed, 0 to 1, at public addresses where another attempt passed. */
  readonly rate: number;
  /** Endpoints whose every attempt failed, as that rate lets expect. */
  readonly dead: readonly Target[];
}

/** The loss in a run; null when too few endpoints show one. */
export function measureLoss(targets: readonly Target[]): Loss | null {
  // Most runs lose nothing, and need no comparison.
  if (targets.filter(({ attempts }) => attempts.some(isLost)).length < MANY_MIXED) return null;
  const passed = targets.filter(
    (target) => target.group !== 'dns' && publicAttempts(target).some(({ ok }) => ok),
  );
  const byTarget = passed.map((target) => attemptsWherePassed(publicAttempts(target)));
  const attempts = byTarget.flat();
  const mixed = byTarget.filter((each) => each.some(isLost));
  if (mixed.length < MANY_MIXED) return null;
  const lost = attempts.filter(isLost);
  const failures = new Set(lost.flatMap(({ failure }) => failure ?? []));
  const rate = lost.length / attempts.length;
  const silent = targets.filter((target) => isDead(target, failures));
  // Another endpoint of the same rule and port passed, so that no rule for this one is missing.
  const passing = new Set(passed.map(ruleAndPort));
  const isBesideOthers = (target: Target) => passing.has(ruleAndPort(target));
  const dead = destinations(silent).flatMap((group) => {
    const rest = group.targets.filter((target) => !isBesideOthers(target));
    const isChance = rate ** tries(rest) >= LEAST_CHANCE.alone;
    return group.targets.filter((target) =>
      isBesideOthers(target) ? rate ** tries([target]) >= LEAST_CHANCE.besideOthers : isChance,
    );
  });
  return { rate, dead };
}

function isLost({ failure }: Attempt): boolean {
  return LOST.includes(failure);
}

function isDead({ group, status, attempts }: Target, failures: ReadonlySet<Failure>): boolean {
  return (
    group !== 'dns' &&
    status === 'unreachable' &&
    attempts.length > 0 &&
    attempts.every(({ address, failure }) => isPublic(address) && failure !== null && failures.has(failure))
  );
}

function ruleAndPort({ serviceTag, group, port }: Target): string {
  return `${serviceTag ?? group} ${port}`;
}

function tries(targets: readonly Target[]): number {
  return targets.reduce((sum, { attempts }) => sum + attempts.length, 0);
}

function publicAttempts({ attempts }: Target): readonly Attempt[] {
  return attempts.filter(({ address }) => isPublic(address));
}
