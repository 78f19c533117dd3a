/** Connect times in the report, under full concurrency, against a packet capture of the same run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundle } from './bundle.ts';
import { listen, targetsConfig } from './load.ts';
import { measure, quantile, say } from './measure.ts';

const COUNT = 2_000;
const stop = await listen(COUNT);
const capture = spawn(
  'tcpdump',
  ['-i', 'lo', '-n', '-tt', '--immediate-mode', '-B', '16384', 'tcp[tcpflags] & tcp-syn != 0'],
  { stdio: ['ignore', 'pipe', 'pipe'] },
);
let lines = '';
capture.stdout.setEncoding('utf8').on('data', (text: string) => {
  lines += text;
});
await once(capture.stderr, 'data');

const { config, report } = targetsConfig(COUNT);
measure([...(await bundle()), 'run', '--config', config, '--output', report, '--quiet'], [3]);
await sleep(500);
capture.kill();
await once(capture, 'exit');
stop();

const wire = new Map<string, { syn?: number; answered?: number }>();
for (const line of lines.split('\n')) {
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
