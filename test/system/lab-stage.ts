/** The lab of the demo on a machine with loopback alone, for runs with flags of their own. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { flagName } from '../../src/config/options.ts';
import { PORTS } from '../../src/lab/routes.ts';
import { AGENT } from './agent.ts';
import { filter, Machine } from './net.ts';
import { CLEAN_ENVIRONMENT, KEEPS_COMPILED } from './processes.ts';

const LAB = fileURLToPath(new URL('lab.ts', import.meta.url));

interface Lab {
  readonly options: Readonly<Record<string, string | number | readonly string[]>>;
  readonly roots: readonly string[];
  readonly publicRoots: readonly string[];
}

/** One `--connect-to` of the lab. */
interface Redirect {
  readonly host: string;
  readonly port: string;
  readonly to: number;
}

function redirectsOf({ options }: Lab): Redirect[] {
  return [options['connectTo'] ?? []].flat().map((value) => {
    const [host = '', port = '', , to] = String(value).split(':');
    return { host, port, to: Number(to) };
  });
}

/** Where a lab leads a connection to this host and port: to its first redirect that matches. */
function leadsTo(redirects: readonly Redirect[], { host, port }: Pick<Redirect, 'host' | 'port'>): number {
  const matches = (one: string, other: string) => one === '' || one === other;
  const found = redirects.find((one) => matches(one.host, host) && matches(one.port, port));
  if (found === undefined) throw new Error(`the lab has no redirect for ${host}:${port}`);
  return found.to;
}

/**
 * A machine on which the lab plays one scenario after the other, at the same addresses: each redirect of the first one
 * has an address of its own, from which the packet filter leads to the lab.
 */
export class Stage implements AsyncDisposable {
  readonly #machine: Machine;
  readonly #folder: string;
  readonly #lab: ChildProcessByStdio<Writable, Readable, null>;
  readonly #printed: AsyncIterator<string, undefined>;
  #entries: readonly Pick<Redirect, 'host' | 'port'>[] | null = null;
  #rules: AsyncDisposable | null = null;

  private constructor(machine: Machine, folder: string) {
    this.#machine = machine;
    this.#folder = folder;
    // One process for all scenarios: most of what the lab does is being loaded.
    this.#lab = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...machine.inside([process.execPath, LAB])], {
      env: { ...CLEAN_ENVIRONMENT, ...KEEPS_COMPILED },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#printed = createInterface(this.#lab.stdout)[Symbol.asyncIterator]();
  }

  static async open(folder: string): Promise<Stage> {
    const etc = join(folder, 'etc');
    const bin = join(folder, 'bin');
    await mkdir(join(etc, 'apim-probe'), { recursive: true });
    await mkdir(bin);
    await writeFile(join(etc, 'hosts'), '127.0.0.1 localhost\n');
    await writeFile(join(etc, 'nsswitch.conf'), 'hosts: files dns\n');
    await writeFile(join(etc, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    await writeFile(
      join(bin, 'apim-probe'),
      `#!/bin/sh\nexec ${AGENT.map((word) => `'${word}'`).join(' ')} "$@"\n`,
      { mode: 0o755 },
    );
    const machine = await Machine.start(etc);
    // s; a connection of the next scenario must not be led to the server of the last one, when its port is used again.
    const ended = ['syn_sent', 'fin_wait', 'close_wait', 'last_ack', 'time_wait', 'close'];
    const names = ['udp_timeout', 'udp_timeout_stream', ...ended.map((state) => `tcp_timeout_${state}`)];
    const forget = names.map((name) => `echo 1 >/proc/sys/net/netfilter/nf_conntrack_${name}`);
    await machine.run('sh', '-c', forget.join(' && '));
    return new Stage(machine, folder);
  }

  /** Plays a scenario in the place of the last one. @returns the flags that lead a run to it */
  async play(name: string): Promise<string[]> {
    await this.#rules?.[Symbol.asyncDispose]();
    this.#lab.stdin.write(`${name}\n`);
    const { value: line = '' } = await this.#printed.next();
    const lab = JSON.parse(line) as Lab;
    await writeFile(join(this.#folder, 'etc', 'apim-probe', 'public.pem'), lab.publicRoots.join('\n'));
    const redirects = redirectsOf(lab);
    this.#entries ??= [
      // By itself, so that it can stay unassigned where all other hosts of the port are led elsewhere.
      { host: '192.0.2.1', port: '443' },
      ...redirects.filter(({ host }) => host !== ''),
      // What leads every port to one place here may lead each to another place later.
      ...PORTS.keys().map((port) => ({ host: '', port: String(port) })),
      ...redirects.filter(({ host }) => host === ''),
    ];
    const rules = this.#entries.flatMap((entry, index) => {
      const to = `dnat ip to 127.0.0.1:${leadsTo(redirects, entry)}`;
      return ['tcp', 'udp'].map((protocol) => `ip daddr ${addressOf(index)} meta l4proto ${protocol} ${to}`);
    });
    this.#rules = await filter(
      this.#machine,
      `chain output { type nat hook output priority -100;\n${rules.join('\n')}\n}`,
    );
    return this.#flagsOf(lab);
  }

  async #flagsOf({ options, roots }: Lab): Promise<string[]> {
    const given = Object.entries(options).filter(([key]) => key !== 'connectTo' && key !== 'timeout');
    const files = roots.map((_, index) => join(this.#folder, `root ${index}.pem`));
    await Promise.all(files.map((file, index) => writeFile(file, roots[index] ?? '')));
    return [
      ...given.flatMap(([key, value]) =>
        [value].flat().flatMap((item) => [`--${flagName(key)}`, String(item)]),
      ),
      ...(this.#entries ?? []).flatMap(({ host, port }, index) => [
        '--connect-to',
        `${host}:${port}:${addressOf(index)}:1`,
      ]),
      ...files.flatMap((file) => ['--ca-file', file]),
      // One attempt, without the last one after 12 s; a few at a time, so that none waits for a slow machine.
      ...['--attempts', '1'],
      ...('concurrency' in options ? [] : ['--concurrency', '32']),
      // A demo may wait for less than a handshake takes on a busy machine.
      ...('timeout' in options ? ['--timeout', '3000'] : []),
    ];
  }

  /** Types a command into a shell of that machine. */
  async type(command: string): Promise<{ code: number | null; out: string; err: string }> {
    const child = spawn(
      'setpriv',
      [
        '--pdeathsig',
        'KILL',
        '--',
        ...this.#machine.inside(['sh', '-c', `cd '${this.#folder}' && ${command}`]),
      ],
      {
        env: {
          ...CLEAN_ENVIRONMENT,
          ...KEEPS_COMPILED,
          PATH: `${join(this.#folder, 'bin')}:${CLEAN_ENVIRONMENT.PATH}`,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const closed = once(child, 'close');
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await closed) as [number | null];
    return { code, out, err };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#lab, 'close');
    this.#lab.kill('SIGKILL');
    await closed;
    await this.#machine[Symbol.asyncDispose]();
  }
}

function addressOf(index: number): string {
  return `127.9.${Math.floor(index / 250)}.${(index % 250) + 1}`;
}
