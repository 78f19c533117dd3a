import type { Finding, Target } from '../model/report.ts';
import type { Cause, Owner, Severity } from '../model/vocabulary.ts';
import { CAUSE_TEXTS } from './causes.ts';

/** What a rule adds to a finding; owner and remedy default to the cause's general text. */
export interface FindingDraft {
  readonly title: string;
  readonly explanation: string;
  readonly targets: readonly Target[];
  readonly confirm: string;
  readonly severity?: Severity;
  readonly owner?: Owner;
  readonly remedy?: readonly string[];
}

/** Someone must act on these, whichever endpoints show them. */
const NEVER_REMARKS: readonly Cause[] = ['clock-skew', 'dns-tampered', 'service-firewall-denied'];

/**
 * The severity of failing targets. It is an error only when a required target cannot be reached. It is a remark when
 * Microsoft's documents no longer list any of them, because the verdict ignores those.
 */
function severityOf(cause: Cause, targets: readonly Target[]): Severity {
  if (targets.some((target) => target.required && target.status === 'unreachable')) return 'error';
  const isRemark = targets.length > 0 && targets.every(isDropped) && !NEVER_REMARKS.includes(cause);
  return isRemark ? 'info' : 'warning';
}

function isDropped({ required, until }: Target): boolean {
  return !required && until !== null;
}

/** Most important first, then by id, so that the order does not depend on the input. */
export function byWeight(one: Target, other: Target): number {
  if (one.required !== other.required) return one.required ? -1 : 1;
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}

/** A complete finding; its evidence names required endpoints first. */
export function createFinding(cause: Cause, draft: FindingDraft): Finding {
  const text = CAUSE_TEXTS[cause];
  return {
    cause,
    severity: draft.severity ?? severityOf(cause, draft.targets),
    title: draft.title,
    explanation: draft.explanation,
    evidence: [...new Set(draft.targets.toSorted(byWeight).map((target) => target.id))],
    owner: draft.owner ?? text.owner,
    remedy: [...(draft.remedy ?? text.remedy)],
    confirm: draft.confirm,
    reference: text.reference,
  };
}
