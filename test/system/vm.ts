/** The VM: its /etc, and the agent started there as a user starts it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../src/model/report.ts';
import type { PlannedTarget } from '../../src/plan/types.ts';
import { parsedReport } from '../report/samples.ts';
import { AGENT } from './agent.ts';
import { AZURE_DNS } from './names.ts';
import { Machine } from './net.ts';
import { CLEAN_ENVIRONMENT, command, KEEPS_COMPILED } from './processes.ts';
import type { Place } from './services.ts';

/** How a run ended, and its report, which has already been held against the schema. */
export interface Outcome {
  readonly code: number | null;
  readonly report: Report;
  readonly stderr: string;
  readonly seconds: number;
}

/** What is special about a run. */
export interface Circumstances {
  readonly environment?: Readonly<Record<string, string>>;
  /** A command that runs the agent, such as faketime. */
  readonly within?: readonly string[];
  /** Resolves with the signal to send when it is time; gives up when `over` aborts, at the end of the run. */
  readonly stop?: (over: AbortSignal) => Promise<NodeJS.Signals>;
}

/** The machine that the agent runs on. */
export class Vm implements AsyncDisposable {
  readonly machine: Machine;
  readonly #folder: string;
  #runs = 0;

  private constructor(machine: Machine, folder: string) {
    this.machine = machine;
    this.#folder = folder;
  }

  /** `folder` becomes the VM's own; `root` is the certificate of a public root there, as agent.ts makes it. */
  static async start(folder: string, root: string): Promise<Vm> {
    const etc = join(folder, 'etc');
    await mkdir(join(etc, 'apim-probe'), { recursive: true });
    await cp(root, join(etc, 'apim-probe', 'public.pem'));
    const vm = new Vm(await Machine.start(etc), folder);
    await vm.write('hosts', '127.0.0.1 localhost\n');
    await vm.write('nsswitch.conf', 'hosts: files dns\n');
    await vm.write('passwd', 'root:x:0:0:root:/root:/bin/sh\n');
    await vm.resolvers(AZURE_DNS);
    return vm;
  }

  /** Writes a file of the VM's /etc. */
  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.#folder, 'etc', name), text);
  }

  /** Copies a file into the VM's /etc. */
  copy(file: string, name: string): Promise<void> {
    return cp(file, join(this.#folder, 'etc', name));
  }

  /** Makes these the configured DNS servers, as DHCP would. */
  resolvers(...servers: readonly string[]): Promise<void> {
    const lines = ['search ax.internal.cloudapp.net', ...servers.map((server) => `nameserver ${server}`)];
    return this.write('resolv.conf', `${lines.join('\n')}\n`);
  }

  /** Starts a command on the VM, in an empty folder. */
  #spawn(argv: readonly string[], environment: Readonly<Record<string, string>>) {
    const inside = this.machine.inside(argv);
    return spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...inside], {
      cwd: this.#folder,
      env: { ...CLEAN_ENVIRONMENT, ...KEEPS_COMPILED, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** The targets of `apim-probe plan`, which sends nothing when cloud and region are given. */
  async plan(args: readonly string[], place: Place): Promise<readonly PlannedTarget[]> {
    const where = ['--cloud', place.cloud, '--region', place.region];
    const argv = [...AGENT, 'plan', '--format', 'json', ...where, ...args];
    return JSON.parse(await command(this.machine.inside(argv), KEEPS_COMPILED)).targets;
  }

  /** `apim-probe run` with these arguments and a report to a file. */
  async probe(args: readonly string[], circumstances: Circumstances = {}): Promise<Outcome> {
    this.#runs += 1;
    const output = join(this.#folder, `report-${this.#runs}.json`);
    const begun = performance.now();
    const argv = [...(circumstances.within ?? []), ...AGENT, 'run', ...args, '--output', output];
    const child = this.#spawn(argv, circumstances.environment ?? {});
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout.resume();
    const over = new AbortController();
    const closed = once(child, 'close').finally(() => over.abort());
    const signal = await circumstances.stop?.(over.signal);
    if (signal !== undefined) child.kill(signal);
    const [code] = await closed;
    const seconds = (performance.now() - begun) / 1000;
    const text = await readFile(output, 'utf8').catch(() => {
      throw new Error(`apim-probe ended with ${code} and wrote no report:\n${stderr}`);
    });
    return { code, report: parsedReport(text), stderr, seconds };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.machine[Symbol.asyncDispose]();
  }
}
