/** The plan of a run without the run: it loads neither the probes nor the diagnosis, so that `plan` starts sooner. */
import type { Options } from './config/types.ts';
import { survey } from './environment/index.ts';
import { thisMachine } from './environment/machine.ts';
import type { Machine, MetadataReply, Survey } from './environment/types.ts';
import { makePlan } from './plan/plan.ts';
import type { Plan, PlanContext } from './plan/types.ts';
import type { System } from './run/system.ts';

/** Makes the plan that `plan` prints. Asks only the metadata service, and only without --cloud or --region. */
export async function surveyAndPlan(
  options: Options,
  parts?: { readonly system: System; readonly machine: Machine },
): Promise<Survey & { readonly plan: Plan }> {
  const lists = options.from.length === 0 ? [] : await endpointLists(options);
  const ask = async (): Promise<MetadataReply> => {
    const [{ askMetadata }, { createSystem }] = await Promise.all([
      import('./run/metadata.ts'),
      import('./run/system.ts'),
    ]);
    return askMetadata(parts?.system ?? createSystem(options.connectTo), new AbortController().signal);
  };
  const unknown = options.cloud === null || options.region === null;
  const found = await survey(options, parts?.machine ?? thisMachine(), unknown ? ask : null);
  return { ...found, plan: makePlan(options, createPlanContext(found), lists) };
}

async function endpointLists(options: Options): Promise<Parameters<typeof makePlan>[2]> {
  const { endpointListsIn, readImports } = await import('./config/import-file.ts');
  return endpointListsIn(readImports(options));
}

/** What the plan needs of the survey, with the date of today. */
export function createPlanContext({ environment, servers }: Survey): PlanContext {
  return {
    cloud: environment.cloud,
    region: environment.region,
    servers,
    serversFrom: environment.dns.source,
    today: new Date().toISOString().slice(0, 10),
  };
}
