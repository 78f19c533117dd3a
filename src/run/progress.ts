import type { Control } from '../model/controls.ts';
import type { Attempt, ObservedTarget, Resolution } from '../model/report.ts';

/** The parts of a run, in the order in which they begin. */
export type Phase = 'survey' | 'resolve' | 'probe' | 'controls' | 'diagnose';

/** Progress of a run, for its caller. Ids are those of the targets. */
export type ProgressEvent =
  | { readonly kind: 'phase'; readonly name: Phase }
  | { readonly kind: 'start'; readonly total: number }
  | { readonly kind: 'begin'; readonly id: string }
  | { readonly kind: 'resolved'; readonly id: string; readonly resolutions: readonly Resolution[] }
  /** An attempt begins: one of a series of so many at one address. */
  | { readonly kind: 'try'; readonly id: string; readonly number: number; readonly of: number }
  | { readonly kind: 'attempt'; readonly id: string; readonly attempt: Attempt }
  | { readonly kind: 'end'; readonly id: string; readonly target: ObservedTarget }
  /** The late attempt at a target that has ended: the run waits for its time, and then for its end. */
  | { readonly kind: 'late'; readonly id: string; readonly is: 'awaited' | 'over' }
  | { readonly kind: 'control'; readonly name: Control['name']; readonly is: 'awaited' | 'over' };
