/** The whole story: look around, plan, probe, judge, report. */
import { readFile } from 'node:fs/promises';
import { createOutside } from '../probes/wire/outside.ts';
import type { Options } from './config/types.ts';
import { diagnose } from './diagnosis/index.ts';
import { survey } from './environment/index.ts';
import type { Survey } from './environment/types.ts';
import { makePlan, type Place } from './plan/plan.ts';
import type { Plan } from './plan/types.ts';
import { assemble } from './report/assemble.ts';
import type { Report } from './report/schema.ts';
import type { ProgressEvent } from './run/progress.ts';
import { observe } from './run/run.ts';

export interface RunHooks {
  /** Aborted with the name of the signal that stopped the run. */
  readonly signal: AbortSignal;
  readonly progress?: (event: ProgressEvent) => void;
}

/** What `plan` prints. Asks the metadata service unless cloud and region are given, and sends nothing else. */
export async function surveyAndPlan(options: Options): Promise<Survey & { readonly plan: Plan }> {
  const found = await survey(
    options,
    createOutside(options.connectTo),
    new AbortController().signal,
    'when-needed',
  );
  return { ...found, plan: makePlan(options, placeOf(found)) };
}

/**
 * A run from end to end. The deadline and the hooks' signal end it early; the report is complete and valid
 * all the same, with what was not done as untested.
 */
export async function runAgent(options: Options, { signal, progress = () => {} }: RunHooks): Promise<Report> {
  const startedAt = Date.now();
  const deadline = AbortSignal.timeout(options.deadline);
  const end = AbortSignal.any([signal, deadline]);
  const outside = createOutside(options.connectTo);
  const roots = await Promise.all(options.caFile.map((file) => readFile(file, 'utf8')));
  progress({ kind: 'phase', name: 'survey' });
  const surroundings = await survey(options, outside, end, 'always');
  const plan = makePlan(options, placeOf(surroundings));
  progress({ kind: 'phase', name: 'probe' });
  const observations = await observe(plan, {
    options,
    survey: surroundings,
    outside,
    roots,
    signal: end,
    progress,
  });
  progress({ kind: 'phase', name: 'diagnose' });
  const judged = diagnose(observations);
  return assemble({
    startedAt,
    finishedAt: Date.now(),
    interrupted: signal.aborted ? signal.reason : deadline.aborted ? 'deadline' : null,
    plan,
    observations,
    judged,
  });
}

function placeOf({ environment, servers }: Survey): Place {
  return {
    cloud: environment.cloud,
    region: environment.region,
    servers,
    today: new Date().toISOString().slice(0, 10),
  };
}
