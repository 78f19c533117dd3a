/** Reports and replies about the same endpoints. */

import type { NetworkStatus } from '../../src/azure/network-status.ts';
import { recognise } from '../../src/azure/read.ts';
import type { Report, Target } from '../../src/model/report.ts';
import { endpointListOf, entry, location } from '../azure/replies.ts';
import { report, target } from '../report/samples.ts';

export function status(reply: unknown): NetworkStatus {
  const document = endpointListOf(recognise(reply));
  if (document.kind !== 'network-status') throw new Error(document.kind);
  return document;
}

/** The reply of one location in the report's region, with the report's DNS server. */
export function inWestEurope(entries: readonly unknown[], dnsServers = ['168.63.129.16']): NetworkStatus {
  return status([location('West Europe', entries, dnsServers)]);
}

/** One endpoint of both sides, each with its own status. */
export function vault(serviceStatus: string, changes: Partial<Target> = {}) {
  return {
    entry: entry('AzureKeyVault', 'https://kv.vault.azure.net', { status: serviceStatus, isOptional: false }),
    target: target('key-vault', 'kv.vault.azure.net', 443, { required: true, ...changes }),
  };
}

/** The environment of the sample report, with parts of it changed. */
export function environment(changes: {
  readonly region?: string | null;
  readonly vm?: string;
  readonly subnet?: string;
  readonly dns?: Partial<Report['environment']['dns']>;
}): Report['environment'] {
  const usual = report().environment;
  return {
    ...usual,
    region: changes.region === undefined ? usual.region : changes.region,
    vm: usual.vm === null ? null : { ...usual.vm, name: changes.vm ?? usual.vm.name },
    network: { ...usual.network, subnet: changes.subnet ?? usual.network.subnet },
    dns: { ...usual.dns, ...changes.dns },
  };
}
