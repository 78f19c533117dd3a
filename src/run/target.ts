/** One target: its name, every one of its addresses, and as many attempts as it takes. */
import { type Choice, probeFor } from '../../probes/registry.ts';
import { pause } from '../../probes/wire/budget.ts';
import type { PlannedTarget } from '../plan/types.ts';
import type { Address, Attempt, Target } from '../report/schema.ts';
import { attempt } from './attempt.ts';
import type { RunContext } from './context.ts';
import { summarise, untested } from './summarise.ts';

/** ms between a failed attempt and the next: long enough for a passing loss to pass. */
const PAUSE_AFTER_FAILURE = 250;

/** Never throws; a target that the run had no time for comes back as untested. */
export async function observeTarget(planned: PlannedTarget, context: RunContext): Promise<Target> {
  if (!planned.testable) return untested(planned, planned.reason ?? 'not testable');
  const choice = probeFor(planned.protocol);
  if (choice === null) return untested(planned, `this version does not speak ${planned.protocol}`);
  context.progress({ kind: 'begin', id: planned.id });
  const name = context.names.resolve(planned.host);
  const dialable = await name.dialable;
  const attempts = await Promise.all(
    worthDialling(dialable.addresses, context.survey.hasIPv6).map(({ address }) =>
      tryAddress(planned, address, choice, context),
    ),
  );
  const target = summarise(planned, {
    dialable,
    resolutions: await name.resolutions,
    attempts: attempts.flat(),
  });
  context.progress({ kind: 'end', id: planned.id, status: target.status });
  return target;
}

/** IPv6 is left alone on a VM that has none, unless there is nothing else: it would only ever fail. */
function worthDialling(addresses: readonly Address[], hasIPv6: boolean): readonly Address[] {
  const worth = addresses.filter(({ family, scope }) => family === 4 || hasIPv6 || scope === 'loopback');
  return worth.length > 0 ? worth : addresses;
}

async function tryAddress(
  planned: PlannedTarget,
  address: string,
  choice: Choice,
  context: RunContext,
): Promise<Attempt[]> {
  const { signal } = context.budget;
  const made: Attempt[] = [];
  while (made.length < context.attempts && !signal.aborted) {
    if (made.length > 0) await pause(PAUSE_AFTER_FAILURE, signal);
    const result = await context.gate(async () =>
      signal.aborted ? null : attempt(choice, parts(planned, address, context)),
    );
    if (result === null) break;
    made.push(result);
    if (result.ok) break;
  }
  return made;
}

function parts(planned: PlannedTarget, address: string, context: RunContext) {
  const { outside, trust, budget, question } = context;
  return {
    target: {
      host: planned.host,
      port: planned.port,
      path: planned.path ?? '/',
      question,
      azureIssuer: isAzureOwn(planned),
    },
    address,
    outside,
    trust,
    budget,
  };
}

/** Custom domains and the user's own endpoints may hold certificates of a private CA; Azure's services do not. */
function isAzureOwn({ source, group }: PlannedTarget): boolean {
  return source.kind !== 'config' && group !== 'custom';
}
