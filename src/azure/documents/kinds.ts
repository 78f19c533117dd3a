/** The documents of resources: how each is recognised and read. */
import type { z } from 'zod';
import { isRecord } from '../saved.ts';
import { ApiManagementResource } from './api-management.ts';
import { EffectiveNsgList } from './effective-nsg.ts';
import { EffectiveRouteList } from './effective-routes.ts';
import { fieldIn, fieldsOf } from './fields.ts';
import { FirewallRuleList } from './firewall-rules.ts';
import { LockList } from './locks.ts';
import { NatGatewayResource } from './nat-gateway.ts';
import { NicResource } from './nic.ts';
import { NsgResource } from './nsg.ts';
import { PrivateDnsLinkList, PrivateDnsRecordList } from './private-dns.ts';
import { PublicIpResource } from './public-ip.ts';
import { typeInId } from './resource.ts';
import { RouteTableResource } from './route-table.ts';
import { SubnetResource } from './subnet.ts';
import type { ResourceDocument } from './types.ts';
import { VnetResource } from './vnet.ts';

export interface ResourceKind {
  readonly kind: ResourceDocument['kind'];
  /** For people: “a subnet”. */
  readonly title: string;
  /** Its type in Azure, in lower case; null for a reply that is not a resource. */
  readonly type: string | null;
  /** Names of fields: one group of them must be there, each with a value or an empty list. */
  readonly marks: readonly (readonly string[])[];
  /** A field that only older API versions have, which lack what is needed. */
  readonly olderMark?: string;
  /** Whether a document is a list of such objects, and not one alone. */
  readonly isList: boolean;
  readonly schema: z.ZodType<ResourceDocument>;
}

/** Replies that are not resources come first: their members may hold ids of resources. */
export const RESOURCE_KINDS: readonly ResourceKind[] = [
  {
    kind: 'effective-nsg',
    title: 'effective security rules',
    type: null,
    marks: [['effectiveSecurityRules']],
    isList: true,
    schema: EffectiveNsgList,
  },
  {
    kind: 'effective-routes',
    title: 'effective routes',
    type: null,
    marks: [['nextHopType', 'source', 'state']],
    isList: true,
    schema: EffectiveRouteList,
  },
  {
    kind: 'locks',
    title: 'locks',
    type: 'microsoft.authorization/locks',
    marks: [['lockId']],
    isList: true,
    schema: LockList,
  },
  {
    kind: 'private-dns-links',
    title: 'links of a private DNS zone',
    type: 'microsoft.network/privatednszones/virtualnetworklinks',
    marks: [['virtualNetworkLinkState'], ['registrationEnabled']],
    isList: true,
    schema: PrivateDnsLinkList,
  },
  {
    kind: 'private-dns-records',
    title: 'records of a private DNS zone',
    type: null,
    marks: [['aRecords'], ['aaaaRecords'], ['recordType', 'zoneName'], ['isAutoRegistered']],
    isList: true,
    schema: PrivateDnsRecordList,
  },
  {
    kind: 'firewall-rules',
    title: 'rules of Azure Firewall',
    type: 'microsoft.network/firewallpolicies/rulecollectiongroups',
    marks: [
      ['ruleCollections'],
      ['ruleCollection'],
      ['networkRuleCollections'],
      ['applicationRuleCollections'],
      ['natRuleCollections'],
    ],
    isList: true,
    schema: FirewallRuleList,
  },
  {
    kind: 'subnet',
    title: 'a subnet',
    type: 'microsoft.network/virtualnetworks/subnets',
    marks: [
      ['addressPrefix', 'delegations'],
      ['addressPrefixes', 'delegations'],
      ['addressPrefix', 'privateEndpointNetworkPolicies'],
      ['addressPrefixes', 'privateEndpointNetworkPolicies'],
    ],
    isList: false,
    schema: SubnetResource,
  },
  {
    kind: 'vnet',
    title: 'a virtual network',
    type: 'microsoft.network/virtualnetworks',
    marks: [['addressSpace']],
    isList: false,
    schema: VnetResource,
  },
  {
    kind: 'nsg',
    title: 'a network security group',
    type: 'microsoft.network/networksecuritygroups',
    marks: [['securityRules'], ['defaultSecurityRules']],
    isList: false,
    schema: NsgResource,
  },
  {
    kind: 'route-table',
    title: 'a route table',
    type: 'microsoft.network/routetables',
    marks: [['routes', 'disableBgpRoutePropagation']],
    isList: false,
    schema: RouteTableResource,
  },
  {
    kind: 'nat-gateway',
    title: 'a NAT gateway',
    type: 'microsoft.network/natgateways',
    marks: [['publicIpAddresses', 'idleTimeoutInMinutes']],
    isList: false,
    schema: NatGatewayResource,
  },
  {
    kind: 'nic',
    title: 'a network interface',
    type: 'microsoft.network/networkinterfaces',
    marks: [
      ['ipConfigurations', 'dnsSettings'],
      ['ipConfigurations', 'macAddress'],
    ],
    isList: false,
    schema: NicResource,
  },
  {
    kind: 'public-ip',
    title: 'a public IP address',
    type: 'microsoft.network/publicipaddresses',
    marks: [['publicIpAllocationMethod']],
    isList: false,
    schema: PublicIpResource,
  },
  {
    kind: 'api-management',
    title: 'an API Management service',
    type: 'microsoft.apimanagement/service',
    marks: [['hostnameConfigurations'], ['publisherEmail'], ['runtimeUrl']],
    olderMark: 'staticIPs',
    isList: false,
    schema: ApiManagementResource,
  },
];

type Fields = ReturnType<typeof fieldsOf>;

/** The kind of an object; null for anything else. */
export function kindOf(record: Readonly<Record<string, unknown>>): ResourceKind | null {
  const found = fieldsOf(record);
  const type = typeOf(found);
  if (type?.startsWith('microsoft.network/privatednszones/') && type !== LINK_TYPE) {
    return RESOURCE_KINDS.find(({ kind }) => kind === 'private-dns-records') ?? null;
  }
  const has = (name: string) => found.has(name.toLowerCase()) || found.has(`${name.toLowerCase()}text`);
  const marked = (kind: ResourceKind) => kind.marks.some((names) => names.every(has));
  // The type decides, but for replies that are not resources.
  return (
    RESOURCE_KINDS.find((kind) => kind.type === null && marked(kind)) ??
    RESOURCE_KINDS.find((kind) => kind.type !== null && kind.type === type) ??
    (type === null || type === 'microsoft.network/azurefirewalls'
      ? RESOURCE_KINDS.find(marked)
      : undefined) ??
    null
  );
}

/** Whether the object is of an API version that lacks what is needed. */
export function isOlder({ olderMark }: ResourceKind, record: unknown): boolean {
  return olderMark !== undefined && isRecord(record) && fieldIn(fieldsOf(record), olderMark) != null;
}

const LINK_TYPE = 'microsoft.network/privatednszones/virtualnetworklinks';

/** Azure's type of a resource, in lower case; null where it has none. */
export function resourceTypeOf(record: Readonly<Record<string, unknown>>): string | null {
  return typeOf(fieldsOf(record));
}

function typeOf(found: Fields): string | null {
  const [type, id] = [fieldIn(found, 'type'), fieldIn(found, 'id')];
  if (typeof type === 'string' && /^microsoft\.\w+\//i.test(type)) return type.toLowerCase();
  return typeof id === 'string' ? typeInId(id) : null;
}
