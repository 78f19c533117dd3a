/** 1,000 and 10,000 TCP targets on loopback, against a bare loop of Node.js, `nmap -sT` and blackbox_exporter in parallel. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { Agent, request } from 'undici';
import { executable } from './bundle.ts';
import { FIRST_PORT, listen, targetsConfig } from './load.ts';
import { type Measured, measure, measureInTurn, say } from './measure.ts';

const RUNS = 5;
const SCANNER = 'nmap';
const EXPORTER = 'prometheus-blackbox-exporter';
const command = await executable();
// The kernel maps 37 MB more of a file that was just written, which an installed one is not: its pages leave the cache.
spawnSync('dd', [`of=${command[0]}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none']);

process.stdout.write(
  `TCP targets on loopback, median of ${RUNS} runs (goals at 10,000: 2.4 times a bare loop of Node.js, 155 MB)\n`,
);
for (const count of [1_000, 10_000]) {
  const stop = await listen(count);
  const { config, report } = targetsConfig(count);
  const ports = `${FIRST_PORT}-${FIRST_PORT + count - 1}`;
  const run = () => measure([...command, 'run', '--config', config, '--output', report, '--quiet']);
  const loop = [process.execPath, join(import.meta.dirname, 'bare-loop.ts'), `${FIRST_PORT}`, `${count}`];
  const { one, other } = measureInTurn(RUNS, run, () => measure(loop));
  const reached = JSON.parse(readFileSync(report, 'utf8')).summary.optional.reachable;
  if (reached !== count) throw new Error(`${reached} of ${count} targets were reached`);
  const of = (what: string, { seconds, processor, megabytes }: Measured): void =>
    say(
      `${count} ${what}`,
      `${seconds.toFixed(2)} s`,
      `${processor.toFixed(2)} s of CPU`,
      `${megabytes.toFixed(0)} MB`,
      `${(seconds / other.seconds).toFixed(2)} times`,
    );
  of('apim-probe', one);
  of('bare loop', other);
  if (spawnSync(SCANNER, ['--version']).error) say(`${count} nmap -sT`, 'not installed');
  else of('nmap -sT', measure([SCANNER, '-sT', '-n', '-Pn', '-p', ports, '127.0.0.1']));
  await exporter(count);
  await stop();
}

/** One HTTP request a probe is how blackbox_exporter works; its time includes that. */
async function exporter(count: number): Promise<void> {
  if (spawnSync(EXPORTER, ['--version']).error) return say(`${count} blackbox_exporter`, 'not installed');
  const file = join(mkdtempSync(join(tmpdir(), 'apim-probe-bench-')), 'blackbox.yml');
  writeFileSync(file, 'modules: {tcp: {prober: tcp, timeout: 5s}}\n');
  const child = spawn(EXPORTER, [`--config.file=${file}`, '--web.listen-address=127.0.0.1:9115'], {
    stdio: 'ignore',
  });
  const agent = new Agent({ connections: 256 });
  const probe = (port: number) =>
    request(`http://127.0.0.1:9115/probe?module=tcp&target=127.0.0.1:${port}`, { dispatcher: agent }).then(
      ({ body }) => body.text(),
    );
  while (!(await probe(FIRST_PORT).catch(() => ''))) await sleep(20);
  const limit = pLimit(256);
  const started = performance.now();
  const pages = await Promise.all(
    Array.from({ length: count }, (_, index) => limit(() => probe(FIRST_PORT + index))),
  );
  const seconds = (performance.now() - started) / 1000;
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const megabytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
  child.kill();
  await agent.close();
  const reached = pages.filter((page) => page.includes('\nprobe_success 1')).length;
  if (reached !== count) throw new Error(`blackbox_exporter reached ${reached} of ${count} targets`);
  say(`${count} blackbox_exporter`, `${seconds.toFixed(2)} s`, `${megabytes.toFixed(0)} MB`);
}
