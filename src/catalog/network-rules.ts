/** The rules and routes that API Management needs in its subnet, to be judged against Azure's own documents. */
import { DOCUMENTS } from './documents.ts';
import type { Provenance } from './types.ts';

/** One row of the port table, as one rule of a network security group. */
export interface NetworkRule {
  /** Stable id of the check. */
  readonly check: string;
  readonly direction: 'inbound' | 'outbound';
  readonly protocol: 'tcp' | 'udp';
  /** The far side: a service tag, or the DNS servers of the virtual network. */
  readonly peer: string;
  readonly ports: readonly number[];
  readonly purpose: string;
  readonly required: Readonly<Record<'stv2' | 'stv1', boolean>>;
  /** The only mode that it applies to; both without it. */
  readonly mode?: 'external' | 'internal';
  /** Not strictly needed in the Developer tier, whose instance has one machine. */
  readonly optionalInDeveloper?: true;
  /** Only with further locations is it required. */
  readonly requiredInSeveralRegions?: true;
  /** Its peers are clients, of whom the network’s owner may let in some alone. */
  readonly ofClients?: true;
  /** Also of the v2 tiers; all others are of the classic ones alone. */
  readonly alsoV2?: true;
  readonly source: Provenance;
  readonly why?: string;
}

/** The DNS servers of the virtual network stand for no service tag. */
export const DNS_SERVERS = 'DNS servers';

const REQUIRED = { stv2: true, stv1: true } as const;
const OPTIONAL = { stv2: false, stv1: false } as const;
const INBOUND = { direction: 'inbound', protocol: 'tcp', source: DOCUMENTS.network } as const;
const OUTBOUND = { direction: 'outbound', protocol: 'tcp', source: DOCUMENTS.network } as const;

const inbound: readonly NetworkRule[] = [
  {
    ...INBOUND,
    check: 'nsg-in-management',
    peer: 'ApiManagement',
    ports: [3443],
    purpose: 'Management endpoint for the Azure portal and PowerShell',
    required: REQUIRED,
  },
  {
    ...INBOUND,
    check: 'nsg-in-load-balancer',
    peer: 'AzureLoadBalancer',
    ports: [6390],
    purpose: 'Health probe of the infrastructure load balancer',
    required: REQUIRED,
    optionalInDeveloper: true,
    why: 'On stv1 the rule was for every port. The Developer tier, with its one unit, does not strictly need it.',
  },
  {
    ...INBOUND,
    check: 'nsg-in-machine-health',
    peer: 'AzureLoadBalancer',
    ports: [6391],
    purpose: 'Monitoring of the health of single machines',
    required: OPTIONAL,
  },
  {
    ...INBOUND,
    check: 'nsg-in-clients',
    peer: 'Internet',
    ports: [443],
    purpose: 'Clients of the gateway',
    ofClients: true,
    required: REQUIRED,
    mode: 'external',
  },
  {
    ...INBOUND,
    check: 'nsg-in-clients-http',
    peer: 'Internet',
    ports: [80],
    purpose: 'Clients of the gateway over plain HTTP',
    ofClients: true,
    required: OPTIONAL,
    mode: 'external',
    why: 'In brackets in the port table: only where plain HTTP is offered at all.',
  },
  {
    ...INBOUND,
    check: 'nsg-in-clients-internal',
    peer: 'VirtualNetwork',
    ports: [443],
    purpose: 'Clients of the gateway in the virtual network',
    ofClients: true,
    required: OPTIONAL,
    mode: 'internal',
    why: 'The table has no such row, because the default rule AllowVnetInBound allows it: an inference for networks whose own rules deny it.',
  },
  {
    ...INBOUND,
    check: 'nsg-in-traffic-manager',
    peer: 'AzureTrafficManager',
    ports: [443],
    purpose: 'Routing between regions',
    required: OPTIONAL,
    requiredInSeveralRegions: true,
    mode: 'external',
  },
];

const outbound: readonly NetworkRule[] = [
  {
    ...OUTBOUND,
    check: 'nsg-out-certificates',
    peer: 'Internet',
    ports: [80],
    purpose: 'Validation and management of certificates',
    required: REQUIRED,
  },
  {
    ...OUTBOUND,
    check: 'nsg-out-storage',
    peer: 'Storage',
    ports: [443],
    purpose: 'Azure Storage',
    required: REQUIRED,
    alsoV2: true,
  },
  {
    ...OUTBOUND,
    check: 'nsg-out-sql',
    peer: 'Sql',
    ports: [1433],
    purpose: 'Azure SQL: the configuration database',
    required: REQUIRED,
  },
  {
    ...OUTBOUND,
    check: 'nsg-out-key-vault',
    peer: 'AzureKeyVault',
    ports: [443],
    purpose: 'Azure Key Vault: secrets and certificates',
    required: { stv2: true, stv1: false },
    alsoV2: true,
    why: 'On stv1 only named values need it.',
  },
  {
    ...OUTBOUND,
    check: 'nsg-out-monitor',
    peer: 'AzureMonitor',
    ports: [443, 1886],
    purpose: 'Azure Monitor: diagnostics logs, metrics, Resource Health',
    required: REQUIRED,
  },
  {
    ...OUTBOUND,
    check: 'nsg-out-entra-id',
    peer: 'AzureActiveDirectory',
    ports: [443],
    purpose: 'Microsoft Entra ID, and Key Vault by it',
    required: OPTIONAL,
  },
  {
    ...OUTBOUND,
    check: 'nsg-out-connectors',
    peer: 'AzureConnectors',
    ports: [443],
    purpose: 'Credential manager',
    required: OPTIONAL,
  },
  {
    ...OUTBOUND,
    check: 'nsg-out-event-hubs',
    peer: 'EventHub',
    ports: [443, 5671, 5672],
    purpose: 'Logging to Event Hubs, and Azure Monitor',
    required: OPTIONAL,
  },
  {
    ...OUTBOUND,
    check: 'nsg-out-dns',
    protocol: 'udp',
    peer: DNS_SERVERS,
    ports: [53],
    purpose: 'Name resolution by DNS servers of your own',
    required: REQUIRED,
  },
  {
    ...OUTBOUND,
    check: 'nsg-out-ntp',
    protocol: 'udp',
    peer: 'Internet',
    ports: [123],
    purpose: 'Time',
    required: OPTIONAL,
  },
];

const BETWEEN = { peer: 'VirtualNetwork', required: OPTIONAL, source: DOCUMENTS.network } as const;
const CACHE = {
  ...BETWEEN,
  protocol: 'tcp',
  ports: [6381, 6382, 6383],
  purpose: 'Internal cache, between the machines of the instance',
} as const;
const COUNTERS = {
  ...BETWEEN,
  protocol: 'udp',
  ports: [4290],
  purpose: 'Counters of rate-limit policies, between the machines of the instance',
} as const;

const between: readonly NetworkRule[] = [
  { ...CACHE, check: 'nsg-in-cache', direction: 'inbound' },
  { ...CACHE, check: 'nsg-out-cache', direction: 'outbound' },
  { ...COUNTERS, check: 'nsg-in-counters', direction: 'inbound' },
  { ...COUNTERS, check: 'nsg-out-counters', direction: 'outbound' },
];

export const NETWORK_RULES: readonly NetworkRule[] = [...inbound, ...outbound, ...between];

/**
 * What has to leave the subnet by the next hop Internet where 0.0.0.0/0 leads elsewhere: the control plane, whose
 * connections arrive at the public address of the instance, and Windows activation, which accepts public addresses of
 * Azure alone.
 */
export const RETURN_ROUTE = {
  check: 'route-management',
  tag: 'ApiManagement',
  source: DOCUMENTS.network,
} as const;

export const ACTIVATION_ROUTE = {
  check: 'route-activation',
  addresses: {
    public: ['20.118.99.224', '40.83.235.53', '23.102.135.246'],
    government: ['23.97.0.13', '52.126.105.2'],
    china: ['159.27.28.100', '163.228.64.161', '42.159.7.249'],
  },
  source: DOCUMENTS.activation,
} as const;
