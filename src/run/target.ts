/** Observes one target: its name, all its addresses, and repeated attempts after failures. */
import { isIP } from 'node:net';
import { isNeverRemote } from '../../probes/address-scope.ts';
import { probeFor } from '../../probes/registry.ts';
import type { Probe } from '../../probes/types.ts';
import { isAzureService } from '../model/azure.ts';
import type { Address, Attempt, ObservedTarget } from '../model/report.ts';
import type { PlannedTarget } from '../plan/types.ts';
import { attempt, limitOf, type Tried } from './attempt.ts';
import type { RunContext } from './context.ts';
import type { Dialable } from './names.ts';
import { DEFECT, observedTarget, untestedTarget } from './observed-target.ts';
import { overlap } from './overlap.ts';

/**
 * Never throws: a target that the run had no time for, or whose test a defect ended, is returned with the reason.
 */
export async function observeTarget(planned: PlannedTarget, context: RunContext): Promise<ObservedTarget> {
  const probe = probeOf(planned);
  if (probe === null) {
    return untestedTarget(planned, planned.reason ?? 'no probe can test it');
  }
  context.progress({ kind: 'begin', id: planned.id });
  const target = await probeTarget(planned, probe, context).catch((error: unknown) => {
    context.defects.add(planned.id, error);
    return untestedTarget(planned, DEFECT, 'unexpected');
  });
  context.progress({ kind: 'end', id: planned.id, target });
  return target;
}

/** The probe for this target, or null when it will not be tested. */
export function probeOf({ testable, conversation }: PlannedTarget): Probe | null {
  return testable ? probeFor(conversation) : null;
}

async function probeTarget(
  planned: PlannedTarget,
  probe: Probe,
  context: RunContext,
): Promise<ObservedTarget> {
  const name = context.names.resolve(planned.host);
  const dialable = withoutBogus(planned, await name.dialable);
  const known = selectAddresses(dialable.worth, context.survey.hasIPv6).map(({ address }) => address);
  const { vip } = planned;
  const tried = await Promise.all([
    ...known.map((address) => tryAddress(planned, address, 'name', probe, context)),
    // The instance answers at its VIP for all its names, even when DNS has no record of it.
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

/** The local resources that delayed targets more than --concurrency does; null when none did. */
function heldUpBy({ capacity, concurrency }: RunContext): string | null {
  const isShort = capacity.missed.length > 0 && capacity.most < concurrency;
  return isShort ? capacity.missed.join(', ') : null;
}

/** The addresses worth dialling: a service of Azure has none that only this machine or this link can have. */
function withoutBogus(
  { host, group }: PlannedTarget,
  dialable: Dialable,
): Dialable & { worth: readonly Address[] } {
  const { addresses } = dialable;
  const isOwn = group === 'custom' || group === 'dns' || isIP(host) !== 0;
  const worth = isOwn ? addresses : addresses.filter(({ address }) => !isNeverRemote(address));
  const isBogus = addresses.length > 0 && worth.length === 0;
  return { ...dialable, ...(isBogus && { failure: 'dns_bogus_address' as const }), worth };
}

/** Omits IPv6 addresses on a VM without IPv6, because they would always fail; unless there are no others. */
function selectAddresses(addresses: readonly Address[], hasIPv6: boolean): readonly Address[] {
  const worth = addresses.filter(({ family, scope }) => family === 4 || hasIPv6 || scope === 'loopback');
  return worth.length > 0 ? worth : addresses;
}

/** Tries an address until it succeeds, `context.attempts` times at most. */
export async function tryAddress(
  planned: PlannedTarget,
  address: string,
  from: Attempt['addressFrom'],
  probe: Probe,
  context: RunContext,
): Promise<Tried[]> {
  const { attempts: most, budget, gate, repeatGate, progress, defects } = context;
  const tried = await overlap<Tried>({
    most,
    over: budget.signal,
    begin: ({ number, signal, reportStep, hold }) => {
      const parts = {
        ...attemptParts(planned, address, context),
        budget: { stepMs: budget.stepMs, signal },
        onStep: reportStep,
      };
      const tryOnce = async (): Promise<Tried | null> => {
        // It may have been cancelled while it waited for its turn.
        if (signal.aborted && !budget.signal.aborted) return null;
        reportStep();
        progress({ kind: 'try', id: planned.id, number, of: most });
        const tried = await attempt(probe, parts, from);
        if (limitOf(tried) !== null) hold();
        return tried;
      };
      return (number === 1 ? gate : repeatGate)(tryOnce, (tried) => tried && limitOf(tried));
    },
    onResult: (tried) => {
      progress({ kind: 'attempt', id: planned.id, attempt: tried.attempt });
      if (tried.defect !== null) defects.add(planned.id, tried.defect.error);
      return tried.attempt.ok || tried.defect !== null || isLeftUntried(tried);
    },
  });
  // Where an earlier attempt passed, it does not matter that a later one could not be made.
  return tried.some(({ attempt }) => attempt.ok) ? tried.filter((one) => !isLeftUntried(one)) : tried;
}

/** Whether more attempts are useless: this machine cannot try, or the gate has already retried a shortage. */
function isLeftUntried(tried: Tried): boolean {
  return tried.impossible !== null || limitOf(tried) !== null;
}

/** What an attempt at this address needs. */
export function attemptParts(planned: PlannedTarget, address: string, context: RunContext) {
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
