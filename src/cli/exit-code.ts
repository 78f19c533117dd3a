import type { Options } from '../config/types.ts';
import type { Report } from '../model/report.ts';

/** What the run came to. */
export interface Outcome {
  readonly report: Pick<Report, 'verdict' | 'interrupted' | 'summary'>;
  readonly failOn: Options['failOn'];
  /** Whether the report is where it was asked for. */
  readonly delivered: boolean;
}

export const EXIT_USAGE = 2;
export const EXIT_INCONCLUSIVE = 3;
export const EXIT_UNDELIVERED = 4;
export const EXIT_DEFECT = 70;
/** Another run is going: nothing was done, and later it will be (EX_TEMPFAIL of sysexits.h). */
export const EXIT_BUSY = 75;

const EXIT_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const;
const EXIT_VERDICT = { ready: 0, degraded: 0, blocked: 1, inconclusive: EXIT_INCONCLUSIVE } as const;

/** The exit code of what a signal ended. */
export function exitOfSignal(name: keyof typeof EXIT_SIGNAL): number {
  return EXIT_SIGNAL[name];
}

/**
 * The exit code of a run. What ended the run goes before where its report went, and that before what it found.
 * `--fail-on never` silences the verdict alone: a report that could not be delivered is still told.
 */
export function exitCode({ report, failOn, delivered }: Outcome): number {
  const { interrupted, verdict, summary } = report;
  if (interrupted === 'defect') return EXIT_DEFECT;
  if (interrupted === 'SIGINT' || interrupted === 'SIGTERM') return exitOfSignal(interrupted);
  if (!delivered) return EXIT_UNDELIVERED;
  if (failOn === 'never') return 0;
  if (failOn === 'any' && summary.optional.unreachable > 0) return 1;
  return EXIT_VERDICT[verdict];
}
