/**
 * Dials the address that Azure DNS, or another configured server, gives for a target that failed at every address of
 * the server that decided.
 */
import { isIPv6 } from 'node:net';
import { isNeverRemote } from '../../../probes/address-scope.ts';
import type { Failure } from '../../../probes/failures.ts';
import { AZURE_DNS } from '../../model/azure.ts';
import type { ControlAnswer, ControlOf } from '../../model/controls.ts';
import type { ObservedTarget } from '../../model/report.ts';
import type { PlannedTarget } from '../../plan/types.ts';
import { attempt } from '../attempt.ts';
import type { RunContext } from '../context.ts';
import { attemptParts, probeOf } from '../target.ts';
import { isInconclusive } from './inconclusive.ts';

type OtherAddress = ControlOf<'dns-other-address'>;

/** A server that is wrong is so for many names; a few suffice as evidence. */
const MOST_TARGETS = 8;

interface Candidate {
  readonly planned: PlannedTarget;
  readonly instead: string;
  readonly server: string;
  readonly address: string;
}

/**
 * One control for each such target; none when every name leads to the same address everywhere.
 * @param azure Azure DNS's answers, when it is not a configured server
 */
export async function otherAddresses(
  planned: readonly PlannedTarget[],
  targets: readonly ObservedTarget[],
  azure: readonly ControlAnswer[],
  context: RunContext,
): Promise<OtherAddress[]> {
  const byId = new Map(planned.map((one) => [one.id, one]));
  const candidates = targets.flatMap((target) => {
    const one = byId.get(target.id);
    return one === undefined ? [] : findCandidate(one, target, azure, context);
  });
  return Promise.all(candidates.slice(0, MOST_TARGETS).map((one) => tryOther(one, context)));
}

function findCandidate(
  planned: PlannedTarget,
  { host, attempts, addressesFrom, resolutions }: ObservedTarget,
  azure: readonly ControlAnswer[],
  { survey }: RunContext,
): Candidate[] {
  const dialled = attempts.filter(({ addressFrom }) => addressFrom === 'name');
  const instead = dialled.find(({ failure }) => failure !== null && !isInconclusive(failure))?.address;
  if (instead === undefined || dialled.some(({ ok }) => ok)) return [];
  if (addressesFrom === null || addressesFrom === 'hosts-file') return [];
  const answers = [
    ...azure.filter(({ name }) => name.toLowerCase() === host.toLowerCase()),
    ...resolutions.filter(({ server }) => server !== addressesFrom),
  ];
  for (const { server, addresses } of answers) {
    if (addresses.some((address) => dialled.some((one) => one.address === address))) continue;
    const address = addresses.find((one) => !isNeverRemote(one) && (survey.hasIPv6 || !isIPv6(one)));
    if (address !== undefined) return [{ planned, instead, server, address }];
  }
  return [];
}

/** The other address twice, and the dialled one in between: amid loss, what passes once may be chance. */
async function tryOther(candidate: Candidate, context: RunContext): Promise<OtherAddress> {
  const { planned, instead, address, server } = candidate;
  const first = await failureAt(planned, address, context);
  const again = first === null ? await failureAt(planned, instead, context) : first;
  const failure = first === null && again !== null ? await failureAt(planned, address, context) : first;
  const works = first === null && again !== null && failure === null && !isInconclusive(again);
  const whose = server === AZURE_DNS ? `Azure DNS (${server})` : server;
  const outcome = works
    ? 'anomalous'
    : isInconclusive(first) || isInconclusive(failure)
      ? 'unknown'
      : 'expected';
  const result = works
    ? `answers there, and at ${instead} it does not`
    : failure === null
      ? `answers there, and now at ${instead} too`
      : `does not answer there (${failure})`;
  return {
    name: 'dns-other-address',
    outcome,
    detail: {
      text: `${whose} gives ${planned.host} the address ${address}: ${planned.host}:${planned.port} ${result}`,
      target: planned.id,
      ...{ address, server, instead, works, failure },
    },
  };
}

async function failureAt(
  planned: PlannedTarget,
  address: string,
  context: RunContext,
): Promise<Failure | null> {
  const probe = probeOf(planned);
  const tried =
    probe === null
      ? null
      : await context.gate(
          () => attempt(probe, attemptParts(planned, address, context)),
          () => null,
        );
  return tried === null ? 'deadline_exceeded' : tried.attempt.failure;
}
