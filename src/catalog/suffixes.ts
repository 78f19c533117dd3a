/**
 * Under which suffixes Azure publishes its services, and the private DNS zones that can shadow them.
 * Suffixes: Azure SDK for Go, environment definitions. Zones: "Azure Private Endpoint private DNS zone
 * values", 2025-08-04, which lists no zone for the API Management gateway outside the public cloud.
 */
import type { Cloud, Group } from '../model/vocabulary.ts';
import type { CatalogRow, Placeholder } from './types.ts';

interface Service {
  readonly group: Group;
  /** The placeholder that stands before the suffix. */
  readonly placeholder: Placeholder;
  readonly suffix: Readonly<Record<Cloud, string>>;
  readonly privateZone: Readonly<Partial<Record<Cloud, string>>>;
}

export const SERVICES = {
  blob: storage('storage-blob', 'blob'),
  table: storage('storage-table', 'table'),
  queue: storage('storage-queue', 'queue'),
  file: storage('storage-file', 'file'),
  sql: {
    group: 'sql',
    placeholder: 'sql',
    ...sameNameInZone({
      public: 'database.windows.net',
      government: 'database.usgovcloudapi.net',
      china: 'database.chinacloudapi.cn',
    }),
  },
  keyVault: {
    group: 'key-vault',
    placeholder: 'keyVault',
    suffix: { public: 'vault.azure.net', government: 'vault.usgovcloudapi.net', china: 'vault.azure.cn' },
    // An exception: the host has "vault", its private zone "vaultcore".
    privateZone: {
      public: 'privatelink.vaultcore.azure.net',
      government: 'privatelink.vaultcore.usgovcloudapi.net',
      china: 'privatelink.vaultcore.azure.cn',
    },
  },
  eventHubs: {
    group: 'event-hubs',
    placeholder: 'eventHubs',
    ...sameNameInZone({
      public: 'servicebus.windows.net',
      government: 'servicebus.usgovcloudapi.net',
      china: 'servicebus.chinacloudapi.cn',
    }),
  },
  redis: {
    group: 'redis',
    placeholder: 'redis',
    ...sameNameInZone({
      public: 'redis.cache.windows.net',
      government: 'redis.cache.usgovcloudapi.net',
      china: 'redis.cache.chinacloudapi.cn',
    }),
  },
  apim: {
    group: 'gateway',
    placeholder: 'apim',
    suffix: { public: 'azure-api.net', government: 'azure-api.us', china: 'azure-api.cn' },
    privateZone: { public: 'privatelink.azure-api.net' },
  },
} as const satisfies Readonly<Record<string, Service>>;

/** A service's suffix in one cloud. */
export interface ServiceSuffix {
  readonly group: Group;
  readonly placeholder: Placeholder;
  /** Without a leading dot: `blob.core.windows.net`. */
  readonly suffix: string;
  /** The zone of its private endpoints; null where the documents list none. */
  readonly privateZone: string | null;
}

/** Every service suffix of a cloud: for the random-name control and for recognising `privatelink` zones. */
export function serviceSuffixes(cloud: Cloud): readonly ServiceSuffix[] {
  const services: readonly Service[] = Object.values(SERVICES);
  return services.map(({ group, placeholder, suffix, privateZone }) => ({
    group,
    placeholder,
    suffix: suffix[cloud],
    privateZone: privateZone[cloud] ?? null,
  }));
}

/** Under which suffix API Management publishes the host names of an instance: `azure-api.net`. */
export function instanceSuffix(cloud: Cloud): string {
  return SERVICES.apim.suffix[cloud];
}

/** The host template of a per-instance resource in each cloud: `{storage}.blob.core.windows.net`. */
export function resourceHosts(service: Service): CatalogRow['hosts'] {
  const host = (cloud: Cloud) => [`{${service.placeholder}}.${service.suffix[cloud]}`];
  return { public: host('public'), government: host('government'), china: host('china') };
}

function storage(group: Group, label: string): Service {
  return {
    group,
    placeholder: 'storage',
    ...sameNameInZone({
      public: `${label}.core.windows.net`,
      government: `${label}.core.usgovcloudapi.net`,
      china: `${label}.core.chinacloudapi.cn`,
    }),
  };
}

/** The usual case: the private zone is the public suffix under `privatelink`. */
function sameNameInZone(suffix: Service['suffix']): Pick<Service, 'suffix' | 'privateZone'> {
  return {
    suffix,
    privateZone: {
      public: `privatelink.${suffix.public}`,
      government: `privatelink.${suffix.government}`,
      china: `privatelink.${suffix.china}`,
    },
  };
}
