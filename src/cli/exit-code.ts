import type { Options } from '../config/types.ts';
import type { Report } from '../model/report.ts';
import { isStopSignal, type StopSignal } from '../model/stop-signals.ts';

/** The result of a run. */
export interface Outcome {
  readonly report: Pick<Report, 'verdict' | 'interrupted' | 'summary' | 'findings'>;
  readonly failOn: Options['failOn'];
  /** Whether every requested output has the report. */
  readonly delivered: boolean;
}

export const EXIT_USAGE = 2;
export const EXIT_INCONCLUSIVE = 3;
export const EXIT_UNDELIVERED = 4;
export const EXIT_DEFECT = 70;
/** Another run is in progress; a later attempt may succeed (EX_TEMPFAIL of sysexits.h). */
export const EXIT_BUSY = 75;

/** 128 and the signal's number, as shells report it. */
const EXIT_SIGNAL: Readonly<Record<StopSignal, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGQUIT: 131,
  SIGTERM: 143,
};
const EXIT_VERDICT = { ready: 0, degraded: 0, blocked: 1, inconclusive: EXIT_INCONCLUSIVE } as const;

/** The exit codes of a check by the guidelines of the Monitoring Plugins project, for `render --format nagios`. */
export const EXIT_CHECK = { ready: 0, degraded: 1, blocked: 2, inconclusive: 3 } as const;

/** The exit code of a run that a signal ended. */
export function exitOfSignal(name: StopSignal): number {
  return EXIT_SIGNAL[name];
}

/**
 * The exit code of a run. An interruption has precedence over the verdict, and the verdict over a failed delivery: a
 * script must see a blocked subnet even when the upload fails. `--fail-on never` ignores only the verdict, so a failed
 * delivery still gives 4.
 * @param found the code of what was found, when it is not the verdict’s
 */
export function exitCode(
  { report, failOn, delivered }: Outcome,
  found = exitOfVerdict(report, failOn),
): number {
  const { interrupted } = report;
  if (interrupted === 'defect') return EXIT_DEFECT;
  if (isStopSignal(interrupted)) return exitOfSignal(interrupted);
  return found === 0 && !delivered ? EXIT_UNDELIVERED : found;
}

function exitOfVerdict(report: Outcome['report'], failOn: Outcome['failOn']): number {
  if (failOn === 'never') return 0;
  return failOn === 'any' && asksForAction(report) ? 1 : EXIT_VERDICT[report.verdict];
}

/**
 * True when an optional endpoint was not reached, or a finding is an error or a warning. What a verdict of `ready`
 * ignores counts here neither: endpoints that the documents dropped, pings, and groups outside of the scope.
 */
function asksForAction({ verdict, summary, findings }: Outcome['report']): boolean {
  if (verdict === 'ready') return false;
  return summary.optional.unreachable > 0 || findings.some(({ severity }) => severity !== 'info');
}
