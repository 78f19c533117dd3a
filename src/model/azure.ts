/** Constants of every Azure region and cloud, and the test for Azure's own endpoints. */
import type { Target } from './report.ts';

/** Azure's own DNS resolver ("What is IP address 168.63.129.16?", Microsoft). */
export const AZURE_DNS = '168.63.129.16';
export const AZURE_RESOLVER = { address: AZURE_DNS, port: 53 } as const;

/** The instance metadata service, which answers only the VM itself ("Azure Instance Metadata Service", Microsoft). */
export const METADATA_ADDRESS = '169.254.169.254';

/** The default host names of an instance, in all three clouds. */
const DEFAULT_DOMAIN = /\.azure-api\.(?:net|us|cn)$/i;

/**
 * Whether an endpoint is an Azure service. Custom domains and the user's endpoints are not, because they may have
 * certificates of a private authority.
 */
export function isAzureService({ source, group, host }: Pick<Target, 'source' | 'group' | 'host'>): boolean {
  if (group === 'gateway' || group === 'control-plane') return DEFAULT_DOMAIN.test(host);
  return source.kind !== 'config' && group !== 'custom';
}
