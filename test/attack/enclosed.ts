/** A shell in its own namespaces: with loopback only, so that no packet leaves, and with private mounts. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Report } from '../../src/model/report.ts';
import { type Ended, KEEPS_COMPILED, PROGRAM } from '../cli/program.ts';
import { parsedReport } from '../report/samples.ts';

export interface Enclosed extends Ended {
  readonly ms: number;
}

export interface Circumstances {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** ms after which everything in the namespace is killed, and `code` is null. */
  readonly limit?: number;
}

/**
 * Runs a script with bash as root of new mount, network and process namespaces. `probe` in it is the program under
 * test, `$PROBE` its command line, for a process that is to be killed; what the script leaves running ends with the namespace.
 */
export function enclosed(
  script: string,
  { cwd, env = {}, limit = 60_000 }: Circumstances,
): Promise<Enclosed> {
  const prelude = `ip link set lo up; PROBE='${PROGRAM.join(' ')}'; probe() { $PROBE "$@"; }`;
  const began = performance.now();
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn('unshare', [...namespaces, 'bash', '-c', `${prelude}\n${script}`], {
    cwd,
    env: { ...KEEPS_COMPILED, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TMPDIR: join(cwd, 'tmp'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), limit);
  return new Promise((done, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code, out, err, ms: performance.now() - began });
    });
  });
}

/** A run that touches nothing but loopback, and ends with exit code 0: the one endpoint is optional. */
export const RUN =
  'probe run --quiet --cloud public --region westeurope --dns-server 127.0.0.1:9 --connect-to ::127.0.0.1:9 ' +
  '--only custom --target tcp://10.0.0.4:1433 --attempts 1';

/** @returns the part of a script that makes a folder `small` on a disk of so many bytes */
export const small = (bytes: string): string => `mkdir -p small; mount -t tmpfs -o size=${bytes} none small;`;

/** A folder with an empty `tmp` for temporary files, gone with the test. Its path is short, for sockets. */
export function workplace(t: Test): string {
  const folder = mkdtempSync('/tmp/apim-attack-');
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'tmp'));
  return folder;
}

/**
 * @returns the report in a file
 * @throws when it is not a complete and valid one
 */
export function reportIn(path: string): Report {
  return parsedReport(readFileSync(path, 'utf8'));
}

/**
 * @returns the report that a message says was saved elsewhere
 * @throws when there is none
 */
export function rescued({ err }: Pick<Ended, 'err'>): Report {
  const path = /saved as (\S+\.json) instead/.exec(err)?.[1];
  if (path === undefined) throw new Error(`no report was saved elsewhere: ${err}`);
  return reportIn(path);
}
