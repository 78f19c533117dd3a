/**
 * A virtual network of three machines: the VM in its subnet, the router that stands for the network between
 * (security group, routes, firewall), and Azure, which owns every public address. No cable leaves them.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlannedTarget } from '../../src/plan/types.ts';
import { Authority, type Certificate } from './certificates.ts';
import { type Answer, AZURE_DNS, parentOf, publicZones, unbound, type Zone } from './names.ts';
import { cable, filter, Machine, type Witness, watch } from './net.ts';
import type { Background } from './processes.ts';
import { contentOf, METADATA_ADDRESS, metadata } from './replies.ts';
import { Vm } from './vm.ts';
import { azurite, nginx, type Site } from './web.ts';

/** What the tests need of a planned target. */
export type Endpoint = Pick<PlannedTarget, 'group' | 'host' | 'port' | 'transport' | 'protocol' | 'testable'>;

/** The resources that the user names. */
export const NAMES = {
  storage: 'apimstsystemtest',
  sql: 'apirpsqlsystemtest',
  keyVault: 'apikv-systemtest',
  eventHubs: 'apimehsystemtest',
  apim: 'apim-systemtest',
} as const;

/** The arguments of every run: the names, and nothing else. */
export const ARGUMENTS = [
  ...['--storage', NAMES.storage, '--sql', NAMES.sql],
  ...['--key-vault', NAMES.keyVault, '--event-hubs', NAMES.eventHubs],
] as const;

/** With these, `plan` needs nobody to tell it where it is. */
export const PLACE = ['--cloud', 'public', '--region', 'westeurope'] as const;

const VM_ADDRESS = '10.1.0.4';
/** The internal load balancer of the API Management instance, in the VM's own subnet. */
const VIP = '10.1.0.5';
/** Where a customer's own DNS server stands, in a peered network; nothing answers unless a test starts it. */
export const CUSTOM_DNS = '10.2.0.4';
const PUBLIC_RANGE = '20.33.0.0/16';
const STORAGE = ['blob', 'table', 'queue'] as const;
const TLS = new Set<string>(['https', 'tls', 'amqps', 'rediss']);

const isGateway = ({ group }: Endpoint): boolean => group === 'gateway' || group === 'control-plane';

/** Gives each host an address of its own, so that a fault can be aimed at one of them. */
function allocate(endpoints: readonly Endpoint[]): Map<string, string> {
  const addresses = new Map<string, string>();
  for (const endpoint of endpoints) {
    if (addresses.has(endpoint.host)) continue;
    const next = addresses.size + 1;
    addresses.set(endpoint.host, isGateway(endpoint) ? VIP : `20.33.${next >> 8}.${next & 255}`);
  }
  return addresses;
}

/** The alias that Azure puts behind some public names, or null. */
function aliasOf(host: string): string | null {
  const [label, kind] = host.split('.');
  if (label === NAMES.sql) return 'cr3.westeurope1-a.control.database.windows.net';
  if (label === NAMES.storage) return `${kind}.ams08prdstr05a.store.core.windows.net`;
  return null;
}

/** The records as public DNS has them. */
function answersFor(addresses: ReadonlyMap<string, string>): Map<string, Answer> {
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
    const storage = host.startsWith(`${NAMES.storage}.`);
    const parent = storage ? 'core.windows.net' : parentOf(host);
    const names = storage
      ? [...STORAGE, 'file'].map((kind) => `*.${kind}.${parent}`)
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
): Promise<Site> {
  if (protocol === 'http') return { kind: 'http', host, address, port, content: contentOf(group) };
  if (!TLS.has(protocol)) return { kind: 'tcp', address, port };
  const certificate = await certificateFor(host);
  if (protocol === 'https')
    return { kind: 'https', host, address, port, certificate, content: contentOf(group) };
  return { kind: 'tls', address, port, certificate };
}

/** Joins the three machines. Public addresses that nobody owns end in silence, as on the internet. */
async function lay(vm: Machine, router: Machine, azure: Machine): Promise<void> {
  await cable([vm, 'eth0', `${VM_ADDRESS}/27`], [router, 'eth0', '10.1.0.1/27']);
  await cable([router, 'eth1', '100.64.0.1/30'], [azure, 'eth0', '100.64.0.2/30']);
  const owned = [PUBLIC_RANGE, AZURE_DNS, METADATA_ADDRESS, VIP, CUSTOM_DNS];
  await vm.run('ip', 'route', 'add', 'default', 'via', '10.1.0.1');
  await azure.run('ip', 'route', 'add', '10.1.0.0/27', 'via', '100.64.0.1');
  await router.run('ip', 'route', 'add', 'blackhole', 'default');
  for (const addresses of owned) {
    await azure.run('ip', 'route', 'add', 'local', addresses, 'dev', 'lo');
    await router.run('ip', 'route', 'add', addresses, 'via', '100.64.0.2');
  }
  const settings = 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv4/conf/eth0/proxy_arp';
  await router.run('sh', '-c', settings);
}

/** Starts Azurite for the storage account and nginx for everything else. */
async function serve(
  azure: Machine,
  folder: string,
  endpoints: readonly Endpoint[],
  addresses: ReadonlyMap<string, string>,
  authority: Authority,
): Promise<[Background, Background]> {
  const certificateFor = certificates(authority);
  const storage = STORAGE.map((kind) => `${NAMES.storage}.${kind}.core.windows.net`);
  const sites: Site[] = [];
  for (const endpoint of endpoints) {
    const address = addresses.get(endpoint.host);
    if (address === undefined || storage.includes(endpoint.host) || endpoint.transport !== 'tcp') continue;
    sites.push(await siteFor(endpoint, address, certificateFor));
  }
  const content = metadata(VM_ADDRESS, { address: '10.1.0.0', prefix: '27' });
  sites.push({ kind: 'http', host: METADATA_ADDRESS, address: METADATA_ADDRESS, port: 80, content });
  const [blob, table, queue] = storage.map((host) => addresses.get(host) ?? '');
  const at = { blob: blob ?? '', table: table ?? '', queue: queue ?? '' };
  const certificate = await certificateFor(storage[0] ?? '');
  return Promise.all([
    nginx(azure, join(folder, 'nginx'), sites),
    azurite(azure, join(folder, 'azurite'), NAMES.storage, at, certificate),
  ]);
}

interface Parts {
  readonly authority: Authority;
  readonly vm: Vm;
  readonly router: Machine;
  readonly azure: Machine;
  readonly folder: string;
  readonly addresses: ReadonlyMap<string, string>;
  readonly resolver: Background;
}

/** The whole network. Disposing of it ends every program, and with them every namespace. */
export class Subnet implements AsyncDisposable {
  readonly vm: Vm;
  readonly router: Machine;
  readonly azure: Machine;
  readonly folder: string;
  /** Who issues the services' certificates. */
  readonly authority: Authority;
  /** The public zones as they are when nothing is wrong. */
  readonly zones: readonly Zone[];
  readonly #addresses: ReadonlyMap<string, string>;
  readonly #stack: AsyncDisposableStack;
  #resolver: Background;

  private constructor(parts: Parts, stack: AsyncDisposableStack) {
    this.vm = parts.vm;
    this.router = parts.router;
    this.azure = parts.azure;
    this.folder = parts.folder;
    this.authority = parts.authority;
    this.zones = publicZones(answersFor(parts.addresses));
    this.#addresses = parts.addresses;
    this.#resolver = parts.resolver;
    this.#stack = stack;
  }

  /** Builds the healthy network around the endpoints that `plan` names for these arguments. */
  static async start(args: readonly string[]): Promise<Subnet> {
    await using building = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'apim-probe-system-'));
    building.defer(() => rm(folder, { recursive: true }));
    for (const room of ['authority', 'vm', 'nginx', 'azurite', 'names', 'device'])
      await mkdir(join(folder, room));
    const authority = await Authority.create(join(folder, 'authority'), 'Microsoft Corporation');
    const vm = building.use(await Vm.start(join(folder, 'vm'), authority.root));
    const router = building.use(await Machine.start());
    const azure = building.use(await Machine.start());
    await lay(vm.machine, router, azure);
    const endpoints = (await vm.plan([...PLACE, ...args])).filter(
      ({ testable, group }) => testable && group !== 'dns',
    );
    const addresses = allocate(endpoints);
    for (const server of await serve(azure, folder, endpoints, addresses, authority)) building.use(server);
    const zones = publicZones(answersFor(addresses));
    const resolver = await unbound(azure, join(folder, 'names'), zones);
    return new Subnet({ vm, router, azure, folder, authority, addresses, resolver }, building.move());
  }

  /** The public address behind a host name of the plan. */
  addressOf(host: string): string {
    const address = this.#addresses.get(host);
    if (address === undefined) throw new Error(`the plan does not name ${host}`);
    return address;
  }

  /** Replaces Azure's DNS server by one with these zones; the old one ends, and its cache with it. */
  async resolve(zones: readonly Zone[], settings: readonly string[] = []): Promise<void> {
    await this.#resolver[Symbol.asyncDispose]();
    this.#resolver = await unbound(this.azure, join(this.folder, 'names'), zones, settings);
  }

  /** Ends Azure's DNS server; `resolve` starts it again. */
  silenceDns(): Promise<void> {
    return this.#resolver[Symbol.asyncDispose]();
  }

  /** Applies a rule of nftables to what the router forwards, until the result is disposed of. */
  fault(rule: string): Promise<AsyncDisposable> {
    return filter(this.router, `chain forward { type filter hook forward priority filter; ${rule}; }`);
  }

  /** Applies a rule of nftables that sends the VM's connections elsewhere, until the result is disposed of. */
  divert(rule: string): Promise<AsyncDisposable> {
    return filter(
      this.router,
      `chain divert {\ntype nat hook prerouting priority dstnat;\niifname "eth0" ${rule};\n}`,
    );
  }

  /** Notes every flow that the VM begins from now on. */
  witness(): Promise<Witness> {
    return watch(this.router);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resolver[Symbol.asyncDispose]();
    await this.#stack.disposeAsync();
  }
}
