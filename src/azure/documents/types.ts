/**
 * Azure's documents in one form, whatever saved them: `az … --output json` flattens `properties`, `az rest` nests them,
 * Azure PowerShell begins names with capitals. What a document leaves out is null or empty.
 */

/** Azure compares ids without regard to case. */
export type ResourceId = string;

/** What every document of a resource has. */
export interface Resource {
  readonly id: ResourceId | null;
  readonly name: string | null;
  /** Azure's region in its short form, like westeurope. */
  readonly location: string | null;
}

/** A prefix in CIDR notation, and the service tag that the document expanded to it. */
export interface Prefix {
  readonly cidr: string;
  readonly tag: string | null;
}

/** One end of a security rule. All lists empty: no address matches. */
export interface RuleEnd {
  /** `*` is 0.0.0.0/0 and ::/0. */
  readonly prefixes: readonly Prefix[];
  /** Service tags that this document does not expand to addresses. */
  readonly tags: readonly string[];
  /** Ids of application security groups, whose members the document does not list. */
  readonly applicationGroups: readonly ResourceId[];
}

/** From 0 to 65535, both included. */
export type PortRange = readonly [first: number, last: number];

export interface SecurityRule {
  /** Without the prefix `securityRules/` or `defaultSecurityRules/`. */
  readonly name: string;
  readonly priority: number;
  readonly direction: 'inbound' | 'outbound';
  /** `always-allow` is of admin rules alone, and ends the evaluation. */
  readonly access: 'allow' | 'always-allow' | 'deny';
  readonly protocol: 'any' | 'tcp' | 'udp' | 'icmp' | 'esp' | 'ah';
  readonly source: RuleEnd;
  readonly destination: RuleEnd;
  readonly sourcePorts: readonly PortRange[];
  readonly destinationPorts: readonly PortRange[];
}

/** The rules of one network security group, or of one configuration of Virtual Network Manager. */
export interface SecurityGroup extends Resource {
  readonly kind: 'nsg' | 'security-admin';
  /** What it is attached to; null when the document does not say. */
  readonly association: 'subnet' | 'network-interface' | 'network-manager' | null;
  /** Ids of the subnets and network interfaces that it is attached to. */
  readonly attachedTo: readonly ResourceId[];
  readonly rules: readonly SecurityRule[];
}

export interface Route {
  /** Of a user's route; null for all others. */
  readonly name: string | null;
  readonly source: 'user' | 'bgp' | 'system' | 'unknown';
  readonly isActive: boolean;
  readonly prefixes: readonly Prefix[];
  /** Service tags that this document does not expand to addresses. */
  readonly tags: readonly string[];
  /** As Azure writes it: VnetLocal, VNetPeering, Internet, None, VirtualAppliance, … */
  readonly nextHopType: string;
  readonly nextHopAddresses: readonly string[];
}

/** One rule of Azure Firewall, in a collection that allows or denies. */
export interface FirewallRule {
  readonly name: string;
  readonly collection: string;
  /** Of the collection, after that of its group: lower ones are evaluated first. */
  readonly priority: readonly [group: number, collection: number];
  readonly kind: 'network' | 'application' | 'nat';
  readonly access: 'allow' | 'deny';
  readonly protocols: readonly ('any' | 'tcp' | 'udp' | 'icmp' | 'http' | 'https' | 'mssql')[];
  readonly sources: readonly Prefix[];
  /** Ids of IP groups, whose members the document does not list. */
  readonly ipGroups: readonly ResourceId[];
  readonly destinations: readonly Prefix[];
  readonly destinationTags: readonly string[];
  /** Host names, `*` as a wildcard. */
  readonly hosts: readonly string[];
  readonly hostTags: readonly string[];
  readonly ports: readonly PortRange[];
}

export interface EffectiveNsg {
  readonly kind: 'effective-nsg';
  readonly groups: readonly SecurityGroup[];
}

export interface EffectiveRoutes {
  readonly kind: 'effective-routes';
  readonly routes: readonly Route[];
}

export interface Subnet extends Resource {
  readonly kind: 'subnet';
  readonly prefixes: readonly string[];
  /** Names of services, like Microsoft.Web/hostingEnvironments. */
  readonly delegations: readonly string[];
  /** Names of services, like Microsoft.Sql. */
  readonly serviceEndpoints: readonly string[];
  readonly nsg: ResourceId | null;
  readonly routeTable: ResourceId | null;
  readonly natGateway: ResourceId | null;
  /** Null where the document has none, which means implicit outbound access. */
  readonly defaultOutboundAccess: boolean | null;
  /** IP configurations in use; null when the document does not list them. */
  readonly usedAddresses: number | null;
  readonly ipConfigurations: readonly ResourceId[];
  readonly navigationLinks: readonly string[];
  readonly associationLinks: readonly string[];
}

export interface Vnet extends Resource {
  readonly kind: 'vnet';
  readonly prefixes: readonly string[];
  /** Empty: Azure's own, 168.63.129.16. */
  readonly dnsServers: readonly string[];
  readonly subnets: readonly Subnet[];
  readonly peerings: readonly { readonly state: string; readonly remote: ResourceId | null }[];
}

export interface Nsg extends SecurityGroup {
  readonly kind: 'nsg';
}

export interface RouteTable extends Resource {
  readonly kind: 'route-table';
  readonly bgpDisabled: boolean;
  readonly routes: readonly Route[];
  readonly subnets: readonly ResourceId[];
}

export interface NatGateway extends Resource {
  readonly kind: 'nat-gateway';
  readonly publicAddresses: readonly ResourceId[];
  readonly subnets: readonly ResourceId[];
}

export interface Nic extends Resource {
  readonly kind: 'nic';
  readonly subnet: ResourceId | null;
  readonly privateAddresses: readonly string[];
  readonly publicAddresses: readonly ResourceId[];
  readonly nsg: ResourceId | null;
  readonly dnsServers: readonly string[];
  readonly appliedDnsServers: readonly string[];
  readonly defaultOutbound: boolean | null;
  /** Id of the VM that it belongs to. */
  readonly vm: ResourceId | null;
}

export interface PublicIp extends Resource {
  readonly kind: 'public-ip';
  readonly address: string | null;
  readonly sku: string | null;
  readonly allocation: 'static' | 'dynamic' | null;
  readonly version: 4 | 6 | null;
  readonly dnsLabel: string | null;
  /** Id of the IP configuration that uses it. */
  readonly usedBy: ResourceId | null;
}

export type HostRole = 'gateway' | 'portal' | 'developer' | 'management' | 'scm' | 'configuration';

export interface CustomDomain {
  readonly role: HostRole;
  readonly host: string;
  /** BuiltIn, Custom, KeyVault or Managed. */
  readonly certificateSource: string | null;
  /** RFC 3339 */
  readonly expiry: string | null;
}

export interface ApiManagement extends Resource {
  readonly kind: 'api-management';
  /** As Azure writes it: Developer, Premium, PremiumV2, StandardV2, … */
  readonly sku: string | null;
  readonly units: number | null;
  /** None, External or Internal. */
  readonly networkType: string | null;
  readonly subnet: ResourceId | null;
  readonly publicIp: ResourceId | null;
  readonly publicAddresses: readonly string[];
  readonly privateAddresses: readonly string[];
  readonly platformVersion: string | null;
  readonly provisioningState: string | null;
  readonly customDomains: readonly CustomDomain[];
  readonly furtherLocations: readonly {
    readonly location: string;
    readonly units: number | null;
    readonly privateAddresses: readonly string[];
    readonly subnet: ResourceId | null;
  }[];
}

export interface PrivateDnsLinks {
  readonly kind: 'private-dns-links';
  readonly links: readonly {
    readonly zone: string | null;
    readonly vnet: ResourceId | null;
    readonly state: string | null;
    /** Default or NxDomainRedirect. */
    readonly resolutionPolicy: string | null;
  }[];
}

export interface PrivateDnsRecords {
  readonly kind: 'private-dns-records';
  readonly zone: string | null;
  readonly records: readonly {
    readonly name: string;
    readonly type: string;
    readonly addresses: readonly string[];
  }[];
}

export interface FirewallRules extends Resource {
  readonly kind: 'firewall-rules';
  /** Of one rule collection group or of several; not those of a parent policy. */
  readonly rules: readonly FirewallRule[];
}

export interface Locks {
  readonly kind: 'locks';
  readonly locks: readonly {
    readonly name: string;
    /** CanNotDelete or ReadOnly. */
    readonly level: string;
    /** Id of the resource, group or subscription that is locked. */
    readonly scope: ResourceId | null;
  }[];
}

/** A document about a resource or its effective settings, as the two lists of endpoints are not. */
export type ResourceDocument =
  | EffectiveNsg
  | EffectiveRoutes
  | Subnet
  | Vnet
  | Nsg
  | RouteTable
  | NatGateway
  | Nic
  | PublicIp
  | ApiManagement
  | PrivateDnsLinks
  | PrivateDnsRecords
  | FirewallRules
  | Locks;

/** A document with the file that held it. */
export interface GivenDocument {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** ms since the epoch: when the file was saved; null when unknown. */
  readonly savedAt: number | null;
  readonly document: ResourceDocument;
  /** Why it yields warnings only; null when it counts fully. */
  readonly doubt: string | null;
}
