import type { Options } from '../config/types.ts';
import type { Report } from '../model/report.ts';
import { isStopSignal, type StopSignal } from '../model/stop-signals.ts';

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

/** 128 and the signal's number, as shells report it. */
const EXIT_SIGNAL: Readonly<Record<StopSignal, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGQUIT: 131,
  SIGTERM: 143,
};
const EXIT_VERDICT = { ready: 0, degraded: 0, blocked: 1, inconclusive: EXIT_INCONCLUSIVE } as const;

/** The exit code of what a signal ended. */
export function exitOfSignal(name: StopSignal): number {
  return EXIT_SIGNAL[name];
}

/**
 * The exit code of a run. What ended the run goes before what it found, and what it found before where its report
 * went: a script that acts on a blocked subnet must see it on the day that the upload fails, too.
 * `--fail-on never` silences the verdict alone: a report that could not be delivered still ends in 4.
 */
export function exitCode({ report, failOn, delivered }: Outcome): number {
  const { interrupted } = report;
  if (interrupted === 'defect') return EXIT_DEFECT;
  if (isStopSignal(interrupted)) return exitOfSignal(interrupted);
  const found = exitOfVerdict(report, failOn);
  return found === 0 && !delivered ? EXIT_UNDELIVERED : found;
}

function exitOfVerdict({ verdict, summary }: Outcome['report'], failOn: Outcome['failOn']): number {
  if (failOn === 'never') return 0;
  if (failOn === 'any' && summary.optional.unreachable > 0) return 1;
  return EXIT_VERDICT[verdict];
}
