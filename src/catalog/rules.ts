/** The rules of the port table for which the documents name no host: for the firewall request, not for a test. */
import { DOCUMENTS } from './documents.ts';
import { INBOUND, inEveryCloud, NO_HOST, OPTIONAL, REQUIRED } from './text.ts';
import type { CatalogRow } from './types.ts';

const RULE = {
  group: 'infrastructure',
  resourceType: null,
  hosts: inEveryCloud(),
  transport: 'tcp',
  required: OPTIONAL,
  direction: 'outbound',
  notTestable: NO_HOST,
} as const;

const AZURE_CLOUD = {
  ...RULE,
  peer: '<azure-cloud>',
  serviceTag: 'AzureCloud',
  purpose: 'stv1 only: health and monitoring extension, Event Grid',
  source: DOCUMENTS.network2023,
  since: DOCUMENTS.network2021.asOf,
  until: DOCUMENTS.network2023.asOf,
  why: 'The rows of stv1 left the documents by 2025-06-17.',
} as const;

const outboundRules: readonly CatalogRow[] = [
  {
    ...RULE,
    peer: '<azure-connectors>',
    ports: [443],
    protocol: 'https',
    serviceTag: 'AzureConnectors',
    purpose: 'Credential manager (earlier: authorizations, managed connections)',
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2023.asOf,
  },
  {
    ...RULE,
    peer: '<any>',
    ports: [12000],
    protocol: 'tcp',
    serviceTag: null,
    purpose: 'Internal diagnostics of the platform',
    source: DOCUMENTS.network2025,
    since: DOCUMENTS.network2023.asOf,
    until: DOCUMENTS.network2025.asOf,
  },
  { ...AZURE_CLOUD, ports: [443], protocol: 'https' },
  { ...AZURE_CLOUD, ports: [12000], protocol: 'tcp' },
];

const BETWEEN_MACHINES =
  'This traffic is between the machines of API Management; before the deployment nothing listens there.';

const CACHE = {
  group: 'infrastructure',
  resourceType: 'InternalCache',
  hosts: inEveryCloud(),
  ports: [6381, 6382, 6383],
  transport: 'tcp',
  protocol: 'tcp',
  required: OPTIONAL,
  serviceTag: 'VirtualNetwork',
  purpose: 'Internal cache, between the machines of the instance',
  source: DOCUMENTS.network,
  since: DOCUMENTS.network2019.asOf,
  notTestable: BETWEEN_MACHINES,
} as const;

const COUNTERS = {
  group: 'infrastructure',
  resourceType: null,
  hosts: inEveryCloud(),
  ports: [4290],
  transport: 'udp',
  // There is no value for an undocumented protocol over UDP, and no test uses it.
  protocol: 'tcp',
  required: OPTIONAL,
  serviceTag: 'VirtualNetwork',
  purpose: 'Counters of rate-limit policies, between the machines of the instance',
  source: DOCUMENTS.network,
  since: DOCUMENTS.network2021.asOf,
  notTestable: BETWEEN_MACHINES,
} as const;

const betweenMachines: readonly CatalogRow[] = [
  { ...CACHE, peer: '<virtual-network>', direction: 'outbound' },
  { ...CACHE, peer: '<virtual-network-inbound>', direction: 'inbound' },
  { ...COUNTERS, peer: '<virtual-network>', direction: 'outbound' },
  { ...COUNTERS, peer: '<virtual-network-inbound>', direction: 'inbound' },
];

const OPENING = {
  resourceType: null,
  hosts: inEveryCloud(),
  transport: 'tcp',
  direction: 'inbound',
  source: DOCUMENTS.network,
  notTestable: INBOUND,
} as const;

const inboundRules: readonly CatalogRow[] = [
  {
    ...OPENING,
    group: 'control-plane',
    peer: '<api-management>',
    ports: [3443],
    protocol: 'https',
    required: REQUIRED,
    serviceTag: 'ApiManagement',
    purpose: 'Management endpoint for the Azure portal and PowerShell',
    since: DOCUMENTS.network2019.asOf,
    why: 'Until 2023-08-29 the documents also listed the control plane’s addresses; since then the service tag alone.',
  },
  {
    ...OPENING,
    group: 'infrastructure',
    peer: '<azure-load-balancer>',
    ports: [6390],
    protocol: 'tcp',
    required: REQUIRED,
    serviceTag: 'AzureLoadBalancer',
    purpose: 'Health probe of the infrastructure load balancer',
    since: DOCUMENTS.network2023.asOf,
    why: 'On stv1 the rule was for every port. The Developer tier, with its one unit, does not strictly need it.',
  },
  {
    ...OPENING,
    group: 'infrastructure',
    peer: '<azure-load-balancer>',
    ports: [6391],
    protocol: 'tcp',
    required: OPTIONAL,
    serviceTag: 'AzureLoadBalancer',
    purpose: 'Monitoring of the health of single machines',
    since: DOCUMENTS.network2025.asOf,
  },
  {
    ...OPENING,
    group: 'infrastructure',
    peer: '<azure-traffic-manager>',
    ports: [443],
    protocol: 'https',
    required: OPTIONAL,
    serviceTag: 'AzureTrafficManager',
    purpose: 'Routing between regions, in external mode',
    since: DOCUMENTS.network2025.asOf,
    why: 'Required for an external deployment in several regions; not used in internal mode.',
  },
  {
    ...OPENING,
    group: 'gateway',
    peer: '<internet>',
    ports: [443],
    protocol: 'https',
    required: OPTIONAL,
    serviceTag: 'Internet',
    purpose: 'Clients of the gateway, in external mode',
    since: DOCUMENTS.network2019.asOf,
    why: 'Required in external mode; not used in internal mode.',
  },
  {
    ...OPENING,
    group: 'gateway',
    peer: '<internet>',
    ports: [80],
    protocol: 'http',
    required: OPTIONAL,
    serviceTag: 'Internet',
    purpose: 'Clients of the gateway over plain HTTP, in external mode',
    since: DOCUMENTS.network2019.asOf,
    why: 'In brackets in the port table since 2021: only where plain HTTP is offered at all.',
  },
];

export const rules: readonly CatalogRow[] = [...outboundRules, ...betweenMachines, ...inboundRules];
