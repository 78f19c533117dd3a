/** The resources that every instance owns, and those that users attach: names differ from instance to instance. */
import { DOCUMENTS } from './documents.ts';
import { resourceHosts, SERVICES } from './suffixes.ts';
import { INBOUND, inEveryCloud, NO_HOST, OPTIONAL, REQUIRED } from './text.ts';
import type { CatalogRow } from './types.ts';

/** Needs a signature, so that an anonymous caller gets a refusal that only Storage sends. */
const STORAGE_PATH = '/?restype=service&comp=properties';

const STORAGE = {
  transport: 'tcp',
  serviceTag: 'Storage',
  direction: 'outbound',
  since: DOCUMENTS.network2019.asOf,
} as const;

const STORAGE_HTTPS = {
  ...STORAGE,
  ports: [443],
  protocol: 'https',
  conversation: 'storage',
  path: STORAGE_PATH,
  source: DOCUMENTS.network,
} as const;

const STORAGE_RULE = {
  group: 'storage-blob',
  resourceType: null,
  hosts: inEveryCloud(),
  transport: 'tcp',
  required: OPTIONAL,
  direction: 'outbound',
  notTestable: NO_HOST,
} as const;

const storage: readonly CatalogRow[] = [
  {
    ...STORAGE_HTTPS,
    group: 'storage-blob',
    resourceType: 'BlobStorage',
    hosts: resourceHosts(SERVICES.blob),
    required: REQUIRED,
    v2: DOCUMENTS.injectionV2,
    purpose: 'Azure Storage, blobs: configuration, packages, developer portal content',
  },
  {
    ...STORAGE_HTTPS,
    group: 'storage-table',
    resourceType: 'TableStorage',
    hosts: resourceHosts(SERVICES.table),
    required: REQUIRED,
    v2: DOCUMENTS.injectionV2,
    purpose: 'Azure Storage, tables',
  },
  {
    ...STORAGE_HTTPS,
    group: 'storage-queue',
    resourceType: 'Queue',
    hosts: resourceHosts(SERVICES.queue),
    required: OPTIONAL,
    purpose: 'Azure Storage, queues',
    why: 'NetworkStatus marks the queue as optional although the Storage row of the port table is bold.',
  },
  {
    ...STORAGE,
    group: 'storage-file',
    resourceType: 'FileStorage',
    hosts: resourceHosts(SERVICES.file),
    ports: [445],
    protocol: 'smb',
    required: OPTIONAL,
    purpose: 'Azure Files over SMB, for the Git repository of the configuration',
    source: DOCUMENTS.network2023,
    until: DOCUMENTS.network2023.asOf,
    why: 'The port table dropped it between 2023-08-29 and 2025-06-17; the example reply of NetworkStatus still shows FileStorage, optional. The Git repository that used it was retired on 2025-03-15.',
  },
  {
    ...STORAGE_HTTPS,
    group: 'storage-file',
    resourceType: 'FileStorage',
    hosts: resourceHosts(SERVICES.file),
    required: OPTIONAL,
    purpose: 'Azure Files over REST',
    source: DOCUMENTS.networkStatus,
    since: DOCUMENTS.networkStatus2022.asOf,
    why: 'NetworkStatus names the file host without a port. The port table gives Azure Files 445 alone; 443 is covered by its Storage row.',
  },
  {
    ...STORAGE_RULE,
    peer: '<storage>',
    ports: [80],
    protocol: 'http',
    serviceTag: 'Storage',
    purpose: 'Azure Storage over plain HTTP',
    source: DOCUMENTS.network2019,
    since: DOCUMENTS.network2019.asOf,
    until: DOCUMENTS.network2019.asOf,
    why: 'Listed beside 443 in 2019 only; the 2021 text asks for 443 alone.',
  },
  {
    ...STORAGE_RULE,
    peer: '<storage-west-us>',
    ports: [443],
    protocol: 'https',
    serviceTag: 'Storage.WestUS',
    purpose: 'Publishing the developer portal, through blob storage in West US',
    source: DOCUMENTS.network2023,
    since: DOCUMENTS.network2021.asOf,
    until: DOCUMENTS.network2023.asOf,
    why: 'From 2025 on, Storage in general is enough to publish the developer portal.',
  },
];

const databases: readonly CatalogRow[] = [
  {
    group: 'sql',
    resourceType: 'SQLDatabase',
    hosts: resourceHosts(SERVICES.sql),
    ports: [1433],
    transport: 'tcp',
    protocol: 'tds',
    required: REQUIRED,
    serviceTag: 'Sql',
    direction: 'outbound',
    purpose: 'Azure SQL: the configuration database',
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2019.asOf,
    why: 'Only 1433 is ever listed, never the redirect range 11000 to 11999.',
  },
  {
    group: 'key-vault',
    resourceType: 'AzureKeyVault',
    hosts: resourceHosts(SERVICES.keyVault),
    ports: [443],
    transport: 'tcp',
    protocol: 'https',
    conversation: 'key-vault',
    required: { stv2: true, stv1: false },
    v2: DOCUMENTS.injectionV2,
    serviceTag: 'AzureKeyVault',
    direction: 'outbound',
    purpose: 'Azure Key Vault: secrets and certificates',
    path: '/healthstatus',
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2021.asOf,
    why: 'On stv1 it serves named values alone and was optional (2023-08-29).',
  },
];

const EVENT_HUBS = {
  group: 'event-hubs',
  resourceType: null,
  hosts: resourceHosts(SERVICES.eventHubs),
  transport: 'tcp',
  required: OPTIONAL,
  serviceTag: 'EventHub',
  direction: 'outbound',
  source: DOCUMENTS.network,
} as const;

const eventHubs: readonly CatalogRow[] = [
  {
    ...EVENT_HUBS,
    ports: [5671],
    protocol: 'amqps',
    purpose: 'The log-to-eventhub policy and Azure Monitor, AMQP over TLS',
    since: DOCUMENTS.network2021.asOf,
  },
  {
    ...EVENT_HUBS,
    ports: [5672],
    protocol: 'amqp',
    purpose: 'The log-to-eventhub policy and Azure Monitor, AMQP',
    since: DOCUMENTS.network2019.asOf,
  },
  {
    ...EVENT_HUBS,
    ports: [443],
    protocol: 'https',
    conversation: 'event-hubs',
    purpose: 'The log-to-eventhub policy and Azure Monitor, HTTPS',
    path: '/',
    since: DOCUMENTS.network2021.asOf,
  },
];

const CACHE = {
  group: 'redis',
  resourceType: null,
  transport: 'tcp',
  protocol: 'rediss',
  required: OPTIONAL,
  serviceTag: 'VirtualNetwork',
} as const;

const CLASSIC = {
  ports: [6380],
  purpose: 'External cache: Azure Cache for Redis',
  source: DOCUMENTS.networkApril2026,
  since: DOCUMENTS.network2023.asOf,
  until: DOCUMENTS.networkApril2026.asOf,
  why: 'The text of 2026-04-30 lists Azure Managed Redis on 10000 in its place; existing caches keep 6380.',
} as const;

const MANAGED = {
  ports: [10000],
  purpose: 'External cache: Azure Managed Redis',
  source: DOCUMENTS.network,
  since: DOCUMENTS.network.asOf,
} as const;

const redis: readonly CatalogRow[] = [
  { ...CACHE, ...CLASSIC, hosts: resourceHosts(SERVICES.redis), direction: 'outbound' },
  {
    ...CACHE,
    ...CLASSIC,
    hosts: inEveryCloud(),
    peer: '<virtual-network-inbound>',
    direction: 'inbound',
    notTestable: INBOUND,
  },
  {
    ...CACHE,
    ...MANAGED,
    hosts: inEveryCloud('{managedRedis}'),
    direction: 'outbound',
    why: 'Its host names hold the region and have no one suffix, so --redis takes them in full.',
  },
  {
    ...CACHE,
    ...MANAGED,
    hosts: inEveryCloud(),
    peer: '<virtual-network-inbound>',
    direction: 'inbound',
    notTestable: INBOUND,
  },
];

export const resources: readonly CatalogRow[] = [...storage, ...databases, ...eventHubs, ...redis];
