/** Addresses that are the same in every region and cloud of Azure. */

/** Azure's own DNS resolver ("What is IP address 168.63.129.16?", Microsoft). */
export const AZURE_DNS = '168.63.129.16';
export const AZURE_RESOLVER = { address: AZURE_DNS, port: 53 } as const;

/** The instance metadata service, which answers to the VM itself alone ("Azure Instance Metadata Service", Microsoft). */
export const METADATA_ADDRESS = '169.254.169.254';
