/** Compares the DNS servers of the instance with those of the VM. Pure. */
import { AZURE_DNS } from '../model/azure.ts';
import type { Report } from '../model/report.ts';
import type { ServerComparison } from './types.ts';

const APPLY =
  'Apply Network Configuration (az apim apply-network-updates --name NAME --resource-group GROUP)';

/** Ignores the order, because both sides ask the next server when one does not answer. */
export function compareServers(service: readonly string[], { environment }: Report): ServerComparison {
  const vm = environment.dns.servers.map(withoutPort);
  // A resolver on the VM itself hides the servers behind it.
  const known = vm.length > 0 && service.length > 0 && !vm.some((address) => /^(?:127\.|::1$)/.test(address));
  const differ = known && new Set(vm).symmetricDifference(new Set(service)).size > 0;
  return {
    service: [...service],
    vm,
    differ,
    means: differ ? meaning(service, vm, environment.dns.source) : null,
  };
}

/** Parses a server of a report: ADDRESS, or ADDRESS:PORT with an IPv6 address in brackets. */
function withoutPort(server: string): string {
  return /^\[(.+)\]:\d+$/.exec(server)?.[1] ?? server.replace(/^([^:]+):\d+$/, '$1');
}

function meaning(service: readonly string[], vm: readonly string[], source: string | null): string {
  if (source === '--dns-server') {
    return 'The run asked the servers of --dns-server and not those that the VM is configured with: run it without, to see what the instance sees.';
  }
  if (isAzuresOwn(service)) {
    return `The instance asks Azure’s resolver and the VM custom servers: the virtual network got its DNS servers after the instance was made, which takes them over with ${APPLY}. Until then the instance does not see the names that only those servers know.`;
  }
  if (isAzuresOwn(vm)) {
    return `The instance asks custom servers and the VM Azure’s resolver: the VM has servers of its own (on its network interface), or has not been restarted since the virtual network’s were changed, or the instance still has servers that the network has no longer; then ${APPLY} mends it.`;
  }
  return `Both ask custom servers, and not the same: one of the two has not taken over a change of the virtual network’s. The instance does so with ${APPLY}, the VM when it is restarted.`;
}

function isAzuresOwn(servers: readonly string[]): boolean {
  return servers.every((server) => server === AZURE_DNS);
}
