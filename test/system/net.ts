/** Network namespaces without names: each lives exactly as long as the process that holds it. */
import { readFile } from 'node:fs/promises';
import { Background, command } from './processes.ts';

/** One machine of the test: a network and a file-system view of its own. */
export class Machine implements AsyncDisposable {
  readonly #holder: Background;
  readonly #servers: Background[] = [];

  private constructor(holder: Background) {
    this.#holder = holder;
  }

  /** `etc`, when given, is the folder that this machine sees as /etc. */
  static async start(etc?: string): Promise<Machine> {
    const prepare = etc === undefined ? ':' : `mount --bind '${etc}' /etc`;
    const script = `${prepare} && ip link set lo up && echo up && exec sleep infinity`;
    const holder = new Background(['unshare', '--net', '--mount', '--', 'sh', '-c', script]);
    await holder.printed('up');
    return new Machine(holder);
  }

  /** The id of a process inside, by which `ip` and `nsenter` find the namespaces. */
  get pid(): number {
    return this.#holder.pid;
  }

  /** The command line that runs `argv` on this machine. */
  inside(argv: readonly string[]): string[] {
    const entrance = `/proc/${this.pid}/ns`;
    return ['nsenter', `--net=${entrance}/net`, `--mount=${entrance}/mnt`, '--', ...argv];
  }

  /** Runs `argv` on this machine to its end and returns its stdout. */
  run(...argv: readonly string[]): Promise<string> {
    return command(this.inside(argv));
  }

  /** Runs these commands of ip(8), such as `route add …`, on this machine, by one process. */
  async ip(...commands: readonly string[]): Promise<void> {
    await this.run('sh', '-c', 'printf "%s\\n" "$@" | ip -batch -', 'sh', ...commands);
  }

  /**
   * A server in a process namespace of its own, so that ending it ends all that it started, and with shared
   * memory of its own, so that a killed one leaves none behind. The shell stays as the first process of the
   * namespace, because a server that changes its user would lose the signal of its parent's death.
   */
  serve(argv: readonly string[], environment: Readonly<Record<string, string>> = {}): Background {
    const alone = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--'];
    const shell = ['sh', '-c', 'mount -t tmpfs none /dev/shm && "$@"; exit $?', 'sh'];
    const server = new Background(this.inside([...alone, ...shell, ...argv]), environment);
    this.#servers.push(server);
    return server;
  }

  /**
   * Every TCP listener of this machine on IPv4, as address:port. From proc_net(5): each server that becomes ready is
   * asked for it many times, and a program each time would slow down all of them.
   */
  async listening(): Promise<ReadonlySet<string>> {
    const files = ['tcp', 'tcp6'].map((name) => readFile(`/proc/${this.pid}/net/${name}`, 'utf8'));
    const tables = (await Promise.all(files)).join('\n');
    // local address, remote address, state; 0A is LISTEN
    const listeners = tables.matchAll(/^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ 0A /gm);
    return new Set(
      listeners.map(([, address = '', port = '']) => `${addressOf(address)}:${Number.parseInt(port, 16)}`),
    );
  }

  /** Ends its servers too: one that runs on, because another did not become ready, would keep the test running. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()));
    await this.#holder[Symbol.asyncDispose]();
  }
}

/**
 * An IPv4 address as the kernel prints it: the number that its bytes are to this processor, which has the lowest first.
 * Servers on an IPv6 socket, such as squid, listen on all addresses of both families.
 */
function addressOf(hexadecimal: string): string {
  if (hexadecimal.length > 8) return '*';
  return Buffer.from(hexadecimal, 'hex').reverse().join('.');
}

/** A cable between two machines; each end is the interface's name and its address with the prefix. */
export async function cable(
  left: readonly [Machine, string, string],
  right: readonly [Machine, string, string],
): Promise<void> {
  const end = ([machine, name]: readonly [Machine, string, string]) => [
    'netns',
    `${machine.pid}`,
    'name',
    name,
  ];
  await command(['ip', 'link', 'add', ...end(left), 'type', 'veth', 'peer', ...end(right)]);
  for (const [machine, name, address] of [left, right]) {
    await machine.ip(`address add ${address} dev ${name}`, `link set ${name} up`);
  }
}

/** The packet filter of a machine. Each rule set is a table of its own that its owner takes away again. */
export async function filter(machine: Machine, rules: string): Promise<AsyncDisposable & { name: string }> {
  const name = `fault_${crypto.randomUUID().replaceAll('-', '')}`;
  await machine.run('nft', `table inet ${name} {\n${rules}\n}`);
  const remove = async () => void (await machine.run('nft', 'delete', 'table', 'inet', name));
  return { name, [Symbol.asyncDispose]: remove };
}

/** What passed a machine. */
export interface Witness extends AsyncDisposable {
  /** Every flow so far, as `address protocol port`. */
  seen(): Promise<string[]>;
}

/** Notes the destination of every flow that this machine forwards. */
export async function watch(machine: Machine): Promise<Witness> {
  const set = 'set flows { type ipv4_addr . inet_proto . inet_service; flags dynamic; size 65535; }';
  const note = 'ct state new add @flows { ip daddr . meta l4proto . th dport };';
  const table = await filter(
    machine,
    `${set}\nchain forward {\ntype filter hook forward priority -10;\n${note}\n}`,
  );
  const seen = async () => {
    const listing = JSON.parse(
      await machine.run('nft', '--json', 'list', 'set', 'inet', table.name, 'flows'),
    );
    const elements: readonly { concat: readonly (string | number)[] }[] =
      listing.nftables.find((entry: { set?: unknown }) => entry.set !== undefined).set.elem ?? [];
    return elements.map(({ concat }) => concat.join(' '));
  };
  return { seen, [Symbol.asyncDispose]: () => table[Symbol.asyncDispose]() };
}
