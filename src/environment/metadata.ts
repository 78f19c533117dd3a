/** The document of the Azure Instance Metadata Service, as evidence. Pure. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { printable } from '../../probes/printable.ts';
import type { Environment } from '../model/report.ts';
import type { Cloud } from '../model/vocabulary.ts';
import type { MetadataReply } from './types.ts';

export interface InstanceMetadata {
  readonly cloud: Cloud | null;
  readonly region: string | null;
  /** But for the name that the operating system has, which the service does not know. */
  readonly vm: Omit<NonNullable<Environment['vm']>, 'hostName'>;
  readonly subnet: string | null;
  /** What the document says and this version does not know. */
  readonly notes: readonly string[];
}

export type MetadataResult =
  | { readonly kind: 'present'; readonly metadata: InstanceMetadata }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'not-asked'; readonly why: string }
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
    subscriptionId: text,
    resourceGroupName: text,
  }),
  network: z
    .object({
      interface: z
        .array(z.object({ ipv4: z.object({ subnet: z.array(z.object({ address: text, prefix: text })) }) }))
        .catch([]),
    })
    .catch({ interface: [] }),
});

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const CLOUD_NAMES: ReadonlyMap<string, Cloud> = new Map([
  ['azurepubliccloud', 'public'],
  ['azurecloud', 'public'],
  ['azureusgovernmentcloud', 'government'],
  ['azureusgovernment', 'government'],
  ['azurechinacloud', 'china'],
]);

/** What the reply amounts to. */
export function readReply(reply: MetadataReply): MetadataResult {
  switch (reply.kind) {
    case 'nobody':
      return { kind: 'absent', why: reply.why };
    case 'not-asked':
      return reply;
    case 'nonsense':
      return { kind: 'garbled', why: reply.why };
    case 'http':
      return reply.status === 200
        ? readInstance(reply.body)
        : { kind: 'garbled', why: `it answered with status ${reply.status}` };
  }
}

/** The instance document as it is served. */
function readInstance(body: string): MetadataResult {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return { kind: 'garbled', why: 'its answer is not JSON' };
  }
  const parsed = Instance.safeParse(document);
  if (!parsed.success) return { kind: 'garbled', why: 'its answer is not an instance document' };
  const { compute, network } = parsed.data;
  const cloud = CLOUD_NAMES.get(compute.azEnvironment.toLowerCase()) ?? null;
  const subnet = network.interface[0]?.ipv4.subnet[0];
  return {
    kind: 'present',
    metadata: {
      cloud,
      region: /^[a-z0-9]{2,40}$/i.test(compute.location) ? compute.location.toLowerCase() : null,
      vm: {
        name: printable(compute.name, 128),
        subscriptionId: GUID.test(compute.subscriptionId) ? compute.subscriptionId.toLowerCase() : null,
        resourceGroup: compute.resourceGroupName === '' ? null : printable(compute.resourceGroupName, 90),
        size: printable(compute.vmSize, 64),
        osType: printable(compute.osType, 32),
        zone: compute.zone === '' ? null : printable(compute.zone, 16),
      },
      subnet: subnet === undefined ? null : cidr(subnet),
      notes: cloud === null ? [unknownCloud(compute.azEnvironment)] : [],
    },
  };
}

function unknownCloud(name: string): string {
  const said =
    name === '' ? 'no cloud' : `the cloud ${printable(name, 64)}, which this version does not know`;
  return `the metadata service names ${said}`;
}

/** Only as the service writes it: four decimal numbers and a prefix length. */
function cidr({ address, prefix }: { address: string; prefix: string }): string | null {
  const valid =
    ipaddr.IPv4.isValidFourPartDecimal(address) && /^\d{1,2}$/.test(prefix) && Number(prefix) <= 32;
  return valid ? `${address}/${Number(prefix)}` : null;
}
