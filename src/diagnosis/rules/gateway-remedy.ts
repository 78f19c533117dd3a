import { AZURE_DNS } from '../../model/azure.ts';
/** What to do about the instance's records that are missing or wrong. */
import type { Observations, Resolution, Target } from '../../model/report.ts';
import type { Cause } from '../../model/vocabulary.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { recordsCommand } from '../command.ts';
import { type Expected, elsewhere, isProved, type RecordState } from '../instance.ts';
import { missingRecord } from '../private-zones.ts';
import { azureAnswer } from '../servers.ts';
import { list } from '../text.ts';

/** One server's answer for one endpoint of the instance. */
export interface Said {
  readonly target: Target;
  readonly resolution: Resolution;
  readonly state: RecordState;
}

export type Wrong = Exclude<RecordState, 'right' | 'unknown'>;

export const CAUSE: Readonly<Record<Wrong, Cause>> = {
  missing: 'gateway-record-missing',
  public: 'gateway-record-public',
  wrong: 'gateway-record-wrong',
};

export interface Seen {
  readonly said: readonly Said[];
  readonly affected: readonly Said[];
  readonly expected: Expected;
  /** What the finding names. */
  readonly targets: readonly Target[];
}

/** Whether nobody said where the instance is, and all that looks wrong was reached where it leads. */
export function provedThere(state: Wrong, { affected, expected }: Seen): boolean {
  if (state === 'missing' || expected.by === 'vip') return false;
  return affected.every(({ target, resolution }) => isProved(target, resolution.addresses));
}

/** Whether Azure's own resolver has the right address for one of these hosts. */
export function azureKnows(
  observations: Observations,
  hosts: ReadonlySet<string>,
  { address }: Expected,
): boolean {
  if (address === null) return false;
  return [...hosts].some((host) => azureAnswer(observations, host)?.addresses.includes(address) === true);
}

/** The steps, nearest first. */
export function remedyFor(observations: Observations, state: Wrong, seen: Seen): string[] {
  const { affected, expected } = seen;
  const [first = '', second = '', third = ''] = CAUSE_TEXTS[CAUSE[state]].remedy;
  if (provedThere(state, seen)) return [whenMeant(state, expected), first, third];
  const targets = affected.map(({ target }) => target);
  const hosts = new Set(targets.map(({ host }) => host));
  const command = recordsCommand(observations, targets, expected.address);
  const steps = [
    ...forwarding(observations, seen, hosts),
    ...inPrivateZones(observations, affected, expected),
  ];
  if (state === 'missing') {
    return [...steps, `Records ready to use (hosts file, Azure CLI, BIND): ${command}`, second, third];
  }
  const correct = [...corrections(observations, seen), `Ready to use: ${command}`];
  if (state === 'public') return [...steps, ...correct, second, third];
  return expected.by === 'vip' ? [...steps, ...correct, third] : [...steps, first, ...correct, third];
}

function whenMeant(state: Wrong, { address }: Expected): string {
  if (state === 'public') {
    return 'If the instance is in external mode, or a public front is meant: give its address as --vip, and nothing is wrong.';
  }
  return `If that is the instance’s address: give it as --vip${address === null ? '' : ` ${address}`}, and nothing is wrong.`;
}

function forwarding(
  observations: Observations,
  { affected, expected }: Seen,
  hosts: ReadonlySet<string>,
): string[] {
  if (!azureKnows(observations, hosts, expected)) return [];
  return [
    `On ${serversOf(affected)}: forward ${list(hosts, 4)} to ${AZURE_DNS}, or to an Azure DNS Private Resolver ` +
      'inbound endpoint: Azure DNS has the record.',
  ];
}

function inPrivateZones(observations: Observations, affected: readonly Said[], expected: Expected): string[] {
  const claimed = affected.flatMap(({ target, resolution }) => {
    const missing = missingRecord(target.host, resolution);
    return missing === null ? [] : [{ ...missing, address: addressFor(target, observations, expected) }];
  });
  const groups = Map.groupBy(claimed, ({ zone, address }) => `${zone} ${address}`);
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const names = [first, ...others].map(({ zone, record }) => (record === zone ? '@' : record));
    return [
      `In the private zone ${first.zone}, which is linked here: add A records for ${list(names, 8)} with ${first.address}.`,
    ];
  });
}

function corrections(observations: Observations, { affected, expected }: Seen): string[] {
  const groups = Map.groupBy(affected, ({ target }) => addressFor(target, observations, expected));
  return [...groups].map(([address, members]) => {
    const hosts = members.map(({ target }) => target.host);
    return `At ${serversOf(members)}: make ${list(hosts, 6)} lead to ${address}.`;
  });
}

function serversOf(affected: readonly Said[]): string {
  return list([...new Set(affected.map(({ resolution }) => resolution.server))].sort(), 3);
}

/** The gateway of another region has an address there, which nobody here knows. */
function addressFor(target: Target, observations: Observations, { address }: Expected): string {
  const region = elsewhere(target, observations);
  if (region !== null) return `the gateway’s private address in ${region}`;
  return address ?? 'the instance’s private address';
}
