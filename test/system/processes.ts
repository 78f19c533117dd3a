/** Programs of the system test: each one ends with the test, however the test ends. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** ms between two questions whether a program is ready */
const PAUSE = 50;

/** What every program is given: nothing of the developer's own proxies, CA bundles or npm settings. */
export const CLEAN_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/nonexistent',
  LANG: 'C.UTF-8',
} as const;

/** For a Node.js that a test starts: it keeps what it compiled for the next one. See test/own-environment.mjs. */
export const KEEPS_COMPILED = { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '' } as const;

/** Runs a command to its end and returns its stdout; throws with its stderr when it fails. */
export async function command(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const [file = '', ...args] = argv;
  const env = { ...CLEAN_ENVIRONMENT, ...environment };
  const { stdout } = await execute(file, args, { env, maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** Where an executable lies on the clean PATH, or null. */
export async function which(name: string): Promise<string | null> {
  for (const folder of CLEAN_ENVIRONMENT.PATH.split(delimiter)) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
}

/** A program in the background. Its output goes into the message when it ends too early. */
export class Background implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #name: string;
  #output = '';
  #closed = false;

  /**
   * The kernel kills it when this process is gone (`PR_SET_PDEATHSIG` by setpriv), so that a killed test
   * leaves nothing behind.
   */
  constructor(argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#name = argv.join(' ');
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...argv], {
      env: { ...CLEAN_ENVIRONMENT, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-4000);
      });
    }
    this.#child.once('close', () => {
      this.#closed = true;
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`could not start ${this.#name}`);
    return this.#child.pid;
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves once `ready()` is true; throws with the program's output when it ends first. */
  async until(ready: () => Promise<boolean>, seconds = 120): Promise<void> {
    const giveUp = AbortSignal.timeout(seconds * 1000);
    while (!(await ready())) {
      if (this.ended) throw new Error(`${this.#name} ended at once:\n${this.#output}`);
      if (giveUp.aborted) throw new Error(`${this.#name} is not ready after ${seconds} s:\n${this.#output}`);
      // Each check starts a program: without a pause the checks would slow down what they wait for.
      await setTimeout(PAUSE);
    }
  }

  /** Resolves when the program has written this text; throws when it ends first. */
  async printed(text: string): Promise<void> {
    while (!this.#output.includes(text)) {
      if (this.ended) throw new Error(`${this.#name} ended at once:\n${this.#output}`);
      const { stdout, stderr } = this.#child;
      const received = new AbortController();
      const { signal } = received;
      await Promise.race(
        [stdout, stderr]
          .flatMap((stream) => (stream ? [once(stream, 'data', { signal })] : []))
          .concat(once(this.#child, 'exit', { signal })),
      ).finally(() => received.abort());
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    // Not `exit`: the pipes close only when everything that the program started is gone as well.
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}
