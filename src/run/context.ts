import type { Budget } from '../../probes/wire/budget.ts';
import type { System } from '../../probes/wire/system.ts';
import type { TrustStore } from '../../probes/wire/trust.ts';
import type { Survey } from '../environment/types.ts';
import type { Capacity } from './capacity.ts';
import type { Defects } from './defects.ts';
import type { Gate } from './gate.ts';
import type { Names } from './names.ts';
import type { ProgressEvent } from './progress.ts';

/** What every part of a run shares. */
export interface RunContext {
  readonly system: System;
  readonly trust: TrustStore;
  readonly budget: Budget;
  readonly names: Names;
  readonly survey: Survey;
  /** Bounds the attempts that are under way. */
  readonly gate: Gate;
  /** Bounds the names that are being asked for. */
  readonly queries: Gate;
  /** What both of them have learnt of this machine's limits. */
  readonly capacity: Capacity;
  /** How much may be under way at once, by the options. */
  readonly concurrency: number;
  readonly defects: Defects;
  /** How often a failing address is tried. */
  readonly attempts: number;
  /** A name that a DNS server is asked for, to see whether it is alive. */
  readonly question: string;
  readonly progress: (event: ProgressEvent) => void;
}
