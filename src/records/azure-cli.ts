/**
 * A bash script of Azure CLI commands that create private DNS zones (“az network private-dns”, Azure CLI reference).
 * `zone create` and `link vnet create` fail if the resource exists, and `add-record` adds to existing records. The
 * script therefore checks or clears each one first, so that it can run again.
 */
import { comment, commentedOut, elsewhereNote, leftOutNotes, zoneNote } from './comment.ts';
import type { Records } from './types.ts';
import { isUsable, type Zone, type ZoneRecord, zonesOf } from './zones.ts';

const AZ = 'az network private-dns';
const GROUP = '--resource-group "$resource_group"';

/** A bash script; all names are valid host names, which cannot contain shell characters. */
export function azureCli(records: Records): string[] {
  return [
    ...comment(
      'Azure CLI in bash, as in the Cloud Shell: set the two values, then paste all of it, or save it and run it ' +
        'with bash. It can be run again: for each further virtual network, and when the address has changed, since ' +
        'records of the same name are replaced.',
    ),
    ...zoneNote(records),
    ...leftOutNotes(records),
    ...elsewhereNote(records),
    "resource_group='RESOURCE-GROUP'",
    '# az network vnet show --resource-group GROUP --name VNET --query id --output tsv',
    "vnet_id='/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/virtualNetworks/VNET'",
    `link_name="\${vnet_id##*/}"`,
    ...zonesOf(records).flatMap((zone) => {
      const lines = zoneCommands(zone);
      return ['', ...(isUsable(zone) ? lines : commentedOut(lines))];
    }),
  ];
}

function zoneCommands(zone: Zone): string[] {
  const { name, records } = zone;
  // Azure refuses a zone of a single label; the user's own DNS server accepts it.
  if (!name.includes('.'))
    return comment(`Left out: ${name}: a private zone has a name of two labels at least`);
  const link = `${GROUP} --zone-name ${name} --name "$link_name"`;
  return [
    `# ${name}`,
    `${AZ} zone show ${GROUP} --name ${name} --output none 2>/dev/null ||`,
    `  ${AZ} zone create ${GROUP} --name ${name} --output none`,
    `${AZ} link vnet show ${link} --output none 2>/dev/null ||`,
    `  ${AZ} link vnet create ${link} \\`,
    '    --virtual-network "$vnet_id" --registration-enabled false --output none',
    ...records.flatMap((record) => {
      const lines = recordCommands(zone, record);
      return record.known || !isUsable(zone) ? lines : commentedOut(lines);
    }),
  ];
}

function recordCommands({ name }: Zone, { label, type, address }: ZoneRecord): string[] {
  const [set, flag] = type === 'A' ? ['a', '--ipv4-address'] : ['aaaa', '--ipv6-address'];
  const zone = `${GROUP} --zone-name ${name}`;
  return [
    `${AZ} record-set ${set} delete ${zone} --name ${label} --yes`,
    `${AZ} record-set ${set} add-record ${zone} --record-set-name ${label} \\`,
    `  ${flag} ${address} --output none`,
  ];
}
