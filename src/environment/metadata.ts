/** Reads the document of the Azure Instance Metadata Service. Pure. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { printable } from '../../probes/printable.ts';
import type { Environment } from '../model/report.ts';
import type { Cloud } from '../model/vocabulary.ts';
import type { MetadataReply } from './types.ts';

export interface InstanceMetadata {
  readonly cloud: Cloud | null;
  readonly region: string | null;
  /** Without the host name of the operating system, which the service does not know. */
  readonly vm: Omit<NonNullable<Environment['vm']>, 'hostName'>;
  readonly subnet: string | null;
  /** Values of the document that this version does not know. */
  readonly notes: readonly string[];
}

export type MetadataResult =
  | { readonly kind: 'present'; readonly metadata: InstanceMetadata }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'not-asked'; readonly why: string }
  | { readonly kind: 'malformed'; readonly why: string };

/** The service sends strings only; an empty string means a missing value. */
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

/** Classifies the reply. */
export function readReply(reply: MetadataReply): MetadataResult {
  switch (reply.kind) {
    case 'absent':
      return { kind: 'absent', why: reply.why };
    case 'not-asked':
      return reply;
    case 'malformed':
      return { kind: 'malformed', why: reply.why };
    case 'http':
      return reply.status === 200
        ? readInstance(reply.body)
        : { kind: 'malformed', why: `it answered with status ${reply.status}` };
  }
}

/** The instance document as it is served. */
function readInstance(body: string): MetadataResult {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return { kind: 'malformed', why: 'its answer is not JSON' };
  }
  const parsed = Instance.safeParse(document);
  if (!parsed.success) return { kind: 'malformed', why: 'its answer is not an instance document' };
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
      subnet: subnet === undefined ? null : readCidr(subnet),
      notes: cloud === null ? [describeUnknownCloud(compute.azEnvironment)] : [],
    },
  };
}

function describeUnknownCloud(name: string): string {
  const description =
    name === '' ? 'no cloud' : `the cloud ${printable(name, 64)}, which this version does not know`;
  return `the metadata service names ${description}`;
}

/** Accepts only the form that the service sends: four decimal numbers and a prefix length. */
function readCidr({ address, prefix }: { address: string; prefix: string }): string | null {
  const valid =
    ipaddr.IPv4.isValidFourPartDecimal(address) && /^\d{1,2}$/.test(prefix) && Number(prefix) <= 32;
  return valid ? `${address}/${Number(prefix)}` : null;
}
