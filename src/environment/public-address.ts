/** Whether the instance metadata service names a public address of the VM. Pure. */
import { z } from 'zod';
import { addressScope } from '../../probes/address-scope.ts';

const Network = z.object({
  network: z.object({
    interface: z.array(
      z.object({
        ipv4: z.object({ ipAddress: z.array(z.object({ publicIpAddress: z.string().catch('') })) }),
      }),
    ),
  }),
});

const Frontends = z.array(z.object({ frontendIpAddress: z.string() }).catch({ frontendIpAddress: '' }));
const LoadBalancer = z.object({
  loadbalancer: z.object({
    publicIpAddresses: Frontends.catch([]),
    outboundRules: Frontends.catch([]),
  }),
});

/** @returns undefined when the instance document does not list the VM's addresses */
export function hasPublicAddress(document: unknown): boolean | undefined {
  const parsed = Network.safeParse(document);
  if (!parsed.success) return undefined;
  return parsed.data.network.interface.some(({ ipv4 }) =>
    ipv4.ipAddress.some(({ publicIpAddress }) => publicIpAddress !== ''),
  );
}

/**
 * Whether the load balancer document names a public IPv4 address of the VM or of its outbound rules. Addresses of the
 * Standard SKU stand there and not in the instance document (MicrosoftDocs/azure-docs#44314,
 * kubernetes-sigs/cloud-provider-azure#535; “Retrieve load balancer metadata using Azure Instance Metadata Service”).
 * @returns undefined when it is no such document
 */
export function hasOutboundAddress(document: unknown): boolean | undefined {
  const parsed = LoadBalancer.safeParse(document);
  if (!parsed.success) return undefined;
  const { publicIpAddresses, outboundRules } = parsed.data.loadbalancer;
  return [...publicIpAddresses, ...outboundRules].some(
    ({ frontendIpAddress }) =>
      !frontendIpAddress.includes(':') && addressScope(frontendIpAddress) === 'public',
  );
}
