/** Names that the situations share. */
import { GROUPS } from '../../src/model/vocabulary.ts';
import { NAMES } from '../../test/system/services.ts';

/** The arguments of a run as users start it. */
export const RESOURCES = [
  ...['--storage', NAMES.storage, '--sql', NAMES.sql],
  ...['--key-vault', NAMES.keyVault, '--event-hubs', NAMES.eventHubs],
] as const;

export const BLOB = `${NAMES.storage}.blob.core.windows.net`;
export const TABLE = `${NAMES.storage}.table.core.windows.net`;
export const QUEUE = `${NAMES.storage}.queue.core.windows.net`;
export const FILE = `${NAMES.storage}.file.core.windows.net`;
export const STORAGE = [BLOB, TABLE, QUEUE, FILE] as const;
export const SQL = `${NAMES.sql}.database.windows.net`;
export const VAULT = `${NAMES.keyVault}.vault.azure.net`;
export const EVENT_HUBS = `${NAMES.eventHubs}.servicebus.windows.net`;
/** Azure Managed Redis, and the older Azure Cache for Redis, whose row the documents dropped. */
export const REDIS = 'systemtest.westeurope.redis.azure.net';
export const OLD_REDIS = 'systemtest.redis.cache.windows.net';
export const MONITOR = 'gcs.prod.monitoring.core.windows.net';
export const LOGIN = 'login.microsoftonline.com';
export const KMS_HOSTS = ['azkms.core.windows.net', 'kms.core.windows.net'] as const;
export const RELAYS = [
  'smtpi-co1.msn.com',
  'smtpi-ch1.msn.com',
  'smtpi-db3.msn.com',
  'smtpi-sin.msn.com',
  'ies.global.microsoft.com',
] as const;
export const STORAGE_GROUPS = ['storage-blob', 'storage-table', 'storage-queue', 'storage-file'] as const;

export const GATEWAY = `${NAMES.apim}.azure-api.net`;
export const PORTAL = `${NAMES.apim}.developer.azure-api.net`;

export const ORIGINAL_REGION = 'westeurope';
export const OTHER_REGION = 'northeurope';

/** A storage account in another region. */
export const NEIGHBOUR = {
  name: 'apimstelsewhere',
  addresses: {
    blob: '20.33.201.1',
    table: '20.33.201.2',
    queue: '20.33.201.3',
    file: '20.33.201.4',
  },
} as const;
export const NEIGHBOUR_HOSTS = Object.keys(NEIGHBOUR.addresses).map(
  (kind) => `${NEIGHBOUR.name}.${kind}.core.windows.net`,
);

/** What the router forwards for the VM and not for its DNS server and metadata service. */
export const PUBLIC_RANGE = 'ip daddr 20.33.0.0/16';
/** The same when a private address leads there. */
export const DIALLED_PUBLIC = 'ct original ip daddr 20.33.0.0/16';

/** A public address from which nothing comes back: the router has no way there. */
export const SILENT = '20.44.0.1';
/** A public address whose host is up and has no service. */
export const REFUSING = '20.33.253.1';

/** A handshake record of TLS with a ClientHello (RFC 8446, sections 4 and 5.1), in the payload of TCP. */
export const CLIENT_HELLO = 'tcp dport { 443, 1886, 5671 } @ih,0,8 22 @ih,40,8 1';

/** Every target that is looked up by name. */
export const BY_NAME = { groups: GROUPS.filter((group) => group !== 'dns') } as const;
