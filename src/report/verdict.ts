/** Statuses to counts and a verdict. Pure. */
import type { Counts, Report, Target } from './schema.ts';
import type { Verdict } from './vocabulary.ts';

/** How many targets of each status, required and optional apart. */
export function summarise(targets: readonly Target[]): Report['summary'] {
  return {
    required: count(targets.filter(({ required }) => required)),
    optional: count(targets.filter(({ required }) => !required)),
  };
}

function count(targets: readonly Target[]): Counts {
  const of = (status: Target['status']): number =>
    targets.filter((target) => target.status === status).length;
  return {
    total: targets.length,
    reachable: of('reachable'),
    intermittent: of('intermittent'),
    unreachable: of('unreachable'),
    untested: of('untested'),
  };
}

/**
 * What the counts amount to. A required endpoint that was not reached blocks; one that was not tested makes
 * it inconclusive, for no data is never a pass; anything flaky, or optional and missing, degrades.
 */
export function verdict({ required, optional }: Report['summary']): Verdict {
  if (required.unreachable > 0) return 'blocked';
  if (required.untested > 0 || required.total === 0) return 'inconclusive';
  const trouble = required.intermittent + optional.intermittent + optional.unreachable;
  return trouble > 0 ? 'degraded' : 'ready';
}
