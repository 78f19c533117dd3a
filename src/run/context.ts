import type { Budget } from '../../probes/wire/budget.ts';
import type { System } from '../../probes/wire/system.ts';
import type { TrustStore } from '../../probes/wire/trust.ts';
import type { Survey } from '../environment/types.ts';
import type { Capacity } from './capacity.ts';
import type { Defects } from './defects.ts';
import type { Gate } from './gate.ts';
import type { Names } from './names.ts';
import type { ProgressEvent } from './progress.ts';

/** Shared by all parts of a run. */
export interface RunContext {
  readonly system: System;
  readonly trust: TrustStore;
  readonly budget: Budget;
  readonly names: Names;
  readonly survey: Survey;
  /** Bounds the concurrent first attempts, and the handshakes of the controls. */
  readonly gate: Gate;
  /** Bounds the further attempts: behind first ones that wait for silence they would gain no time. */
  readonly repeatGate: Gate;
  /** Bounds the concurrent name queries. */
  readonly queries: Gate;
  /** The limits of this machine, as learnt by the gates. */
  readonly capacity: Capacity;
  /** `--concurrency`. */
  readonly concurrency: number;
  readonly defects: Defects;
  /** How often a failing address is tried, before the late attempts of required endpoints. */
  readonly attempts: number;
  /** When the deadline ends the run, by the monotonic clock, in ms. */
  readonly endsAt: number;
  /** ms from the first attempt at a required endpoint to the late one. */
  readonly lateAfter: number;
  /** The name to query in a liveness test of a DNS server. */
  readonly question: string;
  readonly progress: (event: ProgressEvent) => void;
}
