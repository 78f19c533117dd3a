/** Changes between stored reports. Pure. */
import { isNetworkWide } from '../../diagnosis/order.ts';
import type { Report, Target } from '../../model/report.ts';
import type { Status, Verdict } from '../../model/vocabulary.ts';
import type { Digest } from './digest.ts';

/** ms: how far back status changes are counted. */
export const FLAP_WINDOW = 24 * 60 * 60 * 1000;

/** When the status of each target last changed, as the report before this one has it. */
export type Carried = ReadonlyMap<string, string | null>;

/**
 * The report with each target's `lastStatusChange` and `flaps`.
 * @param before digests of earlier reports, newest first, all of the flap window among them
 * @param carried from the newest of them: a change outlives the reports that showed it
 */
export function withChanges(report: Report, before: readonly Digest[], carried: Carried): Report {
  const end = Date.parse(report.startedAt);
  // A run whose clock was ahead does not count for these 24 hours.
  const recent = before.filter(({ startedAt }) => startedAt >= end - FLAP_WINDOW && startedAt <= end);
  return {
    ...report,
    targets: report.targets.map((target) => ({
      ...target,
      lastStatusChange: lastChange(target, report.startedAt, before, carried),
      flaps: flaps([target.status, ...recent.map(({ statuses }) => statuses.get(target.id))]),
    })),
  };
}

function isKnown(status: Status | undefined): status is Status {
  return status !== undefined && status !== 'untested';
}

function lastChange(
  { id, status }: Target,
  startedAt: string,
  before: readonly Digest[],
  carried: Carried,
): string | null {
  if (!isKnown(status)) return carried.get(id) ?? null;
  const last = before.map(({ statuses }) => statuses.get(id)).find(isKnown);
  if (last !== undefined && last !== status) return startedAt;
  return carried.get(id) ?? null;
}

function flaps(statuses: readonly (Status | undefined)[]): number {
  const known = statuses.filter(isKnown);
  return known.filter((status, place) => place > 0 && status !== known[place - 1]).length;
}

/** Two runs compared in the groups that both cover, for one line of the history. */
export interface RunChange {
  /** The verdict before, when it was another one. Null as well when the runs cover different groups. */
  readonly verdict: Verdict | null;
  /** Ids of targets that are reached less often or no longer, or are new and not reached. */
  readonly worse: readonly string[];
  readonly better: readonly string[];
  readonly findings: FindingChange;
}

/** The causes of findings that one of two runs alone has. */
export interface FindingChange {
  readonly added: readonly string[];
  readonly gone: readonly string[];
}

const RANK: Readonly<Record<Status, number>> = {
  reachable: 0,
  intermittent: 1,
  unreachable: 2,
  untested: -1,
};

/** Compares a run with the one before it. A target that either did not test does not count. */
export function changeSince(before: Digest, after: Digest): RunChange {
  const [worse, better]: [string[], string[]] = [[], []];
  const isShared = sharedBy(before, after);
  for (const [id, is] of after.statuses) {
    if (!isShared(id)) continue;
    const difference = RANK[is] - RANK[before.statuses.get(id) ?? 'reachable'];
    if (difference > 0) worse.push(id);
    else if (difference < 0) better.push(id);
  }
  const verdict = hasOtherVerdict(before, after) ? before.verdict : null;
  return { verdict, worse, better, findings: findingChange(before, after) };
}

/**
 * Whether to announce a change: another verdict, another set of endpoints that are not reached at all, or a finding that
 * came or went. An endpoint that either run did not test or cover does not count.
 */
export function isChange(before: Digest, after: Digest): boolean {
  if (hasOtherVerdict(before, after)) return true;
  const isShared = sharedBy(before, after);
  const ids = new Set([...before.statuses.keys(), ...after.statuses.keys()]);
  const { added, gone } = findingChange(before, after);
  return (
    added.length + gone.length > 0 ||
    [...ids].some(
      (id) =>
        isShared(id) &&
        (before.statuses.get(id) === 'unreachable') !== (after.statuses.get(id) === 'unreachable'),
    )
  );
}

/** The verdicts of runs that cover different groups cannot be compared. */
function hasOtherVerdict(before: Digest, after: Digest): boolean {
  return before.verdict !== after.verdict && coversSame(before.groups, after.groups);
}

function coversSame(one: Digest['groups'], other: Digest['groups']): boolean {
  return one === null || other === null
    ? one === other
    : new Set(one).symmetricDifference(new Set(other)).size === 0;
}

/** Selects the targets of groups that both runs cover, without those that either did not test. */
function sharedBy(before: Digest, after: Digest): (id: string) => boolean {
  return (id) =>
    [before, after].every(
      ({ groups, statuses }) =>
        (groups === null || groups.includes(groupOf(id))) && statuses.get(id) !== 'untested',
    );
}

/** Ids are `<group>/<host>:<port>`. */
function groupOf(id: string): string {
  return id.split('/', 1)[0] ?? id;
}

/** Which findings came and went. Nothing, when an index of an earlier version does not have those of one run. */
export function findingChange(before: Digest, after: Digest): FindingChange {
  const isShared = sharedBy(before, after);
  const [old, now] = [findingKeys(before, isShared), findingKeys(after, isShared)];
  if (old === null || now === null) return { added: [], gone: [] };
  const causesOf = (keys: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): string[] => [
    ...new Set([...keys].flatMap(([key, cause]) => (others.has(key) ? [] : cause))),
  ];
  return { added: causesOf(now, old), gone: causesOf(old, now) };
}

/**
 * What identifies the findings of a run, each with its cause. A finding on endpoints that were reached counts for each of
 * them. Any other counts once: the network may hit other endpoints each time, and statuses show which.
 */
function findingKeys(
  { findings, statuses }: Digest,
  isShared: (id: string) => boolean,
): ReadonlyMap<string, string> | null {
  if (findings === null) return null;
  return new Map(
    findings.flatMap(({ cause, evidence }): (readonly [string, string])[] => {
      const shared = evidence.filter(isShared);
      if (evidence.length > 0 && shared.length === 0) return [];
      const isAlone =
        !isNetworkWide(cause) && shared.length > 0 && shared.every((id) => statuses.get(id) === 'reachable');
      return isAlone ? shared.map((id) => [`${cause} ${id}`, cause]) : [[cause, cause]];
    }),
  );
}

/** Whether the later run did not test a target that answered the earlier one. */
export function leavesUntested(before: Digest, after: Digest): boolean {
  return [...before.statuses].some(
    ([id, was]) => was !== 'untested' && after.statuses.get(id) === 'untested',
  );
}

/** A run that a user or a defect ended is not evidence about the network. */
export function isWhole({ interrupted }: Pick<Digest, 'interrupted'>): boolean {
  return interrupted === null || interrupted === 'deadline';
}
