/** Turns a plan into observations: runs all probes and controls concurrently, within the run's budget. */
import { getCACertificates } from 'node:tls';
import type { System } from '../../probes/wire/system.ts';
import { TrustStore } from '../../probes/wire/trust.ts';
import type { Options } from '../config/types.ts';
import type { Survey } from '../environment/types.ts';
import type { Control, ObservedControl } from '../model/controls.ts';
import type { Observations } from '../model/report.ts';
import type { Plan } from '../plan/types.ts';
import { Capacity } from './capacity.ts';
import type { RunContext } from './context.ts';
import { azureDns } from './controls/azure-dns.ts';
import { clock } from './controls/clock.ts';
import { LargeHelloTest } from './controls/large-hello.ts';
import { otherAddresses } from './controls/other-address.ts';
import { OtherNames } from './controls/other-name.ts';
import { packetSizes } from './controls/packet-size.ts';
import { randomNames } from './controls/random-name.ts';
import { reservedAddress, waitFor } from './controls/reserved-address.ts';
import { searchDomains } from './controls/search-domain.ts';
import { secondAnswers } from './controls/second-answer.ts';
import { zoneAuthority } from './controls/zone-authority.ts';
import { Defects } from './defects.ts';
import { createGate } from './gate.ts';
import { mapInFlight } from './in-flight.ts';
import { addLateAttempts, LATE_AFTER } from './late-attempts.ts';
import { Names } from './names.ts';
import type { ProgressEvent } from './progress.ts';
import { describeShortage } from './shortage.ts';
import { observeTarget, probeOf } from './target.ts';

export interface RunParts {
  readonly options: Options;
  readonly survey: Survey;
  /** The survey with the answer of the metadata service, when that comes during the run only. */
  readonly whole?: Promise<Survey>;
  readonly system: System;
  /** PEM certificates of `--ca-file`. */
  readonly roots: readonly string[];
  /** PEM roots that count as public, besides the runtime's. */
  readonly publicRoots: readonly string[];
  /** Aborted by the deadline or by the user. */
  readonly signal: AbortSignal;
  /** When the deadline will come, by the monotonic clock, in ms. */
  readonly endsAt: number;
  /** ms from the first attempt to the late one; LATE_AFTER without it. */
  readonly lateAfter?: number | undefined;
  readonly progress: (event: ProgressEvent) => void;
}

export interface Observed {
  readonly observations: Observations;
  /** Texts of the defects that ended a test; the environment's notes contain them too. */
  readonly defects: readonly string[];
}

/** Probes every endpoint of the plan and runs the controls. Always returns one target per endpoint. */
export async function observe(plan: Plan, parts: RunParts): Promise<Observed> {
  const context = createContext(plan, parts);
  const endpoints = plan.targets.filter(({ kind }) => kind === 'endpoint');
  parts.progress({ kind: 'start', total: endpoints.filter((planned) => probeOf(planned) !== null).length });
  // First, because the value of a bare connection as proof depends on it: it must not wait behind a thousand targets.
  const others = Promise.withResolvers<number>();
  const reserved = runControl('tcp-reserved-address', context, () =>
    reservedAddress(context, others.promise),
  );
  const otherNames = new OtherNames(context);
  const hello = new LargeHelloTest(context);
  const inFlight = mostInFlight(parts.options);
  const isLarge = endpoints.length > inFlight;
  const observing = mapInFlight(endpoints, inFlight, async (planned) => {
    if (isLarge) {
      // More than its name would only take memory while other attempts wait.
      if (probeOf(planned) !== null) context.names.lookAhead(planned.host);
      await context.gate.whenNoneWaits();
    }
    const progress = (event: ProgressEvent): void => {
      context.progress(event);
      if (event.kind === 'attempt') otherNames.seeAttempt(planned, event.attempt);
    };
    const target = await observeTarget(planned, { ...context, progress });
    otherNames.seeTarget(target);
    hello.seeTarget(target);
    return target;
  });
  const random = runControl('dns-random-name', context, () => randomNames(plan.suffixes, context));
  const azure = runControl('azure-dns', context, () => azureDns(plan.targets, context));
  const zones = runControl('dns-zone-authority', context, () => zoneAuthority(plan.suffixes, context));
  const observed = await observing;
  parts.progress({ kind: 'phase', name: 'controls' });
  const [targets, names, large, sizes, search, elsewhere] = await Promise.all([
    addLateAttempts(endpoints, observed, context),
    runControl('tls-other-name', context, () => otherNames.finish(observed)),
    runControl('tls-large-hello', context, () => hello.finish()),
    runControl('packet-size', context, () => packetSizes(observed, context)),
    runControl('dns-search-domain', context, () => searchDomains(observed, context)),
    runControl('dns-other-address', context, async () =>
      otherAddresses(endpoints, observed, (await azure)?.detail.answers ?? [], context),
    ),
  ]);
  await Promise.all([random, azure, zones]);
  const second = await runControl('dns-second-answer', context, () => secondAnswers(targets, context));
  const time = await runControl('clock', context, async () => clock(targets));
  const survey = (await parts.whole) ?? parts.survey;
  others.resolve(waitFor(targets));
  const besides = await Promise.all([random, reserved, azure, zones]);
  const lists = [...(names ?? []), ...(elsewhere ?? []), ...(sizes ?? [])];
  const late = [...lists, large, search, second, time];
  const controls = [survey.metadata, ...besides, ...late].filter((each) => each !== null);
  const defects = context.defects.notes();
  return {
    observations: {
      environment: completeEnvironment(plan, survey, controls, [
        ...defects,
        ...describeSlowdown(context.capacity, parts.options),
      ]),
      controls,
      targets,
    },
    defects,
  };
}

/**
 * Bounds the targets in memory. This many suffice to use all of `--concurrency`, also when each target pauses after a
 * failed attempt.
 */
function mostInFlight({ concurrency }: Options): number {
  return Math.max(1024, 2 * concurrency);
}

function createContext(plan: Plan, parts: RunParts): RunContext {
  const { options, survey, system, signal, endsAt } = parts;
  const budget = { stepMs: options.timeout, signal };
  const capacity = new Capacity();
  const queries = createGate(options.concurrency, signal, capacity);
  return {
    system,
    survey,
    budget,
    queries,
    capacity,
    trust: new TrustStore(parts.roots, [...getCACertificates('bundled'), ...parts.publicRoots]),
    names: new Names({ survey, system, budget, queries }),
    gate: createGate(options.concurrency, signal, capacity),
    repeatGate: createGate(options.concurrency * (options.attempts - 1), signal, capacity),
    concurrency: options.concurrency,
    defects: new Defects(),
    attempts: options.attempts,
    endsAt,
    lateAfter: parts.lateAfter ?? LATE_AFTER,
    question: plan.dnsQuestion,
    progress: parts.progress,
  };
}

/** Notes on the local limits that slowed the run. */
function describeSlowdown({ missed, least }: Capacity, { concurrency }: Options): string[] {
  if (missed.length === 0) return [];
  const few = Math.min(least, concurrency);
  return [
    `this VM ran out of ${describeShortage(missed)}: the affected tests were repeated, with as few as ${few} at once ` +
      `instead of ${concurrency}`,
  ];
}

/** @returns null when a defect of this program ended the control */
async function runControl<T>(
  name: Control['name'],
  { defects, progress }: RunContext,
  work: () => Promise<T>,
): Promise<T | null> {
  progress({ kind: 'control', name, is: 'awaited' });
  try {
    return await work();
  } catch (error) {
    defects.add(name, error);
    return null;
  } finally {
    progress({ kind: 'control', name, is: 'over' });
  }
}

function completeEnvironment(
  plan: Plan,
  survey: Survey,
  controls: readonly ObservedControl[],
  notes: readonly string[],
): Survey['environment'] {
  const { environment, hosts } = survey;
  const names = new Set(plan.targets.map(({ host }) => host.toLowerCase()));
  const overrides = [...hosts].filter(([host]) => names.has(host));
  return {
    ...environment,
    clockOffsetMs: controls.find((each) => each.name === 'clock')?.detail.offsetMs ?? null,
    dns: {
      ...environment.dns,
      hostsFile: {
        ...environment.dns.hostsFile,
        overrides: overrides.map(([host, addresses]) => ({ host, addresses: [...addresses] })),
      },
    },
    notes: [...notes, ...environment.notes, ...plan.notes],
  };
}
