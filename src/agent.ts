/** A whole run: survey, plan, probe, diagnose, report. */
import { readFile } from 'node:fs/promises';
import { type Configured, reportedOptions } from './config/effective.ts';
import { endpointListsIn, readImports } from './config/import-file.ts';
import type { Options } from './config/types.ts';
import { type Diagnosis, diagnose, diagnoseWithoutRules } from './diagnosis/index.ts';
import { applyDocuments } from './effective/targets.ts';
import { describeSurvey, surveyHost } from './environment/index.ts';
import { thisMachine } from './environment/machine.ts';
import { readReply } from './environment/metadata.ts';
import type { Machine, MetadataReply, Survey } from './environment/types.ts';
import { type JudgedDocuments, judgeDocuments } from './judge-documents.ts';
import type { Observations, Report } from './model/report.ts';
import { isStopSignal } from './model/stop-signals.ts';
import { makePlan } from './plan/plan.ts';
import { probedScope, scopeOfTargets } from './plan/scope.ts';
import type { PlannedTarget } from './plan/types.ts';
import { assemble } from './report/assemble.ts';
import { defectNote } from './run/defects.ts';
import { askMetadata } from './run/metadata.ts';
import type { ProgressEvent } from './run/progress.ts';
import { observe } from './run/run.ts';
import { createSystem, type System } from './run/system.ts';
import { createPlanContext } from './survey-and-plan.ts';

export interface RunHooks {
  /** Aborted with the reason: the name of a signal, or an uncaught error. */
  readonly signal: AbortSignal;
  readonly progress?: (event: ProgressEvent) => void;
  /** PEM certificates to trust in addition to `--ca-file`. */
  readonly roots?: readonly string[];
  /** PEM roots that count as public as well: the lab's Azure has a root of its own. */
  readonly publicRoots?: readonly string[];
  /** ms from the first attempt at an endpoint to the late one; 12,000 without it. */
  readonly lateAfter?: number | undefined;
  /** Whether to probe an endpoint of the plan; without it, all are. */
  readonly isProbed?: ((target: PlannedTarget) => boolean) | undefined;
}

/** The dependencies of a run, which tests can replace. */
export interface AgentParts {
  readonly system: System;
  readonly machine: Machine;
  readonly diagnose: typeof diagnose;
}

function defaultParts(options: Options): AgentParts {
  return { system: createSystem(options.connectTo), machine: thisMachine(), diagnose };
}

/**
 * Performs a run. When the deadline or the hooks' signal ends it early, the report is still complete and valid, and
 * lists the rest as untested.
 */
export async function runAgent(
  configured: Configured,
  { signal, progress = () => {}, roots: given = [], publicRoots = [], lateAfter, isProbed }: RunHooks,
  used: AgentParts = defaultParts(configured.options),
): Promise<Report> {
  const { options } = configured;
  const { system, machine } = used;
  const files = readImports(options);
  const [startedAt, started] = [system.now(), system.monotonicMs()];
  const end = createEndSignal(signal, options.deadline);
  const caFiles = options.caFile.map((file) => readFile(file, 'utf8'));
  const roots = [...given, ...(await Promise.all(caFiles))];
  progress({ kind: 'phase', name: 'survey' });
  const asking = askMetadata(system, end);
  const host = await surveyHost(machine);
  const surveyWith = (reply: MetadataReply | null): Survey =>
    describeSurvey(options, machine, host, reply === null ? null : (own) => readReply(reply, own));
  // Where cloud and region are given, the plan does not need the answer, and the probing begins meanwhile.
  const isKnown = options.cloud !== null && options.region !== null;
  const known = surveyWith(isKnown ? null : await asking);
  const made = makePlan(options, createPlanContext(known), endpointListsIn(files));
  const plan = isProbed === undefined ? made : { ...made, targets: made.targets.filter(isProbed) };
  progress({ kind: 'phase', name: 'probe' });
  const endsAt = started + options.deadline;
  const whole = asking.then(surveyWith);
  const parts = {
    options,
    survey: known,
    whole,
    system,
    roots,
    publicRoots,
    signal: end,
    endsAt,
    lateAfter,
    progress,
  };
  const { observations: seen, defects } = await observe(plan, parts);
  const surveyed = await whole;
  const shown = addDocuments(seen, () => judgeDocuments(files, options, surveyed, startedAt));
  const { observations } = shown;
  const stopped = describeStop(end);
  progress({ kind: 'phase', name: 'diagnose' });
  const scope = isProbed === undefined ? probedScope(options) : scopeOfTargets(plan.targets);
  const reported = reportedOptions(configured);
  const { judged, defects: broken } = diagnoseSafely(
    { ...observations, scope, options: reported },
    used.diagnose,
  );
  const mistakes = [...stopped.defects, ...shown.defects, ...broken];
  return assemble({
    options: reported,
    scope,
    labels: sortLabels(options),
    startedAt,
    // The monotonic clock, because a time service may set the system clock during a run.
    finishedAt: startedAt + Math.round(system.monotonicMs() - started),
    interrupted: mistakes.length + defects.length > 0 ? 'defect' : stopped.by,
    plan,
    documents: observations.documents ?? [],
    preflight: observations.preflight ?? [],
    environment: withNotes(observations.environment, [...mistakes, ...shown.notes, ...judged.notes]),
    judged,
  });
}

/** Adds what the documents show to the observations; when that throws, they stay as they are. */
function addDocuments(
  observations: Observations,
  judge: () => JudgedDocuments,
): {
  readonly observations: Observations;
  readonly notes: readonly string[];
  readonly defects: readonly string[];
} {
  try {
    const { given, reported, preflight, notes } = judge();
    const targets = applyDocuments(observations.targets, given, observations.environment);
    // Without a document no prerequisite is shown, and a run does not ask for any.
    const checks = given.length === 0 ? [] : preflight;
    return {
      observations: { ...observations, targets, documents: reported, preflight: checks },
      notes,
      defects: [],
    };
  } catch (error) {
    return { observations, notes: [], defects: [defectNote('the evaluation of the documents', error)] };
  }
}

/** The labels, sorted by key. */
function sortLabels({ label }: Options): Report['labels'] {
  const entries = label.map(({ key, value }) => [key, value] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

interface Stop {
  readonly by: Report['interrupted'];
  readonly defects: readonly string[];
}

/** Aborted by the deadline or by `signal`. Not AbortSignal.any, which is slow with thousands of listeners. */
function createEndSignal(signal: AbortSignal, deadline: number): AbortSignal {
  const end = new AbortController();
  const stop = (): void => end.abort(signal.reason);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  setTimeout(() => end.abort('deadline'), deadline).unref();
  return end.signal;
}

function describeStop({ aborted, reason }: AbortSignal): Stop {
  if (!aborted) return { by: null, defects: [] };
  if (isStopSignal(reason) || reason === 'deadline') return { by: reason, defects: [] };
  return { by: 'defect', defects: reason === 'defect' ? [] : [defectNote('the run', reason)] };
}

/** Diagnoses; when a rule throws, the report has its evidence but no findings. */
function diagnoseSafely(
  observations: Observations,
  by: AgentParts['diagnose'],
): { readonly judged: Diagnosis; readonly defects: readonly string[] } {
  try {
    return { judged: by(observations), defects: [] };
  } catch (error) {
    return {
      judged: diagnoseWithoutRules(observations),
      defects: [defectNote('the diagnosis', error)],
    };
  }
}

function withNotes(environment: Report['environment'], notes: readonly string[]): Report['environment'] {
  return { ...environment, notes: [...notes, ...environment.notes] };
}
