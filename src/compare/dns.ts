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
    return 'The run asked the servers of --dns-server, not the VM’s configured ones: run without --dns-server to see what the instance sees.';
  }
  if (isAzuresOwn(service)) {
    return `The instance asks Azure’s resolver and the VM custom servers: the virtual network got its DNS servers after the instance was created; the instance adopts them with ${APPLY}. Until then it cannot resolve names that only those servers have.`;
  }
  if (isAzuresOwn(vm)) {
    return `The instance asks custom servers and the VM Azure’s resolver: the VM has servers of its own (on its network interface), or has not been restarted since the virtual network’s were changed, or the instance still has servers that the network no longer has; in that case ${APPLY} fixes it.`;
  }
  return `Both ask custom servers, but different ones: one of the two has not adopted a change of the virtual network. The instance adopts it with ${APPLY}, the VM after a restart.`;
}

function isAzuresOwn(servers: readonly string[]): boolean {
  return servers.every((server) => server === AZURE_DNS);
}
