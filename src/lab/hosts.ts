import type { LabHost, ServiceName } from './lab-host.ts';
import { CERTIFICATE_HOSTS, PLATFORM_HOSTS } from './platform-hosts.ts';
import { MANAGED_REDIS_HOST, REGION, RESOURCES, VIP } from './subnet.ts';

const { storage, sql, keyVault, eventHubs, redis, apim } = RESOURCES;
const SQL_SLICE = 'dataslice6';

/** The user's own resources, with alias chains shaped like Azure's. */
const RESOURCE_HOSTS: readonly LabHost[] = [
  storageHost('blob', '20.60.27.132'),
  storageHost('table', '20.60.27.164'),
  storageHost('queue', '20.60.27.196'),
  storageHost('file', '20.60.27.228'),
  resource('sql', `${sql}.database.windows.net`, '13.69.105.208', [
    `${SQL_SLICE}.${REGION}.database.windows.net`,
    `${SQL_SLICE}${REGION}.trafficmanager.net`,
    `cr3.${REGION}1-a.control.database.windows.net`,
  ]),
  resource('key-vault', `${keyVault}.vault.azure.net`, '20.61.103.225', [
    'data-prod-weu.vaultcore.azure.net',
    `kv-prod-weu-b.${REGION}.cloudapp.azure.com`,
  ]),
  resource('event-hubs', `${eventHubs}.servicebus.windows.net`, '20.50.72.130', [
    'ns-eh2-prod-am3-501.cloudapp.net',
  ]),
];

/** The instance's own endpoints: in internal mode all of them are the private virtual address. */
const GATEWAY_HOSTS: readonly LabHost[] = [
  resource('gateway', `${apim}.azure-api.net`, VIP),
  resource('gateway', `${apim}-${REGION}-01.regional.azure-api.net`, VIP),
  resource('web', `${apim}.portal.azure-api.net`, VIP),
  resource('developer-portal', `${apim}.developer.azure-api.net`, VIP),
  resource('management', `${apim}.management.azure-api.net`, VIP),
  resource('scm', `${apim}.scm.azure-api.net`, VIP),
  resource('configuration', `${apim}.configuration.azure-api.net`, VIP),
];

/** External caches, which lie in the virtual network or in a peered one. */
const CACHE_HOSTS: readonly LabHost[] = [
  resource('redis', `${redis}.redis.cache.windows.net`, '10.1.4.10'),
  resource('redis', MANAGED_REDIS_HOST, '10.1.4.11'),
];

/** Names that only DNS inside the virtual network knows: each is a private zone of its own. */
export const PRIVATE_NAMES: readonly string[] = GATEWAY_HOSTS.map((host) => host.name);

export const HOSTS: readonly LabHost[] = [
  ...RESOURCE_HOSTS,
  ...GATEWAY_HOSTS,
  ...CACHE_HOSTS,
  ...PLATFORM_HOSTS,
  ...CERTIFICATE_HOSTS,
];

/** Host names and addresses inside the virtual network: no outbound route or firewall affects them. */
export const INSIDE: readonly string[] = [VIP, ...PRIVATE_NAMES, ...CACHE_HOSTS.map((host) => host.name)];

function storageHost(kind: 'blob' | 'table' | 'queue' | 'file', address: string): LabHost {
  const alias = `${kind}.ams23prdstr05a.store.core.windows.net`;
  return resource(`storage-${kind}`, `${storage}.${kind}.core.windows.net`, address, [alias]);
}

/** A host of the user's: its service shows one wildcard certificate for all customers. */
function resource(
  service: ServiceName,
  name: string,
  address: string,
  aliases: readonly string[] = [],
): LabHost {
  return { name, service, aliases, addresses: [address], certificateName: name.replace(/^[^.]+/, '*') };
}
