import type { Finding, Target } from '../model/report.ts';
import type { Cause, Owner, Severity } from '../model/vocabulary.ts';
import { CAUSE_TEXTS } from './causes.ts';

/** What a rule has to say itself; owner and remedy default to the cause's general text. */
export interface FindingDraft {
  readonly title: string;
  readonly explanation: string;
  readonly targets: readonly Target[];
  readonly confirm: string;
  readonly severity?: Severity;
  readonly owner?: Owner;
  readonly remedy?: readonly string[];
}

/**
 * How bad it is that these targets are not fine: an error only when a required one cannot be reached, and no
 * more than a remark when the documents have dropped them all, since the verdict does not count those either.
 */
function severityOf(targets: readonly Target[]): Severity {
  if (targets.some((target) => target.required && target.status === 'unreachable')) return 'error';
  return targets.length > 0 && targets.every(isDropped) ? 'info' : 'warning';
}

function isDropped({ required, until }: Target): boolean {
  return !required && until !== null;
}

/** What matters most comes first, then by id: an order that no input can change. */
export function byWeight(one: Target, other: Target): number {
  if (one.required !== other.required) return one.required ? -1 : 1;
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}

/** A complete finding; its evidence names required endpoints first. */
export function finding(cause: Cause, draft: FindingDraft): Finding {
  const text = CAUSE_TEXTS[cause];
  return {
    cause,
    severity: draft.severity ?? severityOf(draft.targets),
    title: draft.title,
    explanation: draft.explanation,
    evidence: [...new Set(draft.targets.toSorted(byWeight).map((target) => target.id))],
    owner: draft.owner ?? text.owner,
    remedy: [...(draft.remedy ?? text.remedy)],
    confirm: draft.confirm,
    reference: text.reference,
  };
}
