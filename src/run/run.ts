/** Plan to observations: everything at once, within the run's budget. */
import { setMaxListeners } from 'node:events';
import type { Outside } from '../../probes/wire/outside.ts';
import { TrustStore } from '../../probes/wire/trust.ts';
import type { Options } from '../config/types.ts';
import type { Survey } from '../environment/types.ts';
import type { Plan } from '../plan/types.ts';
import type { Control } from '../report/controls.ts';
import type { Observations } from '../report/schema.ts';
import type { RunContext } from './context.ts';
import { azureDns } from './controls/azure-dns.ts';
import { clock } from './controls/clock.ts';
import { otherNames } from './controls/other-name.ts';
import { randomNames } from './controls/random-name.ts';
import { reservedAddress } from './controls/reserved-address.ts';
import { distrustBareConnections } from './distrust.ts';
import { createGate } from './gate.ts';
import { Names } from './names.ts';
import type { ProgressEvent } from './progress.ts';
import { observeTarget } from './target.ts';

export interface RunParts {
  readonly options: Options;
  readonly survey: Survey;
  readonly outside: Outside;
  /** PEM certificates of `--ca-file`. */
  readonly roots: readonly string[];
  /** Aborted by the deadline or by the user. */
  readonly signal: AbortSignal;
  readonly progress: (event: ProgressEvent) => void;
}

/** Probes every endpoint of the plan and runs the controls beside them. Always returns, with one target each. */
export async function observe(plan: Plan, parts: RunParts): Promise<Observations> {
  const context = createContext(plan, parts);
  const endpoints = plan.targets.filter(({ kind }) => kind === 'endpoint');
  parts.progress({ kind: 'start', total: endpoints.filter(({ testable }) => testable).length });
  const [targets, besides] = await Promise.all([
    Promise.all(endpoints.map((planned) => observeTarget(planned, context))),
    Promise.all([
      randomNames(plan.suffixes, context),
      reservedAddress(context),
      azureDns(plan.targets, context),
    ]),
  ]);
  parts.progress({ kind: 'phase', name: 'controls' });
  const after: Control[] = [...(await otherNames(targets, context)), clock(targets)];
  const controls: Control[] = [parts.survey.metadata, ...besides, ...after].filter(
    (control) => control !== null,
  );
  return {
    environment: withWhatWasLearnt(plan, parts.survey, controls),
    controls,
    targets: distrustBareConnections(targets, controls),
  };
}

function createContext(plan: Plan, parts: RunParts): RunContext {
  const { options, survey, outside, signal } = parts;
  // Every attempt under way listens for the end of the run.
  setMaxListeners(0, signal);
  const budget = { stepMs: options.timeout, signal };
  return {
    outside,
    survey,
    budget,
    trust: new TrustStore(parts.roots),
    names: new Names({ survey, outside, budget, concurrency: options.concurrency }),
    gate: createGate(options.concurrency),
    attempts: options.attempts,
    question: plan.dnsQuestion,
    progress: parts.progress,
  };
}

function withWhatWasLearnt(plan: Plan, survey: Survey, controls: readonly Control[]): Survey['environment'] {
  const { environment, hosts } = survey;
  const names = new Set(plan.targets.map(({ host }) => host.toLowerCase()));
  const overrides = [...hosts].filter(([host]) => names.has(host));
  return {
    ...environment,
    clockOffsetMs: controls.find((control) => control.name === 'clock')?.detail.offsetMs ?? null,
    dns: {
      ...environment.dns,
      hostsFile: {
        ...environment.dns.hostsFile,
        overrides: overrides.map(([host, addresses]) => ({ host, addresses: [...addresses] })),
      },
    },
    notes: [...environment.notes, ...plan.notes],
  };
}
