/** The result of a comparison, which `compare --format json` prints. */
import type { Finding, Target } from '../model/report.ts';
import type { Group, Severity, Verdict } from '../model/vocabulary.ts';
import type { ReportIdentity } from './identity.ts';

export type Combination =
  | 'both-reach'
  | 'not-comparable'
  | 'not-tested'
  | 'only-service'
  | 'initializing'
  | 'unknown-status'
  | 'vm-unsteady'
  | 'both-fail'
  | 'vm-fails'
  | 'service-fails';

export interface Meaning {
  readonly means: string;
  /** The next steps, in order; may be empty. */
  readonly next: readonly string[];
}

export interface ServerComparison {
  readonly service: readonly string[];
  readonly vm: readonly string[];
  readonly differ: boolean;
  /** The meaning of the difference; null if there is none or nothing to compare. */
  readonly means: string | null;
}

export interface ServiceEndpoint {
  readonly location: string | null;
  readonly name: string;
  readonly resourceType: string;
  /** By the service's reply, or by the report. */
  readonly required: boolean;
  readonly service: {
    readonly status: string;
    readonly error: string | null;
    readonly lastUpdated: string | null;
    readonly lastStatusChange: string | null;
    /** Checked longer ago than the others. */
    readonly stale: boolean;
  };
  readonly vm: Pick<Target, 'id' | 'status' | 'failure' | 'cause' | 'reason'> | null;
  readonly combination: Combination;
}

export interface ServiceLocation {
  readonly location: string | null;
  /** False for another region than the VM's, because the VM cannot test its subnet. */
  readonly compared: boolean;
  readonly newestCheck: string | null;
  readonly dns: ServerComparison | null;
  readonly remarks: readonly string[];
}

export interface ServiceComparison {
  readonly kind: 'report-and-network-status';
  readonly report: ReportIdentity;
  readonly locations: readonly ServiceLocation[];
  readonly endpoints: readonly ServiceEndpoint[];
  /** Targets that the service does not check. */
  readonly onlyInReport: readonly Pick<Target, 'id' | 'required' | 'status' | 'failure' | 'cause'>[];
  /** The meaning of each combination that occurs, the worst last. */
  readonly meanings: readonly (Meaning & { readonly combination: Combination; readonly count: number })[];
  readonly disagreements: { readonly total: number; readonly required: number };
}

/** The direction of a change; `other` is not known to be better or worse. */
export type Change = 'better' | 'worse' | 'other';

/** A target's state in one report. */
export type TargetState = Pick<Target, 'required' | 'status' | 'failure' | 'cause'>;

export interface ReportComparison {
  readonly kind: 'reports';
  readonly old: ReportIdentity;
  readonly new: ReportIdentity;
  /** Reasons to doubt the comparison: another VM, or reports in the wrong order. */
  readonly remarks: readonly string[];
  readonly scope: SharedScope;
  /** In the shared scope. */
  readonly verdict: 'better' | 'worse' | 'same';
  readonly targets: {
    readonly changed: readonly {
      readonly id: string;
      readonly change: Change;
      readonly old: TargetState;
      readonly new: TargetState;
    }[];
    /** In the new report only. */
    readonly added: readonly (TargetState & { readonly id: string })[];
    /** In the old report only. */
    readonly gone: readonly (TargetState & { readonly id: string })[];
    readonly unchanged: number;
  };
  readonly findings: {
    readonly added: readonly FindingSummary[];
    readonly gone: readonly FindingSummary[];
    /** In both reports, with another severity, or on other endpoints that were reached all the same. */
    readonly changed: readonly FindingChange[];
  };
  /** Targets that got worse, including new ones that are not reached. */
  readonly worse: { readonly total: number; readonly required: number };
}

/** The groups that both reports cover. Nothing outside of them is compared. */
export interface SharedScope {
  readonly groups: readonly Group[];
  /** Whether the two cover the same groups. */
  readonly same: boolean;
  /** The verdicts in these groups. */
  readonly old: Verdict;
  readonly new: Verdict;
}

export type FindingChange = FindingSummary & {
  readonly oldSeverity: Severity;
  /** Ids of endpoints that it names now, and that it named before. */
  readonly added: readonly string[];
  readonly gone: readonly string[];
};

export type FindingSummary = Pick<Finding, 'cause' | 'severity' | 'title'> & {
  /** The number of endpoints that it explains. */
  readonly endpoints: number;
};
