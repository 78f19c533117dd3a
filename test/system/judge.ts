/** What the tests read out of a report. */
import type { Test } from 'tap';
import type { Failure } from '../../probes/failures.ts';
import type { Finding, Target } from '../../src/model/report.ts';
import type { Cause, Group } from '../../src/model/vocabulary.ts';
import type { Outcome } from './vm.ts';

/** The targets of a group. */
export function targetsOf(outcome: Outcome, group: Group): Target[] {
  return outcome.report.targets.filter((target) => target.group === group);
}

/** The findings of a cause. */
export function findingsOf(outcome: Outcome, cause: Cause): Finding[] {
  return outcome.report.findings.filter((finding) => finding.cause === cause);
}

/** What a fault is expected to show. */
export interface Expectation {
  readonly cause: Cause;
  /** Groups whose every tested target fails by it; all others must be reached. */
  readonly groups: readonly Group[];
  readonly failures: readonly Failure[];
}

/** A required endpoint is missing for this one reason, with one finding, and everything else is as before. */
export function blockedBy(t: Test, outcome: Outcome, { cause, groups, failures }: Expectation): void {
  const { report } = outcome;
  t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
  t.equal(report.verdict, 'blocked', 'verdict', { stderr: outcome.stderr });
  const tested = report.targets.filter(({ status }) => status !== 'untested');
  const hit = tested.filter(({ group }) => groups.includes(group));
  t.ok(hit.length > 0, 'the fault has targets');
  for (const { id, status, failure, cause: why } of hit) {
    t.match({ status, cause: why }, { status: 'unreachable', cause }, id);
    t.ok(
      failure !== null && failures.includes(failure),
      `${id}: ${failure} is one of ${failures.join(', ')}`,
    );
  }
  const spared = tested.filter(({ group, status }) => !groups.includes(group) && status !== 'reachable');
  t.strictSame(
    spared.map(({ id, status, failure }) => ({ id, status, failure })),
    [],
    'everything else is reached',
  );
  const findings = report.findings.filter(({ severity }) => severity !== 'info');
  t.strictSame(
    findings.map((finding) => finding.cause),
    [cause],
    'one root cause is one finding',
  );
  const explained = new Set(findings.flatMap(({ evidence }) => evidence));
  t.strictSame(explained, new Set(hit.map(({ id }) => id)), 'which names all targets that it explains');
  t.ok(
    findings.every(({ remedy, confirm }) => remedy.length > 0 && confirm.length > 0),
    'with what to do',
  );
}
