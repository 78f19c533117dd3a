/** What Azure serves: an address, a record, a certificate and a listener for every endpoint of the plan. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cloud } from '../../src/model/vocabulary.ts';
import type { PlannedTarget } from '../../src/plan/types.ts';
import type { Authority, Certificate } from './certificates.ts';
import { postfix, type Relay } from './mail.ts';
import { type Answer, parentOf } from './names.ts';
import type { Machine } from './net.ts';
import { type Background, KEEPS_COMPILED } from './processes.ts';
import { contentOf, METADATA_ADDRESS, metadata } from './replies.ts';
import { azurite, nginx, type Site } from './web.ts';

/** What the tests need of a planned target. */
export type Endpoint = Pick<PlannedTarget, 'group' | 'host' | 'port' | 'transport' | 'protocol'>;

/** The resources that the user names. */
export const NAMES = {
  storage: 'apimstsystemtest',
  sql: 'apirpsqlsystemtest',
  keyVault: 'apikv-systemtest',
  eventHubs: 'apimehsystemtest',
  apim: 'apim-systemtest',
} as const;

/** A region of a cloud, and the word by which the metadata service names that cloud. */
export interface Place {
  readonly cloud: Cloud;
  readonly region: string;
  readonly azEnvironment: string;
}

export const PLACES: Readonly<Record<Cloud, Place>> = {
  public: { cloud: 'public', region: 'westeurope', azEnvironment: 'AzurePublicCloud' },
  government: { cloud: 'government', region: 'usgovvirginia', azEnvironment: 'AzureUSGovernmentCloud' },
  china: { cloud: 'china', region: 'chinanorth3', azEnvironment: 'AzureChinaCloud' },
};

export const VM_ADDRESS = '10.1.0.4';
/** The internal load balancer of the API Management instance, in the VM's own subnet. */
export const VIP = '10.1.0.5';

/** The services of Storage that Azurite has; Azure Files it has not. */
const AZURITE_GROUPS: ReadonlyMap<Endpoint['group'], string> = new Map([
  ['storage-blob', 'blob'],
  ['storage-table', 'table'],
  ['storage-queue', 'queue'],
]);
const GATEWAY_GROUPS = new Set<Endpoint['group']>(['gateway', 'control-plane']);
const TLS = new Set<Endpoint['protocol']>(['https', 'tls', 'amqps', 'rediss']);

/** The services, by the name of the socket. */
export type Speaker = 'amqp' | 'kms' | 'smb' | 'smtp' | 'sql';
const SPOKEN_BY: Readonly<Partial<Record<Endpoint['protocol'], Speaker>>> = {
  amqp: 'amqp',
  amqps: 'amqp',
  kms: 'kms',
  smb: 'smb',
  smtp: 'smtp',
  tds: 'sql',
};
const SPEAKERS = fileURLToPath(new URL('speakers.ts', import.meta.url));

const isStorage = (host: string): boolean => host.startsWith(`${NAMES.storage}.`);

/** Hosts in one /24, so that a fault can be aimed at a prefix. */
const HOSTS_PER_PREFIX = 8;

/** Gives each host an address of its own, so that a fault can be aimed at one of them. */
export function allocate(endpoints: readonly Endpoint[]): Map<string, string> {
  const addresses = new Map<string, string>();
  for (const { group, host } of endpoints) {
    if (addresses.has(host)) continue;
    const prefix = `20.33.${Math.floor(addresses.size / HOSTS_PER_PREFIX)}`;
    const own = `${prefix}.${(addresses.size % HOSTS_PER_PREFIX) + 1}`;
    addresses.set(host, GATEWAY_GROUPS.has(group) ? VIP : own);
  }
  return addresses;
}

/** The alias that Azure puts behind some public names, or null. */
function aliasOf(host: string): string | null {
  const [label, kind, ...rest] = host.split('.');
  if (isStorage(host)) return [kind, 'ams08prdstr05a.store', ...rest].join('.');
  if (label === NAMES.sql) return ['cr3.region1-a.control', kind, ...rest].join('.');
  return null;
}

/** The records as public DNS has them. */
export function answersFor(addresses: ReadonlyMap<string, string>): Map<string, Answer> {
  const answers = new Map<string, Answer>();
  for (const [host, address] of addresses) {
    const alias = aliasOf(host);
    if (alias !== null) answers.set(host, { cname: alias });
    answers.set(alias ?? host, { a: address });
  }
  return answers;
}

/** Issues one certificate for each parent domain, and one for the whole of Storage. */
function certificates(authority: Authority): (host: string) => Promise<Certificate> {
  const made = new Map<string, Promise<Certificate>>();
  return (host) => {
    const parent = parentOf(host);
    const names = isStorage(host)
      ? ['blob', 'table', 'queue', 'file'].map((kind) => `*.${kind}.${parentOf(parent)}`)
      : [`*.${parent}`, parent];
    const certificate = made.get(names.join()) ?? authority.issue(names);
    made.set(names.join(), certificate);
    return certificate;
  };
}

/** The listener behind one endpoint. */
async function siteFor(
  { group, host, port, protocol }: Endpoint,
  address: string,
  certificateFor: (host: string) => Promise<Certificate>,
  speakers: string,
): Promise<Site> {
  if (protocol === 'http') return { kind: 'http', host, address, port, content: contentOf(group) };
  const behind = SPOKEN_BY[protocol] === undefined ? null : join(speakers, SPOKEN_BY[protocol]);
  if (!TLS.has(protocol)) return { kind: 'tcp', address, port, behind };
  const certificate = await certificateFor(host);
  if (protocol !== 'https') return { kind: 'tls', address, port, behind, certificate };
  return { kind: 'https', host, address, port, certificate, content: contentOf(group) };
}

/** What the services are made of. */
export interface Estate {
  readonly endpoints: readonly Endpoint[];
  readonly addresses: ReadonlyMap<string, string>;
  readonly authority: Authority;
  readonly place: Place;
  /**
   * Whether Azurite and Postfix are there, which take more to start than all the rest: else nginx answers for blobs,
   * tables and queues, and a package for the relays.
   */
  readonly whole: boolean;
}

/** Starts the services without HTTP, ready when all of them listen; SQL and mail bring their own TLS, for these names. */
async function services(
  machine: Machine,
  folder: string,
  hosts: readonly string[],
  authority: Authority,
): Promise<Background> {
  await mkdir(folder);
  const { chain, key } = await authority.issue([...new Set(hosts)]);
  const program = machine.serve([process.execPath, SPEAKERS, folder, chain, key], KEEPS_COMPILED);
  await program.printed('all listen');
  return program;
}

/**
 * Starts Azurite for the storage account, Postfix for mail, and nginx for the rest and the metadata service; none that no
 * endpoint needs.
 */
export async function serve(machine: Machine, folder: string, estate: Estate): Promise<Background[]> {
  const certificateFor = certificates(estate.authority);
  const content = metadata(estate.place, VM_ADDRESS, { address: '10.1.0.0', prefix: '27' });
  const sites: (Site | Promise<Site>)[] = [
    { kind: 'http', host: METADATA_ADDRESS, address: METADATA_ADDRESS, port: 80, content },
  ];
  const storage: Record<string, string> = {};
  const relays: (Relay & { host: string })[] = [];
  const speakers = join(folder, 'speakers');
  for (const endpoint of estate.endpoints) {
    const address = estate.addresses.get(endpoint.host);
    if (address === undefined || endpoint.transport !== 'tcp') continue;
    const service = estate.whole ? AZURITE_GROUPS.get(endpoint.group) : undefined;
    if (endpoint.protocol === 'smtp' && estate.whole)
      relays.push({ host: endpoint.host, address, port: endpoint.port });
    else if (service === undefined) sites.push(siteFor(endpoint, address, certificateFor, speakers));
    else storage[service] = address;
  }
  const spoken = estate.endpoints.filter(({ protocol }) => protocol in SPOKEN_BY).map(({ host }) => host);
  const stored = estate.endpoints.find(({ group }) => AZURITE_GROUPS.has(group));
  return Promise.all([
    Promise.all(sites).then((certified) => nginx(machine, join(folder, 'nginx'), certified)),
    ...(spoken.length > 0 ? [services(machine, speakers, spoken, estate.authority)] : []),
    ...(estate.whole && stored
      ? [azurite(machine, join(folder, 'azurite'), NAMES.storage, storage, certificateFor(stored.host))]
      : []),
    ...(relays.length > 0 ? [mail(machine, join(folder, 'postfix'), relays, estate.authority)] : []),
  ]);
}

async function mail(
  machine: Machine,
  folder: string,
  relays: readonly (Relay & { host: string })[],
  authority: Authority,
): Promise<Background> {
  const names = [...new Set(relays.map(({ host }) => host))];
  return postfix(machine, folder, relays, await authority.issue(names));
}
