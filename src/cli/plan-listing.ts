import type { Environment, Scope } from '../model/report.ts';
import type { Absence, PlannedControl, PlannedTarget } from '../plan/types.ts';

/** What `plan` prints, in each of its formats. */
export interface Listing {
  readonly cloud: Environment['cloud'];
  readonly region: string | null;
  /** Groups outside of it are listed as left out. */
  readonly scope: Scope;
  readonly targets: readonly PlannedTarget[];
  /** Null without --controls. */
  readonly controls: readonly PlannedControl[] | null;
  readonly notes: readonly string[];
  /** Hosts that the documents list for other clouds only. */
  readonly absences: readonly Absence[];
}
