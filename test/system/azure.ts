/**
 * A virtual network of three machines: the VM in its subnet, the router that stands for the network between
 * (security group, routes, firewall), and Azure, which owns every public address. No cable leaves them.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from './certificates.ts';
import { AZURE_DNS, publicZones, unbound, type Zone } from './names.ts';
import { cable, filter, Machine, type Witness, watch } from './net.ts';
import type { Background } from './processes.ts';
import { METADATA_ADDRESS } from './replies.ts';
import { allocate, answersFor, type Place, serve, VIP, VM_ADDRESS } from './services.ts';
import { Vm } from './vm.ts';

/** Every public address that is anybody's. */
export const PUBLIC_RANGE = '20.33.0.0/16';
/** Where a customer's own DNS server stands, in a peered network; nothing answers unless a test starts it. */
export const CUSTOM_DNS = '10.2.0.4';

/** Joins the three machines. Public addresses without a host are silent, as on the internet. */
async function lay(vm: Machine, router: Machine, azure: Machine): Promise<void> {
  await cable([vm, 'eth0', `${VM_ADDRESS}/27`], [router, 'eth0', '10.1.0.1/27']);
  await cable([router, 'eth1', '100.64.0.1/30'], [azure, 'eth0', '100.64.0.2/30']);
  const owned = [PUBLIC_RANGE, AZURE_DNS, METADATA_ADDRESS, VIP, CUSTOM_DNS];
  await vm.ip('route add default via 10.1.0.1');
  await azure.ip(
    'route add 10.1.0.0/27 via 100.64.0.1',
    ...owned.map((addresses) => `route add local ${addresses} dev lo`),
  );
  await router.ip(
    'route add blackhole default',
    ...owned.map((addresses) => `route add ${addresses} via 100.64.0.2`),
  );
  const settings = 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv4/conf/eth0/proxy_arp';
  await router.run('sh', '-c', settings);
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

  /** Builds the healthy network around the endpoints that `plan` names for these arguments in this place. */
  static async start(args: readonly string[], place: Place, whole = true): Promise<Subnet> {
    await using building = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'apim-probe-system-'));
    building.defer(() => rm(folder, { recursive: true }));
    for (const part of ['authority', 'vm', 'nginx', 'azurite', 'names', 'device']) {
      await mkdir(join(folder, part));
    }
    const authority = await Authority.create(join(folder, 'authority'), 'Microsoft Corporation');
    await authority.publish(join(folder, 'nginx'));
    const vm = building.use(await Vm.start(join(folder, 'vm'), authority.root));
    const router = building.use(await Machine.start());
    const azure = building.use(await Machine.start());
    await lay(vm.machine, router, azure);
    const endpoints = (await vm.plan(args, place)).filter(
      ({ testable, group }) => testable && group !== 'dns',
    );
    const addresses = allocate(endpoints);
    for (const server of await serve(azure, folder, { endpoints, addresses, authority, place, whole })) {
      building.use(server);
    }
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
