/** Statuses and findings to counts and a verdict. Pure. */
import type { Counts, Finding, GroupScope, Report, Target } from '../model/report.ts';
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

/** As errors they rule the instance out, whatever was reached. */
const BLOCKING: readonly string[] = ['subnet-too-small', 'prerequisite-missing', 'rule-denies'];

/** They are about the VM that tested, and not about the instance. */
const OF_THE_VM: readonly (string | null)[] = ['vm-without-outbound', 'vm-limit'];

/** Whether this finding alone rules the instance out, whatever was reached. */
export function rulesOut({ cause, severity }: Finding): boolean {
  return severity === 'error' && BLOCKING.includes(cause);
}

/** Whether the VM that tested explains every required endpoint that was not reached. */
export function isOnlyTheVm(required: readonly Target[]): boolean {
  return (
    required.some(isOfTheVm) &&
    required.every((target) => target.status !== 'unreachable' || isOfTheVm(target))
  );
}

function isOfTheVm({ status, cause }: Target): boolean {
  return (status === 'unreachable' || status === 'untested') && OF_THE_VM.includes(cause);
}

/** The endpoints of the groups that the run was about. */
function inScope(targets: readonly Target[], scope: GroupScope | undefined): readonly Target[] {
  return scope === undefined ? targets : targets.filter(({ group }) => scope.groups.includes(group));
}

/**
 * The first rule that matches decides. Groups that lack a name have an untested target, so they count like endpoints
 * that were not tested. A scope in which nothing was tested is never ready, required or not.
 * @param scope everything when it is missing
 */
export function verdict(
  targets: readonly Target[],
  findings: readonly Finding[],
  scope?: GroupScope,
): Verdict {
  const scoped = inScope(targets, scope);
  // Azure drops pings in many places.
  const required = scoped.filter((target) => target.required && target.protocol !== 'icmp');
  if (findings.some(rulesOut)) return 'blocked';
  if (isOnlyTheVm(required)) return 'inconclusive';
  if (required.some(({ status }) => status === 'unreachable')) return 'blocked';
  const ids = new Set(required.map(({ id }) => id));
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.some(({ evidence }) => evidence.some((id) => ids.has(id)))) return 'blocked';
  if (required.some(({ status }) => status === 'untested')) return 'inconclusive';
  if (scoped.every(({ status }) => status === 'untested')) return 'inconclusive';
  const missed = scoped.filter(counts).some(({ status }) => status !== 'reachable' && status !== 'untested');
  return missed || findings.some(({ severity }) => severity !== 'info') ? 'degraded' : 'ready';
}

/** What the documents dropped does not count unless the user requires it, and pings never do. */
function counts({ required, until, protocol }: Target): boolean {
  return protocol !== 'icmp' && (required || until === null);
}
