import type { Control } from '../model/controls.ts';
import type { Attempt, Finding, Observations, Report, Target } from '../model/report.ts';
import type { Cause } from '../model/vocabulary.ts';
import { type Assessment, assess } from './assess.ts';
import { judgeSecondAnswers } from './changing-answers.ts';
import { sortFindings } from './order.ts';
import { RULES } from './rules/index.ts';
import { summarise, verdict } from './verdict.ts';
import { vipNotes } from './vip-notes.ts';
import { judgeControls } from './zone-owner.ts';

/** The judged parts of a report. */
export interface Diagnosis {
  /** In the order of the observations. */
  readonly targets: Target[];
  readonly controls: Control[];
  /** Network-wide findings first. */
  readonly findings: Finding[];
  /** Notes that the environment does not have yet. */
  readonly notes: string[];
  readonly summary: Report['summary'];
  readonly verdict: Report['verdict'];
}

/**
 * Judges observations. Pure, so that a report can be judged again. Each rule sees the targets that earlier rules left
 * unexplained. Pings are excluded, because Azure drops them in many places.
 */
export function diagnose(observations: Observations): Diagnosis {
  const assessment = assess(observations);
  const { causes, findings } = explain(observations, assessment.targets);
  return conclude(observations, assessment, causes, sortFindings(findings));
}

/** The diagnosis when a rule throws: statuses and a verdict without findings. */
export function diagnoseWithoutRules(observations: Observations): Diagnosis {
  return conclude(observations, assess(observations), new Map(), []);
}

interface Explanation {
  readonly causes: ReadonlyMap<string, Cause>;
  readonly findings: readonly Finding[];
}

function explain(observations: Observations, assessed: readonly Target[]): Explanation {
  const telling = assessed.filter(({ protocol }) => protocol !== 'icmp');
  const withVip = telling.filter(({ attempts }) => attempts.some(isAtVip));
  const atVip = new Map(withVip.map(({ id, attempts }) => [id, attempts.filter(isAtVip)]));
  const named = telling.map((target) =>
    atVip.has(target.id)
      ? { ...target, attempts: target.attempts.filter((attempt) => !isAtVip(attempt)) }
      : target,
  );
  const targets = named.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const causes = new Map<string, Cause>();
  const findings: Finding[] = [];
  let open = targets.filter(isFailing);
  const isOpen = (target: Target): boolean => isFailing(target) && !causes.has(target.id);
  for (const rule of RULES) {
    for (const found of rule({ observations, targets, withPings: assessed, open, isOpen, atVip })) {
      findings.push(found);
      for (const id of found.evidence) if (!causes.has(id)) causes.set(id, found.cause);
    }
    open = open.filter(isOpen);
  }
  return { causes, findings };
}

function conclude(
  observations: Observations,
  assessment: Assessment,
  causes: Explanation['causes'],
  findings: Finding[],
): Diagnosis {
  const { environment, scope } = observations;
  const targets = assessment.targets.map((target, index) => ({
    ...target,
    cause: causeOf(target, causes),
    // The report stores the evidence as it was observed.
    attempts: observations.targets[index]?.attempts ?? target.attempts,
  }));
  const notes = [...assessment.notes, ...vipNotes(environment.network)];
  return {
    targets,
    controls: judgeSecondAnswers(judgeControls(observations.controls), targets),
    findings,
    notes: notes.filter((note) => !environment.notes.includes(note)),
    summary: summarise(targets),
    verdict: verdict(targets, findings, scope),
  };
}

function isAtVip({ addressFrom }: Attempt): boolean {
  return addressFrom === 'vip';
}

function isFailing(target: Target): boolean {
  return target.status === 'unreachable' || target.status === 'intermittent';
}

/** A reachable target has no cause, even if a finding names it as evidence. */
function causeOf(target: Target, causes: ReadonlyMap<string, Cause>): Cause | null {
  return target.status === 'reachable' ? null : (causes.get(target.id) ?? null);
}
