/** The subnet that the lab simulates, and the resources that the demo names. */

export const REGION = 'westeurope';
export const SUBNET = { address: '10.1.0.0', prefix: '27' } as const;
export const VM_ADDRESS = '10.1.0.4';
/** Private virtual address of the gateway, the portals and the management endpoint in internal mode. */
export const VIP = '10.1.0.5';
/** Where a NAT gateway would send the subnet's traffic from: what Key Vault sees. */
export const EGRESS_ADDRESS = '20.61.7.33';

export const METADATA_ADDRESS = '169.254.169.254';
export const AZURE_DNS = '168.63.129.16';

export const RESOURCES = {
  storage: 'labstorage',
  sql: 'labsql',
  keyVault: 'labvault',
  eventHubs: 'labevents',
  redis: 'labredis',
  apim: 'labapim',
} as const;

/** Azure Managed Redis has the region in its name. */
export const MANAGED_REDIS_HOST = `labredis.${REGION}.redis.azure.net`;

/** The default time server of Windows. */
export const TIME_SERVER = 'time.windows.com';

export const TENANT = '72f0c0de-0000-4000-8000-0000000001ab';
