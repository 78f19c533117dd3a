import type { Scenario } from '../scenario.ts';
import { RESOURCES } from '../subnet.ts';
import type { ZoneData } from '../zones.ts';

const BLOB_HOST = `${RESOURCES.storage}.blob.core.windows.net`;
const BLOB_ZONE = 'privatelink.blob.core.windows.net';
const VAULT_HOST = `${RESOURCES.keyVault}.vault.azure.net`;
const VAULT_ALIAS = `${RESOURCES.keyVault}.privatelink.vaultcore.azure.net`;

/**
 * The user demands private endpoints for blobs, Key Vault and SQL. That for blobs is in use, the zone for vaults is not
 * linked, and SQL has none.
 */
export const expectedPrivate: Scenario = {
  name: 'expected-private',
  summary: 'Private endpoints are demanded: Storage uses one, Key Vault and SQL are public here.',
  expected: { verdict: 'blocked', exitCode: 1, causes: ['expected-private'] },
  options: { expectPrivate: ['storage-blob', RESOURCES.keyVault, `${RESOURCES.sql}.database.windows.net`] },
  dns({ records, zones }): ZoneData {
    const vault = records.get(VAULT_HOST);
    if (vault === undefined) throw new Error(`the healthy lab knows no ${VAULT_HOST}`);
    const alias = `${RESOURCES.storage}.${BLOB_ZONE}`;
    return {
      records: new Map([
        ...records,
        [BLOB_HOST, { alias }],
        [alias, { addresses: ['10.1.0.9'] }],
        [VAULT_HOST, { alias: VAULT_ALIAS }],
        [VAULT_ALIAS, vault],
      ]),
      zones: new Map([...zones, [BLOB_ZONE, 'private']]),
    };
  },
};
