/** Azure's own resolver: the same virtual public address in every region and cloud ("What is IP address 168.63.129.16?"). */
export const AZURE_RESOLVER = { address: '168.63.129.16', port: 53 } as const;
