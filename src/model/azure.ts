/** What is the same in every region and cloud of Azure, and which endpoints are Azure's own. */
import type { Target } from './report.ts';

/** Azure's own DNS resolver ("What is IP address 168.63.129.16?", Microsoft). */
export const AZURE_DNS = '168.63.129.16';
export const AZURE_RESOLVER = { address: AZURE_DNS, port: 53 } as const;

/** The instance metadata service, which answers to the VM itself alone ("Azure Instance Metadata Service", Microsoft). */
export const METADATA_ADDRESS = '169.254.169.254';

/** The default host names of an instance, in all three clouds. */
const DEFAULT_DOMAIN = /\.azure-api\.(?:net|us|cn)$/i;

/**
 * Whether an endpoint is one of Azure's own services. Custom domains and the user's own endpoints are not: they may
 * hold certificates of a private authority.
 */
export function isAzureService({ source, group, host }: Pick<Target, 'source' | 'group' | 'host'>): boolean {
  if (group === 'gateway' || group === 'control-plane') return DEFAULT_DOMAIN.test(host);
  return source.kind !== 'config' && group !== 'custom';
}
