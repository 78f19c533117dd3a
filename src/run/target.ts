/** One target: its name, every one of its addresses, and as many attempts as it takes. */
import { probeFor } from '../../probes/registry.ts';
import type { Probe } from '../../probes/types.ts';
import { pause } from '../../probes/wire/budget.ts';
import { isAzureService } from '../model/azure.ts';
import type { Address, Attempt, ObservedTarget } from '../model/report.ts';
import type { PlannedTarget } from '../plan/types.ts';
import { attempt, limitOf, type Tried } from './attempt.ts';
import type { RunContext } from './context.ts';
import { DEFECT, observedTarget, untestedTarget } from './observed-target.ts';

/** ms between a failed attempt and the next: long enough for a passing loss to pass. */
const PAUSE_AFTER_FAILURE = 250;

/**
 * Never throws; a target that the run had no time for, or that a defect of this program put an end to, comes back with
 * the reason.
 */
export async function observeTarget(planned: PlannedTarget, context: RunContext): Promise<ObservedTarget> {
  const probe = probeOf(planned);
  if (probe === null) {
    return untestedTarget(planned, planned.reason ?? 'nothing here can test it');
  }
  context.progress({ kind: 'begin', id: planned.id });
  const target = await look(planned, probe, context).catch((error: unknown) => {
    context.defects.add(planned.id, error);
    return untestedTarget(planned, DEFECT, 'unexpected');
  });
  context.progress({ kind: 'end', id: planned.id, target });
  return target;
}

/** The probe that this target will be tested with, or null when it will not be tested at all. */
export function probeOf({ testable, conversation }: PlannedTarget): Probe | null {
  return testable ? probeFor(conversation) : null;
}

async function look(planned: PlannedTarget, probe: Probe, context: RunContext): Promise<ObservedTarget> {
  const name = context.names.resolve(planned.host);
  const dialable = await name.dialable;
  const known = worthDialling(dialable.addresses, context.survey.hasIPv6).map(({ address }) => address);
  const { vip } = planned;
  const tried = await Promise.all([
    ...known.map((address) => tryAddress(planned, address, 'name', probe, context)),
    // The instance answers to its names at its own address, whether DNS knows of it or not.
    ...(vip === null || known.includes(vip) ? [] : [tryAddress(planned, vip, 'vip', probe, context)]),
  ]);
  const resolutions = await name.resolutions;
  context.progress({ kind: 'resolved', id: planned.id, resolutions });
  return observedTarget(planned, {
    dialable,
    resolutions,
    tried: tried.flat(),
    heldUpBy: heldUpBy(context),
  });
}

/** What kept targets waiting for longer than --concurrency would have; null when nothing did. */
function heldUpBy({ capacity, concurrency }: RunContext): string | null {
  const isShort = capacity.missed.length > 0 && capacity.most < concurrency;
  return isShort ? capacity.missed.join(', ') : null;
}

/** IPv6 is left alone on a VM that has none, unless there is nothing else: it would only ever fail. */
function worthDialling(addresses: readonly Address[], hasIPv6: boolean): readonly Address[] {
  const worth = addresses.filter(({ family, scope }) => family === 4 || hasIPv6 || scope === 'loopback');
  return worth.length > 0 ? worth : addresses;
}

async function tryAddress(
  planned: PlannedTarget,
  address: string,
  from: Attempt['addressFrom'],
  probe: Probe,
  context: RunContext,
): Promise<Tried[]> {
  const made: Tried[] = [];
  while (made.length < context.attempts) {
    if (made.length > 0) await pause(PAUSE_AFTER_FAILURE, context.budget.signal);
    const tried = await context.gate(() => attempt(probe, parts(planned, address, context), from), limitOf);
    if (tried === null) break;
    made.push(tried);
    context.progress({ kind: 'attempt', id: planned.id, attempt: tried.attempt });
    if (tried.defect !== null) context.defects.add(planned.id, tried.defect.error);
    if (tried.attempt.ok || tried.defect !== null || isLeftUntried(tried)) break;
  }
  return made;
}

/** This machine cannot try at all, or the gate has done what there was to do about a shortage. */
function isLeftUntried(tried: Tried): boolean {
  return tried.impossible !== null || limitOf(tried) !== null;
}

function parts(planned: PlannedTarget, address: string, context: RunContext) {
  const { system, trust, budget, question } = context;
  return {
    target: {
      host: planned.host,
      port: planned.port,
      path: planned.path ?? '/',
      question,
      azureService: isAzureService(planned),
    },
    address,
    system,
    trust,
    budget,
  };
}
