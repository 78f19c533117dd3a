import type { Attempt, Finding, Observations, Target } from '../model/report.ts';

/**
 * What a rule looks at. Targets are sorted by id, so that the plan's order decides nothing, and hold only the
 * attempts at addresses that their own name led to: what whoever uses the name gets.
 */
export interface Scene {
  readonly observations: Observations;
  /** All targets, explained or not. */
  readonly targets: readonly Target[];
  /** The same with pings, which prove nothing: Azure drops them in many places. */
  readonly withPings: readonly Target[];
  /** Targets with something to explain that no earlier rule has explained. */
  readonly open: readonly Target[];
  /** By target id, the attempts at `--vip` where the name led elsewhere or nowhere. */
  readonly atVip: ReadonlyMap<string, readonly Attempt[]>;
}

/**
 * Recognises one cause. Every target named in a finding's evidence counts as explained by it, but for those
 * that were reached: they are evidence only.
 */
export type Rule = (scene: Scene) => readonly Finding[];

/** Those of some targets that a finding may name: what is fine, and what no earlier rule has explained. */
export function nameable({ open }: Scene, targets: readonly Target[]): readonly Target[] {
  return targets.filter((target) => target.status === 'reachable' || open.includes(target));
}
