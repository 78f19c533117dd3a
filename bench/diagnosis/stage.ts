/** One network on which situations are played one after the other; each is undone before the next. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CUSTOM_DNS, Subnet } from '../../test/system/azure.ts';
import type { Certificate } from '../../test/system/certificates.ts';
import {
  type Answer,
  AZURE_DNS,
  dnsmasq,
  PRIVATE,
  PUBLIC,
  parentOf,
  unbound,
  withRecord,
  type Zone,
} from '../../test/system/names.ts';
import { filter, type Machine } from '../../test/system/net.ts';
import type { Background } from '../../test/system/processes.ts';
import { NAMES, PLACES } from '../../test/system/services.ts';
import type { Circumstances, Outcome } from '../../test/system/vm.ts';
import { nginx } from '../../test/system/web.ts';
import { NEIGHBOUR, OLD_REDIS, ORIGINAL_REGION, OTHER_REGION, REDIS, RESOURCES } from './names.ts';

/** ms; nothing that works takes longer here. */
const SHORT_TIMEOUT = 2500;
const DEVICES = fileURLToPath(new URL('devices', import.meta.url));
const FILES: Readonly<Record<string, string>> = {
  hosts: '127.0.0.1 localhost\n',
  'nsswitch.conf': 'hosts: files dns\n',
  'apim-probe/config.yaml': '{}\n',
};
/** Where devices and further services listen: addresses that no host of the plan has. */
const SPARE = '20.33.250';
const FIRST_DEVICE_PORT = 9000;

/** What a device does with TLS handshakes. */
export type HelloAction = 'reset' | 'close' | 'silence' | { alert: number } | { page: string };

/** How a situation is made, and how the agent is run in it. */
export interface Play {
  /** The stage undoes afterwards what it made. */
  readonly apply?: (stage: Stage) => Promise<void>;
  /** Beside the names of the resources. */
  readonly args?: readonly string[];
  /** Of one step, in ms; by default short, because few situations depend on it. `default` leaves the option out. */
  readonly timeout?: number | 'default';
  readonly circumstances?: Circumstances;
}

/** A network with a second storage account and a second region, healthy between two situations. */
export class Stage implements AsyncDisposable {
  readonly subnet: Subnet;
  /** The public zones as they are when nothing is wrong. */
  readonly zones: readonly Zone[];
  readonly #stack: AsyncDisposableStack;
  #undo = new AsyncDisposableStack();
  #made = 0;
  #ports = FIRST_DEVICE_PORT;

  private constructor(subnet: Subnet, zones: readonly Zone[], stack: AsyncDisposableStack) {
    this.subnet = subnet;
    this.zones = zones;
    this.#stack = stack;
  }

  /** Builds the network; takes some seconds. */
  static async start(): Promise<Stage> {
    await using building = new AsyncDisposableStack();
    const args = [...RESOURCES, '--apim', NAMES.apim, '--redis', REDIS, '--redis', OLD_REDIS];
    const subnet = building.use(await Subnet.start(args, PLACES.public));
    const zones = [...regionalRecords(subnet), ...NEIGHBOUR_RECORDS].reduce(
      (all, [host, answer]) => withMore(all, host, answer),
      subnet.zones,
    );
    for (const [kind, address] of Object.entries(NEIGHBOUR.addresses)) {
      const own = subnet.addressOf(`${NAMES.storage}.${kind}.core.windows.net`);
      building.use(await subnet.divert(`ip daddr ${address} dnat ip to ${own}`));
    }
    // A device that rejects answers everyone; Linux rations its ICMP messages.
    for (const setting of ['ratelimit=0', 'msgs_per_sec=1000000', 'msgs_burst=1000000']) {
      await subnet.router.run('sysctl', '-qw', `net.ipv4.icmp_${setting}`);
    }
    await subnet.resolve(zones);
    return new Stage(subnet, zones, building.move());
  }

  /** Makes a situation, runs the agent, and undoes it. */
  async play({ apply, args = [], timeout = SHORT_TIMEOUT, circumstances }: Play): Promise<Outcome> {
    await using undo = new AsyncDisposableStack();
    this.#undo = undo;
    await apply?.(this);
    const limit = timeout === 'default' ? [] : ['--timeout', String(timeout)];
    return await this.subnet.vm.probe([...RESOURCES, ...limit, ...args], circumstances);
  }

  /** The address of a host, or undefined when it has none of its own. */
  readonly find = (host: string): string | undefined => {
    try {
      return this.subnet.addressOf(host);
    } catch {
      return undefined;
    }
  };

  /** The addresses of these hosts, as a set of nftables. */
  at(...hosts: readonly string[]): string {
    return `{ ${[...new Set(hosts.map((host) => this.subnet.addressOf(host)))].join(', ')} }`;
  }

  /** Keeps something until the situation ends. */
  use<T extends AsyncDisposable>(resource: T): T {
    return this.#undo.use(resource);
  }

  defer(undo: () => Promise<unknown>): void {
    this.#undo.defer(async () => void (await undo()));
  }

  /** Rules of nftables for what the router forwards. */
  async filter(...rules: readonly string[]): Promise<void> {
    for (const rule of rules) this.use(await this.subnet.fault(rule));
  }

  /** The packet filter of a machine, for rules that `filter` and `divert` do not cover. */
  table(machine: Machine, rules: string): Promise<AsyncDisposable> {
    return filter(machine, rules);
  }

  /** A rule of nftables that sends the VM's connections elsewhere. */
  async divert(rule: string): Promise<void> {
    this.use(await this.subnet.divert(rule));
  }

  /** Replaces the zones of Azure's DNS server. */
  async resolve(zones: readonly Zone[]): Promise<void> {
    this.defer(() => this.subnet.resolve(this.zones));
    await this.subnet.resolve(zones);
  }

  /** Replaces one record, or removes it. */
  record(host: string, answer: Answer | null): Promise<void> {
    return this.resolve(withRecord(this.zones, host, answer));
  }

  /**
   * Gives these hosts private endpoints in a peered network: the alias, the record in a private zone, and the address.
   */
  async privateEndpoint(...hosts: readonly string[]): Promise<void> {
    const zones = hosts.reduce(
      (all, host, index) => withPrivateEndpoint(all, host, privateAddress(index)),
      this.zones,
    );
    for (const [index, host] of hosts.entries()) {
      await this.divert(`ip daddr ${privateAddress(index)} dnat ip to ${this.subnet.addressOf(host)}`);
    }
    await this.resolve(zones);
  }

  async resolvers(...servers: readonly string[]): Promise<void> {
    this.defer(() => this.subnet.vm.resolvers(AZURE_DNS));
    await this.subnet.vm.resolvers(...servers);
  }

  /** Writes a file of the VM's /etc. */
  async write(name: string, text: string): Promise<void> {
    this.defer(() =>
      name === 'resolv.conf'
        ? this.subnet.vm.resolvers(AZURE_DNS)
        : this.subnet.vm.write(name, FILES[name] ?? ''),
    );
    await this.subnet.vm.write(name, text);
  }

  /** An empty folder for a device or a server. */
  async folder(): Promise<string> {
    this.#made += 1;
    const folder = join(this.subnet.folder, `stage-${this.#made}`);
    await mkdir(folder);
    return folder;
  }

  /** An address that no other host has. */
  spare(): string {
    this.#made += 1;
    return `${SPARE}.${(this.#made % 250) + 1}`;
  }

  /** Makes these the configured DNS servers, and starts dnsmasq with these options on the customer's address. */
  async customDns(options: readonly string[], ...servers: readonly string[]): Promise<void> {
    this.use(await dnsmasq(this.subnet.azure, CUSTOM_DNS, options));
    await this.resolvers(...(servers.length === 0 ? [CUSTOM_DNS] : servers));
  }

  /** A further DNS server with these zones. */
  async dnsServer(address: string, zones: readonly Zone[]): Promise<Background> {
    return this.use(await unbound(this.subnet.azure, await this.folder(), zones, [], address));
  }

  /**
   * nginx in the place of these hosts' HTTPS, with these directives by host.
   * @param at the address that leads there; by default the hosts' own
   */
  async replaceHttps(
    contents: Readonly<Record<string, string>>,
    certificate?: Certificate,
    at?: string,
  ): Promise<void> {
    const hosts = Object.keys(contents);
    const address = this.spare();
    const shown = certificate ?? (await this.subnet.authority.issue(hosts));
    const sites = Object.entries(contents).map(
      ([host, content]) =>
        ({ kind: 'https', host, address, port: 443, content, certificate: shown }) as const,
    );
    this.use(await nginx(this.subnet.azure, await this.folder(), sites));
    await this.divert(`ip daddr ${at ?? this.at(...hosts)} tcp dport 443 dnat ip to ${address}`);
  }

  /** A certificate for this host that ended long ago. */
  async expiredCertificate(host: string): Promise<Certificate> {
    return await this.subnet.authority.issue([host], 60, ['faketime', '-f', '-400d']);
  }

  /** A device on the router that reads the first message of TLS to these hosts, and cuts it when it matches. */
  async helloDevice(
    hosts: readonly string[],
    rule: { readonly action: HelloAction; readonly names?: readonly string[]; readonly chance?: number },
    ports: readonly number[] = [443],
  ): Promise<void> {
    await this.#device('hello-device.ts', hosts, ports, rule);
  }

  /** A relay on the router for these hosts: it waits before it passes anything on, and replaces a text. */
  async relay(
    hosts: readonly string[],
    rule: { readonly delayMs?: number; readonly replace?: readonly [string, string] },
    ports: readonly number[],
  ): Promise<void> {
    await this.#device('relay.ts', hosts, ports, rule);
  }

  async #device(
    program: string,
    hosts: readonly string[],
    ports: readonly number[],
    rule: object,
  ): Promise<void> {
    const { router } = this.subnet;
    const addresses = new Set(hosts.map((host) => this.subnet.addressOf(host)));
    const routes = [...addresses].flatMap((address) =>
      ports.map((port) => {
        this.#ports += 1;
        return { listen: this.#ports, address, port };
      }),
    );
    const device = this.use(
      router.serve([process.execPath, join(DEVICES, program), JSON.stringify({ ...rule, routes })]),
    );
    await device.printed('ready');
    const map = routes.map(({ listen, address, port }) => `${address} . ${port} : ${listen}`);
    await this.divert(`meta l4proto tcp redirect to :ip daddr . tcp dport map { ${map.join(', ')} }`);
  }

  /** All hosts of the plan on public addresses. */
  get publicHosts(): string[] {
    const hosts = this.subnet.zones.flatMap(({ records }) => [...records.keys()]);
    return hosts.filter((host) => this.find(host)?.startsWith('20.33.') === true);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

const privateAddress = (index: number): string => `10.2.1.${index + 4}`;

/** The public zones with the alias of a private endpoint, and its zone, which exists or not, with this record or none. */
export function withPrivateEndpoint(
  zones: readonly Zone[],
  host: string,
  address: string | null,
  primary = PRIVATE,
): Zone[] {
  const [label, ...suffix] = host.split('.');
  const isVault = suffix[0] === 'vault';
  const parent = ['privatelink', ...(isVault ? ['vaultcore', ...suffix.slice(1)] : suffix)].join('.');
  const alias = `${label}.${parent}`;
  const answers = new Map<string, Answer>(address === null ? [] : [[alias, { a: address }]]);
  return [...withRecord(zones, host, { cname: alias }), { name: parent, primary, records: answers }];
}

/** Adds a public record for a host that has none. */
function withMore(zones: readonly Zone[], host: string, answer: Answer): Zone[] {
  const parent = parentOf(host);
  const found = zones.some(({ name }) => name === parent);
  const all = found ? zones : [...zones, { name: parent, primary: PUBLIC, records: new Map() }];
  return all.map((zone) =>
    zone.name === parent ? { ...zone, records: new Map([...zone.records, [host, answer]]) } : zone,
  );
}

/** The regional hosts of another region, behind the addresses of this one's. */
function regionalRecords(subnet: Subnet): [string, Answer][] {
  const hosts = subnet.zones.flatMap(({ records }) => [...records.keys()]);
  return hosts
    .filter((host) => host.includes(ORIGINAL_REGION))
    .map((host) => [host.replace(ORIGINAL_REGION, OTHER_REGION), { a: subnet.addressOf(host) }]);
}

/** A second storage account, which stands in another region. */
const NEIGHBOUR_RECORDS = Object.entries(NEIGHBOUR.addresses).flatMap(([kind, a]): [string, Answer][] => {
  const alias = `${kind}.bl5prdstr12a.store.core.windows.net`;
  return [
    [`${NEIGHBOUR.name}.${kind}.core.windows.net`, { cname: alias }],
    [alias, { a }],
  ];
});
