/** What the load benchmarks share: listening ports, and a run against all of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const FIRST_PORT = 10_000;

/** Listens on so many loopback ports in another process; call the returned function to end it. */
export async function listen(count: number): Promise<() => Promise<void>> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'listeners.ts'), `${FIRST_PORT}`, `${count}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  process.on('exit', () => child.kill());
  await once(child.stdout, 'data');
  return async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
}

/** A config file with so many TCP targets on loopback, and where the report of that run goes. */
export function targetsConfig(count: number): { readonly config: string; readonly report: string } {
  const folder = mkdtempSync(join(tmpdir(), 'apim-probe-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, 'config.json');
  const target = Array.from({ length: count }, (_, index) => `tcp://127.0.0.1:${FIRST_PORT + index}`);
  writeFileSync(config, JSON.stringify({ cloud: 'public', region: 'westeurope', only: ['custom'], target }));
  return { config, report: join(folder, 'report.json') };
}
