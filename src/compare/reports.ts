/** Compares two reports. Pure. */
import { isNetworkWide } from '../diagnosis/order.ts';
import type { Finding, Report, Target } from '../model/report.ts';
import type { Verdict } from '../model/vocabulary.ts';
import { identityOf } from './identity.ts';
import { shareScope } from './scope.ts';
import type {
  Change,
  FindingChange,
  FindingSummary,
  ReportComparison,
  SharedScope,
  TargetState,
} from './types.ts';

/**
 * Lists improvements, deteriorations, and targets and findings that appeared or disappeared, in the groups that both
 * reports cover.
 */
export function compareReports(one: Report, other: Report): ReportComparison {
  const { scope, before, after } = shareScope(one, other);
  const known = new Map(before.targets.map((target) => [target.id, target]));
  const still = new Set(after.targets.map(({ id }) => id));
  const added = after.targets.filter(({ id }) => !known.has(id));
  const pairs = after.targets.flatMap((now) => {
    const then = known.get(now.id);
    return then === undefined ? [] : [{ then, now }];
  });
  const changed = pairs
    .filter(({ then, now }) => differs(then, now))
    .map(({ then, now }) => ({
      id: now.id,
      change: changeOf(then.status, now.status),
      old: stateOf(then),
      new: stateOf(now),
    }));
  const worse = [
    ...changed.filter(({ change }) => change === 'worse').map((each) => each.new),
    ...added.filter(({ status }) => status === 'unreachable'),
  ];
  return {
    kind: 'reports',
    old: identityOf(before),
    new: identityOf(after),
    remarks: [...scopeRemark(scope), ...remarks(before, after)],
    scope,
    verdict: verdictChange(scope.old, scope.new),
    targets: {
      changed,
      added: added.map(named),
      gone: before.targets.filter(({ id }) => !still.has(id)).map(named),
      unchanged: pairs.length - changed.length,
    },
    findings: {
      added: unmatched(after.findings, before.findings),
      gone: unmatched(before.findings, after.findings),
      changed: changedFindings(before, after),
    },
    worse: { total: worse.length, required: worse.filter(({ required }) => required).length },
  };
}

function stateOf({ required, status, failure, cause }: Target): TargetState {
  return { required, status, failure, cause };
}

function named(target: Target): TargetState & { readonly id: string } {
  return { id: target.id, ...stateOf(target) };
}

function differs(then: Target, now: Target): boolean {
  return (
    then.status !== now.status ||
    then.failure !== now.failure ||
    then.cause !== now.cause ||
    then.required !== now.required
  );
}

/** From best to worst; untested targets are not in this order. */
const STATUSES = ['reachable', 'intermittent', 'unreachable'];
/** From best to worst; an inconclusive run does not pass. */
const RANKS: Readonly<Record<Verdict, number>> = { ready: 0, degraded: 1, inconclusive: 2, blocked: 3 };

/** A reachable target that becomes untested is worse; for an unreachable one, it is neither. */
function changeOf(then: string, now: string): Change {
  const [from, to] = [STATUSES.indexOf(then), STATUSES.indexOf(now)];
  if (from === to) return 'other';
  if (from >= 0 && to >= 0) return to > from ? 'worse' : 'better';
  if (to < 0) return then === 'unreachable' ? 'other' : 'worse';
  return now === 'reachable' ? 'better' : now === 'unreachable' ? 'worse' : 'other';
}

function verdictChange(then: Verdict, now: Verdict): ReportComparison['verdict'] {
  if (then === now) return 'same';
  return RANKS[now] > RANKS[then] ? 'worse' : 'better';
}

/**
 * The findings without a match among the others. A match has the same cause, and shares an endpoint or the title. The
 * title alone is not enough, because counts in it change between runs.
 */
function unmatched(findings: readonly Finding[], others: readonly Finding[]): FindingSummary[] {
  const keys = new Set(others.flatMap(keysOf));
  return findings.filter((finding) => !keysOf(finding).some((key) => keys.has(key))).map(summariseFinding);
}

function summariseFinding({ cause, severity, title, evidence }: Finding): FindingSummary {
  return { cause, severity, title, endpoints: evidence.length };
}

function keysOf({ cause, title, evidence }: Finding): string[] {
  // The offset is in its title, and its evidence are the clocks that answered.
  if (cause === 'clock-skew') return [cause];
  return [`${cause} “${title}”`, ...evidence.map((id) => `${cause} ${id}`)];
}

/**
 * Findings of both reports that became more or less serious, or that name other endpoints, though these were reached in
 * both. Of endpoints that were not, the statuses tell.
 */
function changedFindings(before: Report, after: Report): FindingChange[] {
  const earlier = new Map(before.findings.flatMap((finding) => keysOf(finding).map((key) => [key, finding])));
  const reached = reachedIds(before.targets).intersection(reachedIds(after.targets));
  return after.findings.flatMap((finding) => {
    const key = keysOf(finding).find((each) => earlier.has(each));
    const old = key === undefined ? undefined : earlier.get(key);
    if (old === undefined) return [];
    const [then, now] = [old, finding].map(({ cause, evidence }) =>
      isNetworkWide(cause) ? new Set<string>() : new Set(evidence).intersection(reached),
    ) as [Set<string>, Set<string>];
    const [added, gone] = [[...now.difference(then)], [...then.difference(now)]];
    if (added.length + gone.length === 0 && old.severity === finding.severity) return [];
    return { ...summariseFinding(finding), oldSeverity: old.severity, added, gone };
  });
}

function reachedIds(targets: readonly Target[]): Set<string> {
  return new Set(targets.filter(({ status }) => status === 'reachable').map(({ id }) => id));
}

function scopeRemark({ same, groups }: SharedScope): string[] {
  if (same) return [];
  if (groups.length === 0) return ['The reports cover different groups, and none in common.'];
  return [`The reports cover different groups; compared are those of both alone: ${groups.join(', ')}.`];
}

function remarks(before: Report, after: Report): string[] {
  const [from, to] = [before.environment, after.environment];
  const places = [
    ['cloud', from.cloud, to.cloud],
    ['region', from.region, to.region],
    ['VM', from.vm?.name ?? null, to.vm?.name ?? null],
    ['subnet', from.network.subnet, to.network.subnet],
  ] as const;
  const other = places.filter(([, one, two]) => one !== null && two !== null && one !== two);
  return [
    ...(before.id === after.id ? ['Both files hold the same report.'] : []),
    ...(Date.parse(after.startedAt) < Date.parse(before.startedAt)
      ? ['The second report is older than the first: what got better here got worse in truth.']
      : []),
    ...other.map(
      ([what, one, two]) =>
        `The reports are of another ${what} each (${one}, ${two}): changes may be differences of place.`,
    ),
    ...serverRemark(from.dns.servers, to.dns.servers),
  ];
}

function serverRemark(then: readonly string[], now: readonly string[]): string[] {
  if (new Set(then).symmetricDifference(new Set(now)).size === 0) return [];
  return [`DNS servers: ${then.join(', ') || 'none'} then, ${now.join(', ') || 'none'} now.`];
}
