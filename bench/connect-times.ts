/** Connect times in the report, under full concurrency, against a packet capture of the same run. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundle } from './bundle.ts';
import { listen, targetsConfig } from './load.ts';
import { measure, quantile, say } from './measure.ts';

const COUNT = 2_000;
if (spawnSync('tcpdump', ['--version']).error) {
  say('connect times', 'not installed: tcpdump');
  process.exit(0);
}
const stop = await listen(COUNT);
const captured = join(mkdtempSync(join(tmpdir(), 'apim-probe-bench-')), 'capture.txt');
const capture = spawn(
  'tcpdump',
  ['-i', 'lo', '-n', '-tt', '-l', '-s', '64', '-B', '65536', 'tcp[tcpflags] & tcp-syn != 0'],
  { stdio: ['ignore', openSync(captured, 'w'), 'pipe'] },
);
if (capture.stderr === null) throw new Error('tcpdump has no stderr');
await once(capture.stderr, 'data');

const { config, report } = targetsConfig(COUNT);
measure([...(await bundle()), 'run', '--config', config, '--output', report, '--quiet']);
await sleep(500);
if (capture.exitCode !== null) throw new Error(`tcpdump ended with ${capture.exitCode}`);
capture.kill('SIGINT');
await once(capture, 'exit');
await stop();

const wire = new Map<string, { syn?: number; answered?: number }>();
for (const line of readFileSync(captured, 'utf8').split('\n')) {
  const found = /^([\d.]+) IP [\d.]+\.(\d+) > [\d.]+\.(\d+): Flags \[(S\.?)\]/.exec(line);
  if (found === null) continue;
  const [, time, from, to, flags] = found;
  const port = flags === 'S' ? String(to) : String(from);
  const seen = wire.get(port) ?? {};
  if (flags === 'S') seen.syn ??= Number(time) * 1000;
  else seen.answered ??= Number(time) * 1000;
  wire.set(port, seen);
}
const { targets } = JSON.parse(readFileSync(report, 'utf8'));
const errors: number[] = [];
for (const { port, group, latency } of targets) {
  const seen = wire.get(String(port));
  if (group !== 'custom' || seen?.syn === undefined || seen.answered === undefined) continue;
  errors.push(Math.abs(latency.connectMs.median - (seen.answered - seen.syn)));
}
if (errors.length < COUNT * 0.99)
  throw new Error(`the capture holds ${errors.length} of ${COUNT} handshakes`);
process.stdout.write('Connect times, report against packet capture (goal: 99th percentile within 1 ms)\n');
say(
  `${errors.length} connections, 256 at once`,
  `median ${quantile(errors, 0.5).toFixed(2)}`,
  `p99 ${quantile(errors, 0.99).toFixed(2)}`,
  `max ${quantile(errors, 1).toFixed(2)} ms`,
);
