/** Azure Instance Metadata Service: plain HTTP to a link-local address, from inside the VM only. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { printable } from '../../probes/printable.ts';
import { type Budget, within } from '../../probes/wire/budget.ts';
import { exchange } from '../../probes/wire/http.ts';
import type { Outside } from '../../probes/wire/outside.ts';
import type { Environment } from '../report/schema.ts';
import type { Cloud } from '../report/vocabulary.ts';

const ADDRESS = '169.254.169.254';
const API_VERSION = '2021-02-01';
/** ms; the service is on this very host, so silence means that there is none. */
const PATIENCE = 1000;

export interface InstanceMetadata {
  readonly cloud: Cloud | null;
  readonly region: string | null;
  readonly vm: Environment['vm'];
  readonly subnet: string | null;
}

export type MetadataResult =
  | { readonly kind: 'present'; readonly metadata: InstanceMetadata }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'garbled'; readonly why: string };

/** Every primitive is a string there, and an empty one stands for a missing value. */
const text = z.string().max(512).catch('');
const Instance = z.object({
  compute: z.object({
    azEnvironment: text,
    location: text,
    name: text,
    vmSize: text,
    osType: text,
    zone: text,
  }),
  network: z
    .object({
      interface: z
        .array(z.object({ ipv4: z.object({ subnet: z.array(z.object({ address: text, prefix: text })) }) }))
        .catch([]),
    })
    .catch({ interface: [] }),
});

const CLOUD_NAMES: Readonly<Record<string, Cloud>> = {
  azurepubliccloud: 'public',
  azurecloud: 'public',
  azureusgovernmentcloud: 'government',
  azureusgovernment: 'government',
  azurechinacloud: 'china',
};

/** Asks once, without a proxy, for one second at most. Never throws. */
export async function askMetadata(outside: Outside, signal: AbortSignal): Promise<MetadataResult> {
  const endpoint = outside.route(ADDRESS, ADDRESS, 80);
  const socket = outside.stream(endpoint);
  socket.on('error', () => undefined);
  const budget: Budget = { stepMs: PATIENCE, signal };
  try {
    const connected = new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    await within(budget, 'tcp', connected);
    const reply = await within(
      budget,
      'protocol',
      exchange(
        socket,
        {
          origin: `http://${ADDRESS}`,
          path: `/metadata/instance?api-version=${API_VERSION}`,
          headers: { metadata: 'true' },
        },
        signal,
      ),
    );
    if (reply.status !== 200) return { kind: 'garbled', why: `it answered with status ${reply.status}` };
    return readInstance(reply.body.toString('utf8'));
  } catch (error) {
    return { kind: 'absent', why: error instanceof Error ? printable(error.message, 120) : 'no answer' };
  } finally {
    socket.destroy();
  }
}

/** The instance document as it is served. Pure. */
export function readInstance(body: string): MetadataResult {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return { kind: 'garbled', why: 'its answer is no JSON' };
  }
  const parsed = Instance.safeParse(document);
  if (!parsed.success) return { kind: 'garbled', why: 'its answer is no instance document' };
  const { compute, network } = parsed.data;
  const subnet = network.interface[0]?.ipv4.subnet[0];
  return {
    kind: 'present',
    metadata: {
      cloud: CLOUD_NAMES[compute.azEnvironment.toLowerCase()] ?? null,
      region: /^[a-z0-9]{2,40}$/i.test(compute.location) ? compute.location.toLowerCase() : null,
      vm: {
        name: printable(compute.name, 128),
        size: printable(compute.vmSize, 64),
        osType: printable(compute.osType, 32),
        zone: compute.zone === '' ? null : printable(compute.zone, 16),
      },
      subnet: subnet === undefined ? null : cidr(`${subnet.address}/${subnet.prefix}`),
    },
  };
}

function cidr(value: string): string | null {
  return ipaddr.isValidCIDR(value) ? value : null;
}
