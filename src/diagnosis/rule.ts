import type { Finding, Observations, Target } from '../report/schema.ts';

/** What a rule looks at. Targets are sorted by id, so that the plan's order decides nothing. */
export interface Scene {
  readonly observations: Observations;
  /** All targets, explained or not. */
  readonly targets: readonly Target[];
  /** Targets with something to explain that no earlier rule has explained. */
  readonly open: readonly Target[];
}

/**
 * Recognises one cause. Every target named in a finding's evidence counts as explained by it, but for those
 * that were reached: they are evidence only.
 */
export type Rule = (scene: Scene) => readonly Finding[];
