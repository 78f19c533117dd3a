/** Runs the agent as a separate process against many hostile peers at once, and measures its memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Protocol } from '../../probes/protocols.ts';
import type { Report } from '../../src/model/report.ts';
import { KEEPS_COMPILED } from '../cli/program.ts';
import { parsedReport } from '../report/samples.ts';
import type { Owner } from '../servers/peer.ts';

/** The agent's default concurrency. */
export const CROWD = 256;

export interface HostilePeer {
  readonly protocol: Protocol;
  /** Opens a peer on a loopback port of its own and returns the port. */
  readonly open: (t: Owner) => Promise<number>;
}

export interface Cost {
  /** Exit code of the agent. */
  readonly code: number | null;
  readonly err: string;
  /** One for each peer, in the order of the peers. */
  readonly targets: readonly Report['targets'][number][];
  readonly notes: readonly string[];
  /** Peak resident memory in MB (VmHWM of proc(5)). */
  readonly megabytes: number;
  readonly seconds: number;
}

/**
 * Runs the agent against these peers, all at once.
 * @param timeout ms of one step
 */
export async function runAgainst(
  command: readonly [string, ...string[]],
  peers: readonly HostilePeer[],
  timeout = 5000,
): Promise<Cost> {
  const closing: (() => unknown)[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'apim-probe-attack-'));
  try {
    const urls: string[] = [];
    for (const { protocol, open } of peers) {
      urls.push(`${protocol}://127.0.0.1:${await open({ teardown: (fn) => closing.push(fn) })}`);
    }
    const config = join(folder, 'config.json');
    const report = join(folder, 'report.json');
    writeFileSync(
      config,
      JSON.stringify({
        ...{ cloud: 'public', region: 'westeurope', only: ['custom'], attempts: 1, timeout },
        target: urls,
      }),
    );
    const started = performance.now();
    const ended = await measured(
      [...command, 'run', '--config', config, '--output', report, '--quiet'],
      folder,
    );
    const seconds = (performance.now() - started) / 1000;
    const { targets, environment } = parsedReport(readFileSync(report, 'utf8'));
    const byUrl = new Map(
      targets.map((target) => [`${target.protocol}://${target.host}:${target.port}`, target]),
    );
    const inOrder = urls.map((url) => byUrl.get(url)).filter((target) => target !== undefined);
    return { ...ended, targets: inOrder, notes: environment.notes, seconds };
  } finally {
    for (const close of closing) close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(
  [file = '', ...args]: readonly string[],
  cwd: string,
): Promise<Pick<Cost, 'code' | 'err' | 'megabytes'>> {
  // Compiling the sources takes 30 MB, of which what users run has none.
  const env = { PATH: process.env['PATH'], ...KEEPS_COMPILED };
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  let megabytes = 0;
  // The peak only grows, so the last value before the end suffices.
  const look = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      megabytes = Math.max(megabytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended.
    }
  }, 20);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(look);
  return { code, err, megabytes };
}
