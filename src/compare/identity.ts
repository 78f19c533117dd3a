/** The identity of a report's run. Pure. */
import type { Report } from '../model/report.ts';

export interface ReportIdentity {
  readonly id: string;
  /** RFC 3339 */
  readonly startedAt: string;
  readonly verdict: string;
  readonly vm: string | null;
  readonly region: string | null;
}

export function identityOf({ id, startedAt, verdict, environment }: Report): ReportIdentity {
  return { id, startedAt, verdict, vm: environment.vm?.name ?? null, region: environment.region };
}
