/** A machine of its own for a test: files, processes and, when asked for, a systemd that is invisible outside. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Background, CLEAN_ENVIRONMENT, command } from './processes.ts';

const SCRIPT = join(import.meta.dirname, 'guest.sh');
const NAMESPACES = ['--mount', '--pid', '--cgroup', '--net', '--uts', '--ipc'];

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export class Guest implements AsyncDisposable {
  readonly #holder: Background;
  readonly #name: string;
  #first = 0;

  private constructor(name: string, init: 'systemd' | 'none', shared: string) {
    this.#name = name;
    const outer = [
      'unshare',
      '--mount',
      '--propagation',
      'private',
      'sh',
      SCRIPT,
      'outer',
      name,
      init,
      shared,
    ];
    this.#holder = new Background(outer);
  }

  /**
   * @param init its first process
   * @param shared the folder that it sees as /mnt
   */
  static async start(init: 'systemd' | 'none', shared: string): Promise<Guest> {
    const guest = new Guest(`apim-probe-test-${crypto.randomUUID()}`, init, shared);
    try {
      await guest.#holder.until(() => guest.#ready(init));
    } catch (error) {
      await guest[Symbol.asyncDispose]();
      throw error;
    }
    return guest;
  }

  async #ready(init: 'systemd' | 'none'): Promise<boolean> {
    const { pid } = this.#holder;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    this.#first = Number(children.trim());
    if (this.#first === 0) return false;
    // Before that it is still the script, which has not changed the root file system yet.
    const name = await readFile(`/proc/${this.#first}/comm`, 'utf8').catch(() => '');
    if (name.trim() !== (init === 'systemd' ? 'systemd' : 'sleep')) return false;
    if (init === 'none') return true;
    return (await this.run('systemctl is-system-running --wait')).out === 'running\n';
  }

  #inside(script: string): string[] {
    const enter = ['--target', `${this.#first}`, ...NAMESPACES, '--root', '--wd'];
    // What tap adds to the environment of each child leads to files that are not in there.
    const clean = Object.entries(CLEAN_ENVIRONMENT).map(([name, value]) => `${name}=${value}`);
    return ['nsenter', ...enter, '--', 'env', '-i', ...clean, 'sh', '-c', script];
  }

  /** Copies a program of this machine to the path in there. */
  async bring(program: string, path: string): Promise<void> {
    const take = this.#inside(`cat >'${path}' && chmod 755 '${path}'`);
    await command(['sh', '-c', 'exec "$@" <"$0"', program, ...take]);
  }

  /** Runs a script of sh inside, as root, to its end. */
  run(script: string): Promise<Ended> {
    const [file = '', ...args] = this.#inside(script);
    return new Promise((resolve, reject) => {
      const options = { env: CLEAN_ENVIRONMENT, maxBuffer: 16 * 1024 * 1024 };
      execFile(file, args, options, (error, out, err) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, out, err });
        else reject(error);
      });
    });
  }

  /** Runs a script inside and returns what it printed; throws with its output when it fails. */
  async must(script: string): Promise<string> {
    const { code, out, err } = await this.run(script);
    if (code !== 0) throw new Error(`exit code ${code} from: ${script}\n${(out + err).slice(-4000)}`);
    return out;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#holder[Symbol.asyncDispose]();
    const remove = ['unshare', '--mount', '--propagation', 'private', 'sh', SCRIPT, 'remove', this.#name];
    await command([...remove, 'none', 'none']);
  }
}
