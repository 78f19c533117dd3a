/** Turns statuses and findings into counts and a verdict. Pure. */
import type { Counts, Finding, GroupScope, Report, Target } from '../model/report.ts';
import type { Cause, Verdict } from '../model/vocabulary.ts';

type Counted = Pick<Target, 'required' | 'status'>;

/** Whether an endpoint counts as reached: an intermittent one does. */
export function isReached({ status }: Pick<Target, 'status'>): boolean {
  return status === 'reachable' || status === 'intermittent';
}

/** Counts targets by status, required and optional ones separately. */
export function summarise(targets: readonly Counted[]): Report['summary'] {
  return {
    required: count(targets.filter(({ required }) => required)),
    optional: count(targets.filter(({ required }) => !required)),
  };
}

function count(targets: readonly Counted[]): Counts {
  const counts = { total: targets.length, reachable: 0, intermittent: 0, unreachable: 0, untested: 0 };
  for (const { status } of targets) counts[status] += 1;
  return counts;
}

/** As errors, these causes block the instance even if all endpoints are reachable. */
const BLOCKING: readonly Cause[] = ['subnet-too-small', 'prerequisite-missing', 'rule-denies'];

/** These causes concern the VM that ran the test, not the instance. */
const OF_THE_VM: readonly (Cause | null)[] = ['vm-without-outbound', 'vm-limit'];

/** Whether this finding alone blocks the instance, even if all endpoints are reachable. */
export function isBlocking({ cause, severity }: Finding): boolean {
  return severity === 'error' && BLOCKING.includes(cause);
}

/** Whether causes on this VM explain every required endpoint that was not reached. */
export function isOnlyTheVm(required: readonly Target[]): boolean {
  return (
    required.some(isOfTheVm) &&
    required.every((target) => target.status !== 'unreachable' || isOfTheVm(target))
  );
}

function isOfTheVm({ status, cause }: Target): boolean {
  return (status === 'unreachable' || status === 'untested') && OF_THE_VM.includes(cause);
}

/** The endpoints of the groups in the run's scope. */
export function inScope(targets: readonly Target[], scope: GroupScope | undefined): readonly Target[] {
  return scope === undefined ? targets : targets.filter(({ group }) => scope.groups.includes(group));
}

/**
 * The first rule that matches decides. A group without a resource name has an untested target and counts as untested.
 * A finding whose endpoints are all outside of the scope does not count. A scope in which nothing that counts was
 * tested is ready only if something was reached.
 * @param scope all groups when it is missing
 */
export function verdict(
  targets: readonly Target[],
  findings: readonly Finding[],
  scope?: GroupScope,
): Verdict {
  const scoped = inScope(targets, scope);
  const concerned = findingsAbout(scoped, findings);
  // Azure drops pings in many places.
  const required = scoped.filter((target) => target.required && target.protocol !== 'icmp');
  if (concerned.some(isBlocking)) return 'blocked';
  if (isOnlyTheVm(required)) return 'inconclusive';
  if (required.some(({ status }) => status === 'unreachable')) return 'blocked';
  const errors = concerned.filter(({ severity, evidence }) => severity === 'error' && evidence.length > 0);
  if (findingsAbout(required, errors).length > 0) return 'blocked';
  if (required.some(({ status }) => status === 'untested')) return 'inconclusive';
  const tested = scoped.filter(({ status }) => status !== 'untested');
  if (!tested.some((target) => counts(target) || target.status === 'reachable')) return 'inconclusive';
  const missed = tested.filter(counts).some(({ status }) => status !== 'reachable');
  return missed || concerned.some(({ severity }) => severity !== 'info') ? 'degraded' : 'ready';
}

/** The findings that name one of the targets, or none at all: those are about the whole network or subnet. */
export function findingsAbout(targets: readonly Target[], findings: readonly Finding[]): Finding[] {
  const ids = new Set(targets.map(({ id }) => id));
  return findings.filter(({ evidence }) => evidence.length === 0 || evidence.some((id) => ids.has(id)));
}

/** Endpoints that the documents dropped count only if the user requires them; pings never count. */
function counts({ required, until, protocol }: Target): boolean {
  return protocol !== 'icmp' && (required || until === null);
}
