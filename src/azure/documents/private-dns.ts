/** Private DNS zones: their links to virtual networks, and their records. */
import { z } from 'zod';
import { fields, listOf, reference, requiredText, text } from './fields.ts';
import { nameIn } from './resource.ts';
import type { PrivateDnsLinks, PrivateDnsRecords } from './types.ts';

const Link = fields({
  id: text,
  resourceId: text,
  zoneName: text,
  virtualNetwork: reference,
  virtualNetworkId: text,
  virtualNetworkLinkState: text,
  resolutionPolicy: text,
}).transform((link) => ({
  zone: link.zoneName ?? nameIn(link.id ?? link.resourceId, 'privateDnsZones'),
  vnet: link.virtualNetwork ?? link.virtualNetworkId,
  state: link.virtualNetworkLinkState,
  resolutionPolicy: link.resolutionPolicy,
}));

/** `az network private-dns link vnet list` */
export const PrivateDnsLinkList = listOf(Link).transform(
  (links): PrivateDnsLinks => ({ kind: 'private-dns-links', links }),
);

const Addresses = listOf(fields({ ipv4Address: text, ipv6Address: text })).transform((all) =>
  all.map((one) => one.ipv4Address ?? one.ipv6Address).filter((address) => address !== null),
);

const RecordSet = fields({
  id: text,
  name: requiredText,
  zoneName: text,
  type: text,
  recordType: z.union([z.string(), z.number()]).nullish(),
  aRecords: Addresses,
  aaaaRecords: Addresses,
  records: Addresses,
});

/** `az network private-dns record-set list` */
export const PrivateDnsRecordList = listOf(RecordSet).transform(
  (sets): PrivateDnsRecords => ({
    kind: 'private-dns-records',
    zone:
      sets.map((set) => set.zoneName ?? nameIn(set.id, 'privateDnsZones')).find((zone) => zone !== null) ??
      null,
    records: sets.map((set) => ({
      name: set.name,
      type: typeOf(set),
      addresses: [...set.aRecords, ...set.aaaaRecords, ...set.records],
    })),
  }),
);

/** `Microsoft.Network/privateDnsZones/A`, or the type alone; Windows PowerShell writes it as a number. */
function typeOf({ type, recordType, aRecords, aaaaRecords, records }: z.infer<typeof RecordSet>): string {
  const named = type?.split('/').at(-1) ?? (typeof recordType === 'string' ? recordType : null);
  if (named !== null && !/^\d+$/.test(named)) return named.toUpperCase();
  const [address] = [...aRecords, ...aaaaRecords, ...records];
  if (address === undefined) return 'unknown';
  return address.includes(':') ? 'AAAA' : 'A';
}
