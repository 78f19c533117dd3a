import type { Attempt, Finding, Observations, Target } from '../model/report.ts';

/**
 * The input of a rule. Targets are sorted by id, so that the plan's order has no effect. They hold only attempts at
 * addresses that their name resolved to, because users follow DNS.
 */
export interface Scene {
  readonly observations: Observations;
  /** All targets, explained or not. */
  readonly targets: readonly Target[];
  /** All targets and the pings, which Azure drops in many places. */
  readonly withPings: readonly Target[];
  /** Failing targets that no earlier rule has explained. */
  readonly open: readonly Target[];
  /** Whether `open` has this target. */
  readonly isOpen: (target: Target) => boolean;
  /** By target id, the attempts at `--vip` of names that do not resolve to it. */
  readonly atVip: ReadonlyMap<string, readonly Attempt[]>;
}

/**
 * Recognises one cause. A finding explains every target in its evidence, except reachable ones.
 */
export type Rule = (scene: Scene) => readonly Finding[];

/** The targets that a finding may name: reachable ones, and those that no earlier rule has explained. */
export function nameable({ isOpen }: Scene, targets: readonly Target[]): readonly Target[] {
  return targets.filter((target) => target.status === 'reachable' || isOpen(target));
}
