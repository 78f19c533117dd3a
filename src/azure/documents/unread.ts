/** JSON of Azure that is not read, and the document that holds what is needed. */
import { printable } from '../../../probes/printable.ts';
import { resourceTypeOf } from './kinds.ts';
import { printCommand } from './save-command.ts';
import type { ResourceDocument } from './types.ts';

const SHOWN = 80;

/** By type in Azure, in lower case: the document to save instead. */
const INSTEAD: Readonly<Record<string, ResourceDocument['kind']>> = {
  'microsoft.network/networksecuritygroups/securityrules': 'nsg',
  'microsoft.network/networksecuritygroups/defaultsecurityrules': 'nsg',
  'microsoft.network/routetables/routes': 'route-table',
  'microsoft.network/firewallpolicies': 'firewall-rules',
  'microsoft.network/networkinterfaces/ipconfigurations': 'nic',
  'microsoft.network/privateendpoints': 'private-dns-records',
  'microsoft.compute/virtualmachines': 'nic',
};

/** A predicate with what to save instead; null for JSON that does not look like Azure's. */
export function describeUnread(value: Readonly<Record<string, unknown>>): string | null {
  if (Array.isArray(value['networkInterfaces']) || 'securityRuleAssociations' in value) {
    return `is the security group view of Network Watcher, which does not keep network security groups apart; ${instead('effective-nsg')}`;
  }
  if ('resources' in value && ('contentVersion' in value || '$schema' in value)) {
    return `is a template, with expressions in the place of values; save the resource itself, like: ${printCommand('vnet')}`;
  }
  const type = resourceTypeOf(value);
  if (type === null) return null;
  const kind = INSTEAD[type];
  const advice =
    kind === undefined ? 'name the documents of the network and of API Management alone' : instead(kind);
  return `holds a resource of type ${printable(type, SHOWN)}, which is not read; ${advice}`;
}

function instead(kind: ResourceDocument['kind']): string {
  return `save this instead: ${printCommand(kind)}`;
}
