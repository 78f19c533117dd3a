/** Statuses to counts and a verdict. Pure. */
import type { Counts, Finding, Report, Target } from '../model/report.ts';
import type { Verdict } from '../model/vocabulary.ts';

/** How many targets of each status, required and optional apart. */
export function summarise(targets: readonly Target[]): Report['summary'] {
  return {
    required: count(targets.filter(({ required }) => required)),
    optional: count(targets.filter(({ required }) => !required)),
  };
}

function count(targets: readonly Target[]): Counts {
  const counts = { total: targets.length, reachable: 0, intermittent: 0, unreachable: 0, untested: 0 };
  for (const { status } of targets) counts[status] += 1;
  return counts;
}

/** Whether this finding says that the instance has no room, so that it cannot be deployed whatever was reached. */
export function leavesNoRoom({ cause, severity }: Finding): boolean {
  return cause === 'subnet-too-small' && severity === 'error';
}

/**
 * What it amounts to. A subnet that cannot hold the instance blocks, whatever was reached. A required endpoint that
 * was not reached blocks; one that was not tested makes it inconclusive, for no data is never a pass; anything
 * flaky, or optional and missing, degrades. What the documents have dropped is reported, but nothing is held
 * against a network that does without it, or without ping.
 */
export function verdict(targets: readonly Target[], findings: readonly Finding[]): Verdict {
  if (findings.some(leavesNoRoom)) return 'blocked';
  const required = targets.filter((target) => target.required);
  if (required.some(({ status }) => status === 'unreachable')) return 'blocked';
  if (required.length === 0 || required.some(({ status }) => status === 'untested')) return 'inconclusive';
  const current = targets.filter(
    ({ required, until, protocol }) => required || (until === null && protocol !== 'icmp'),
  );
  return current.some(({ status }) => status === 'intermittent' || status === 'unreachable')
    ? 'degraded'
    : 'ready';
}
