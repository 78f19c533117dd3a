/** Reads the document of the Azure Instance Metadata Service. Pure. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { printable } from '../../probes/printable.ts';
import type { Environment } from '../model/report.ts';
import type { Cloud } from '../model/vocabulary.ts';
import { hasOutboundAddress, hasPublicAddress } from './public-address.ts';
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
  /** It answered with a status that means “later”, also in the end. */
  | { readonly kind: 'failing'; readonly why: string }
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
        .array(
          z.object({
            ipv4: z.object({
              ipAddress: z.array(z.object({ privateIpAddress: text })).catch([]),
              subnet: z.array(z.object({ address: text, prefix: text })).catch([]),
            }),
          }),
        )
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

/**
 * The statuses of a service that updates its data, throttles, or is not up yet. Source: “Azure Instance Metadata
 * Service for virtual machines”, errors and debugging.
 */
export const ASK_AGAIN: readonly number[] = [410, 429, 500, 503];

/**
 * Classifies the reply.
 * @param own the addresses of this machine, the one that it sends from first: they show which interface is the primary
 */
export function readReply(reply: MetadataReply, own: readonly string[]): MetadataResult {
  switch (reply.kind) {
    case 'absent':
      return { kind: 'absent', why: reply.why };
    case 'not-asked':
      return reply;
    case 'malformed':
      return { kind: 'malformed', why: reply.why };
    case 'http':
      if (reply.status === 200) return readInstance(reply.body, own, reply.loadBalancer);
      return {
        kind: ASK_AGAIN.includes(reply.status) ? 'failing' : 'malformed',
        why: `it answered with status ${reply.status}`,
      };
  }
}

/** The instance document as it is served. */
function readInstance(
  body: string,
  own: readonly string[],
  loadBalancer: string | null = null,
): MetadataResult {
  const document = parse(body);
  if (document === undefined) return { kind: 'malformed', why: 'its answer is not JSON' };
  const parsed = Instance.safeParse(document);
  if (!parsed.success) return { kind: 'malformed', why: 'its answer is not an instance document' };
  const { compute, network } = parsed.data;
  const cloud = CLOUD_NAMES.get(compute.azEnvironment.toLowerCase()) ?? null;
  const subnet = primaryOf(network.interface, own)?.ipv4.subnet[0];
  return {
    kind: 'present',
    metadata: {
      cloud,
      region: readRegion(compute.location),
      vm: {
        name: printable(compute.name, 128),
        subscriptionId: GUID.test(compute.subscriptionId) ? compute.subscriptionId.toLowerCase() : null,
        resourceGroup: compute.resourceGroupName === '' ? null : printable(compute.resourceGroupName, 90),
        size: printable(compute.vmSize, 64),
        osType: printable(compute.osType, 32),
        zone: compute.zone === '' ? null : printable(compute.zone, 16),
        ...knownPublicAddress(document, loadBalancer),
      },
      subnet: subnet === undefined ? null : readCidr(subnet),
      notes: cloud === null ? [describeUnknownCloud(compute.azEnvironment)] : [],
    },
  };
}

/** “West Europe” and “westeurope” are one. */
function readRegion(location: string): string | null {
  const name = location.replaceAll(' ', '').toLowerCase();
  return /^[a-z0-9]{2,40}$/.test(name) ? name : null;
}

type Interfaces = z.infer<typeof Instance>['network']['interface'];

/** The interface with the first of these addresses; the service does not say which one is the primary. */
function primaryOf(interfaces: Interfaces, own: readonly string[]): Interfaces[number] | undefined {
  const has = (address: string) =>
    interfaces.find(({ ipv4 }) => ipv4.ipAddress.some((one) => one.privateIpAddress === address));
  for (const address of own) {
    const found = has(address);
    if (found !== undefined) return found;
  }
  return interfaces[0];
}

/** Undefined for text that is not JSON. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Whether the service names no public address of the VM. */
export function namesNoPublicAddress(instance: string): boolean {
  return hasPublicAddress(parse(instance)) === false;
}

function knownPublicAddress(document: unknown, loadBalancer: string | null): { publicAddress?: boolean } {
  const listed = hasPublicAddress(document);
  const outbound = loadBalancer === '' ? false : hasOutboundAddress(parse(loadBalancer ?? ''));
  const publicAddress = listed === false ? outbound : listed;
  return publicAddress === undefined ? {} : { publicAddress };
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
