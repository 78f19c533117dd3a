/** Changes between stored reports. Pure. */
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

/** Two runs compared, for one line of the history. */
export interface RunChange {
  /** The verdict before, when it was another one. */
  readonly verdict: Verdict | null;
  /** Ids of targets that are reached less often or no longer, or are new and not reached. */
  readonly worse: readonly string[];
  readonly better: readonly string[];
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
  for (const [id, is] of after.statuses) {
    const was = before.statuses.get(id);
    if (is === 'untested' || was === 'untested') continue;
    const difference = RANK[is] - RANK[was ?? 'reachable'];
    if (difference > 0) worse.push(id);
    else if (difference < 0) better.push(id);
  }
  return { verdict: before.verdict === after.verdict ? null : before.verdict, worse, better };
}

/**
 * Whether to announce a change: another verdict, or another set of endpoints that are not reached at all. An endpoint
 * that either run did not test does not count.
 */
export function isChange(before: Digest, after: Digest): boolean {
  if (before.verdict !== after.verdict) return true;
  const ids = new Set([...before.statuses.keys(), ...after.statuses.keys()]);
  return [...ids].some((id) => {
    const [was, is] = [before.statuses.get(id), after.statuses.get(id)];
    if (was === 'untested' || is === 'untested') return false;
    return (was === 'unreachable') !== (is === 'unreachable');
  });
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
