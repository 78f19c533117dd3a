/** Whether the instance metadata service names a public address of the VM. Pure. */
import { z } from 'zod';

const Network = z.object({
  network: z.object({
    interface: z.array(
      z.object({
        ipv4: z.object({ ipAddress: z.array(z.object({ publicIpAddress: z.string().catch('') })) }),
      }),
    ),
  }),
});

/** @returns undefined when the document does not list the VM's addresses */
export function hasPublicAddress(document: unknown): boolean | undefined {
  const parsed = Network.safeParse(document);
  if (!parsed.success) return undefined;
  return parsed.data.network.interface.some(({ ipv4 }) =>
    ipv4.ipAddress.some(({ publicIpAddress }) => publicIpAddress !== ''),
  );
}
