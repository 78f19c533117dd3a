/** Remedies for missing or wrong records of the instance. */
import { AZURE_DNS } from '../../model/azure.ts';
import type { Observations, Resolution, Target } from '../../model/report.ts';
import type { Cause } from '../../model/vocabulary.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { type Expected, elsewhere, isProved, type RecordState } from '../instance.ts';
import { missingRecord } from '../private-zones.ts';
import { recordsCommand } from '../records-command.ts';
import { azureAnswer } from '../servers.ts';
import { listAll } from '../text.ts';

/** One server's answer for one endpoint of the instance. */
export interface RecordAnswer {
  readonly target: Target;
  readonly resolution: Resolution;
  readonly state: RecordState;
}

export type RecordError = Exclude<RecordState, 'right' | 'unknown'>;

export const CAUSE: Readonly<Record<RecordError, Cause>> = {
  missing: 'gateway-record-missing',
  public: 'gateway-record-public',
  wrong: 'gateway-record-wrong',
};

export interface RecordEvidence {
  readonly answers: readonly RecordAnswer[];
  readonly affected: readonly RecordAnswer[];
  readonly expected: Expected;
  /** What the finding names. */
  readonly targets: readonly Target[];
}

/** Whether --vip is missing and every suspicious record leads to a server with a valid certificate for the name. */
export function isServedAsRecorded(state: RecordError, { affected, expected }: RecordEvidence): boolean {
  if (state === 'missing' || expected.by === 'vip') return false;
  return affected.every(({ target, resolution }) => isProved(target, resolution.addresses));
}

/** Whether Azure's own resolver has the right address for one of these hosts. */
export function hasAzureRecord(
  observations: Observations,
  hosts: ReadonlySet<string>,
  { address }: Expected,
): boolean {
  if (address === null) return false;
  return [...hosts].some((host) => azureAnswer(observations, host)?.addresses.includes(address) === true);
}

/** The steps of the remedy, the easiest first. */
export function remedyFor(
  observations: Observations,
  state: RecordError,
  evidence: RecordEvidence,
): string[] {
  const { affected, expected } = evidence;
  const [first = '', second = '', third = ''] = CAUSE_TEXTS[CAUSE[state]].remedy;
  if (isServedAsRecorded(state, evidence)) return [confirmStep(state, expected), first, third];
  const targets = affected.map(({ target }) => target);
  const hosts = new Set(targets.map(({ host }) => host));
  const command = recordsCommand(observations, targets, expected.address);
  const steps = [
    ...forwardingSteps(observations, evidence, hosts),
    ...privateZoneSteps(observations, affected, expected),
  ];
  if (state === 'missing') {
    return [...steps, `Records ready to use (hosts file, Azure CLI, BIND): ${command}`, second, third];
  }
  const correct = [...correctionSteps(observations, evidence), `Ready to use: ${command}`];
  if (state === 'public') return [...steps, ...correct, second, third];
  return expected.by === 'vip' ? [...steps, ...correct, third] : [...steps, first, ...correct, third];
}

function confirmStep(state: RecordError, { address }: Expected): string {
  if (state === 'public') {
    return 'If the instance is in external mode, or a public front is meant: give its address as --vip, and nothing is wrong.';
  }
  return `If that is the instance’s address: give it as --vip${address === null ? '' : ` ${address}`}, and nothing is wrong.`;
}

function forwardingSteps(
  observations: Observations,
  { affected, expected }: RecordEvidence,
  hosts: ReadonlySet<string>,
): string[] {
  if (!hasAzureRecord(observations, hosts, expected)) return [];
  return [
    `On ${serversOf(affected)}: forward ${listAll(hosts)} to ${AZURE_DNS}, or to an Azure DNS Private Resolver ` +
      'inbound endpoint: Azure DNS has the record.',
  ];
}

function privateZoneSteps(
  observations: Observations,
  affected: readonly RecordAnswer[],
  expected: Expected,
): string[] {
  const claimed = affected.flatMap(({ target, resolution }) => {
    const missing = missingRecord(target.host, resolution);
    return missing === null ? [] : [{ ...missing, address: addressFor(target, observations, expected) }];
  });
  const groups = Map.groupBy(claimed, ({ zone, address }) => `${zone} ${address}`);
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const names = [first, ...others].map(({ zone, record }) => (record === zone ? '@' : record));
    return [
      `In the private zone ${first.zone}, which is linked here: add A records for ${listAll(names)} with ${first.address}.`,
    ];
  });
}

function correctionSteps(observations: Observations, { affected, expected }: RecordEvidence): string[] {
  const groups = Map.groupBy(affected, ({ target }) => addressFor(target, observations, expected));
  return [...groups].map(([address, members]) => {
    const hosts = members.map(({ target }) => target.host);
    return `At ${serversOf(members)}: make ${listAll(hosts)} lead to ${address}.`;
  });
}

function serversOf(affected: readonly RecordAnswer[]): string {
  return listAll([...new Set(affected.map(({ resolution }) => resolution.server))].sort());
}

/** The address for the record; a gateway in another region has its own address, which the report does not have. */
function addressFor(target: Target, observations: Observations, { address }: Expected): string {
  const region = elsewhere(target, observations);
  if (region !== null) return `the gateway’s private address in ${region}`;
  return address ?? 'the instance’s private address';
}
