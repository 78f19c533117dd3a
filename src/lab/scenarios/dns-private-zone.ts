import type { Scenario } from '../scenario.ts';
import { RESOURCES } from '../subnet.ts';
import type { ZoneData } from '../zones.ts';

const BLOB_HOST = `${RESOURCES.storage}.blob.core.windows.net`;
const BLOB_ZONE = 'privatelink.blob.core.windows.net';
const VAULT_HOST = `${RESOURCES.keyVault}.vault.azure.net`;
const VAULT_ALIAS = `${RESOURCES.keyVault}.privatelink.vaultcore.azure.net`;

/**
 * Both resources have a private endpoint, so public DNS leads through a privatelink alias. The zone for blobs
 * is linked to this network and lacks the record; the zone for vaults is not linked at all.
 */
export const dnsPrivateZone: Scenario = {
  name: 'dns-private-zone',
  summary: 'A linked private DNS zone lacks the storage record; the zone for Key Vault is not linked.',
  expected: {
    verdict: 'blocked',
    exitCode: 1,
    causes: ['private-zone-missing-record', 'private-zone-not-linked'],
  },
  dns({ records, zones }): ZoneData {
    const vault = records.get(VAULT_HOST);
    if (vault === undefined) throw new Error(`the healthy lab knows no ${VAULT_HOST}`);
    return {
      records: new Map([
        ...records,
        [BLOB_HOST, { alias: `${RESOURCES.storage}.${BLOB_ZONE}` }],
        [VAULT_HOST, { alias: VAULT_ALIAS }],
        [VAULT_ALIAS, vault],
      ]),
      zones: new Map([...zones, [BLOB_ZONE, 'private']]),
    };
  },
};
