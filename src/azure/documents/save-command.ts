/** The commands of the Azure CLI that save documents. Pure. */
import type { ResourceDocument } from './types.ts';

type Kind = ResourceDocument['kind'];

/** The command of each kind, and the options that name the resource. */
const COMMANDS: Readonly<Record<Kind, readonly [command: string, names: string]>> = {
  'effective-nsg': ['az network nic list-effective-nsg', '--resource-group GROUP --name NIC'],
  'effective-routes': ['az network nic show-effective-route-table', '--resource-group GROUP --name NIC'],
  locks: ['az lock list', '--resource-group GROUP'],
  'private-dns-links': ['az network private-dns link vnet list', '--resource-group GROUP --zone-name ZONE'],
  'private-dns-records': [
    'az network private-dns record-set list',
    '--resource-group GROUP --zone-name ZONE',
  ],
  'firewall-rules': [
    'az network firewall policy rule-collection-group list',
    '--resource-group GROUP --policy-name POLICY',
  ],
  subnet: ['az network vnet subnet show', '--resource-group GROUP --vnet-name VNET --name SUBNET'],
  vnet: ['az network vnet show', '--resource-group GROUP --name VNET'],
  nsg: ['az network nsg show', '--resource-group GROUP --name NSG'],
  'route-table': ['az network route-table show', '--resource-group GROUP --name TABLE'],
  'nat-gateway': ['az network nat gateway show', '--resource-group GROUP --name NAT'],
  nic: ['az network nic show', '--resource-group GROUP --name NIC'],
  'public-ip': ['az network public-ip show', '--resource-group GROUP --name IP'],
  'api-management': ['az apim show', '--resource-group GROUP --name APIM'],
};

/**
 * The command that prints a document.
 * @param names the options that name the resource; without them, those with placeholders like GROUP
 */
export function printCommand(kind: Kind, names?: string): string {
  const [command, placeholders] = COMMANDS[kind];
  return `${command} ${names ?? placeholders} --output json`;
}

/** The command that saves a document in a file of its kind's name. Arguments as of printCommand. */
export function saveCommand(kind: Kind, names?: string): string {
  return `${printCommand(kind, names)} > ${kind}.json`;
}

/** The option that names a resource by its id; by the placeholder when the id is not safe in a command without quotes. */
export function idOption(id: string | null, placeholder: string): string {
  return `--ids ${id !== null && /^\/[\w./-]{1,400}$/.test(id) ? id : placeholder}`;
}
