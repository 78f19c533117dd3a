/** What a comparison comes to: what `compare --format json` prints. */
import type { Finding, Target } from '../model/report.ts';
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
  /** What to do, in this order; empty when there is nothing to do. */
  readonly next: readonly string[];
}

export interface ServerComparison {
  readonly service: readonly string[];
  readonly vm: readonly string[];
  readonly differ: boolean;
  /** What the difference means; null when there is none, or nothing to compare. */
  readonly means: string | null;
}

export interface ServiceEndpoint {
  readonly location: string | null;
  readonly name: string;
  readonly resourceType: string;
  /** By the service's word, or the report's. */
  readonly required: boolean;
  readonly service: {
    readonly status: string;
    readonly error: string | null;
    readonly lastUpdated: string | null;
    readonly lastStatusChange: string | null;
    /** Not checked for longer than the others. */
    readonly stale: boolean;
  };
  readonly vm: Pick<Target, 'id' | 'status' | 'failure' | 'cause' | 'reason'> | null;
  readonly combination: Combination;
}

export interface ServiceLocation {
  readonly location: string | null;
  /** False for another region than the VM's, of whose subnet it can say nothing. */
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
  /** What each combination that occurs means; the worst last. */
  readonly meanings: readonly (Meaning & { readonly combination: Combination; readonly count: number })[];
  readonly disagreements: { readonly total: number; readonly required: number };
}

/** How things went on: `other` is neither better nor worse, as far as can be said. */
export type Change = 'better' | 'worse' | 'other';

/** What is told of a target on one side. */
export type TargetState = Pick<Target, 'required' | 'status' | 'failure' | 'cause'>;

export interface ReportComparison {
  readonly kind: 'reports';
  readonly old: ReportIdentity;
  readonly new: ReportIdentity;
  /** What the reader should know before trusting the rest: other places, another order in time. */
  readonly remarks: readonly string[];
  readonly verdict: 'better' | 'worse' | 'same';
  readonly targets: {
    readonly changed: readonly {
      readonly id: string;
      readonly change: Change;
      readonly old: TargetState;
      readonly new: TargetState;
    }[];
    /** In the new report alone. */
    readonly added: readonly (TargetState & { readonly id: string })[];
    /** In the old report alone. */
    readonly gone: readonly (TargetState & { readonly id: string })[];
    readonly unchanged: number;
  };
  readonly findings: { readonly added: readonly FindingSummary[]; readonly gone: readonly FindingSummary[] };
  /** Targets that got worse, new ones that are not reached among them. */
  readonly worse: { readonly total: number; readonly required: number };
}

export type FindingSummary = Pick<Finding, 'cause' | 'severity' | 'title'> & {
  /** How many endpoints it explains. */
  readonly endpoints: number;
};
