/** The part of two reports that can be compared: the groups that both cover. Pure. */
import { findingsAbout, inScope, verdict } from '../diagnosis/verdict.ts';
import type { Report } from '../model/report.ts';
import type { Group } from '../model/vocabulary.ts';
import type { SharedScope } from './types.ts';

export interface Shared {
  readonly scope: SharedScope;
  /** The reports without the targets and findings of other groups. */
  readonly before: Report;
  readonly after: Report;
}

/** Narrows both reports to the groups that both cover, with their verdicts there. */
export function shareScope(before: Report, after: Report): Shared {
  const [old, now] = [before.scope.groups, after.scope.groups];
  const groups = old.filter((group) => now.includes(group));
  const same = groups.length === old.length && groups.length === now.length;
  return {
    scope: {
      groups,
      same,
      old: same ? before.verdict : verdict(before.targets, before.findings, { groups }),
      new: same ? after.verdict : verdict(after.targets, after.findings, { groups }),
    },
    before: same ? before : narrow(before, groups),
    after: same ? after : narrow(after, groups),
  };
}

function narrow(report: Report, groups: readonly Group[]): Report {
  const targets = [...inScope(report.targets, { groups })];
  return { ...report, targets, findings: findingsAbout(targets, report.findings) };
}
