/** The whole public catalogue with default settings, every name resolved and every packet dropped. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { measure, say } from './measure.ts';

/** ms: one second for the silent metadata service, three attempts of five seconds, and the pauses between them. */
const IDEAL = 1 + 3 * 5 + 2 * 0.25;

// A link without a peer: packets over it are dropped silently.
for (const args of [
  'link add dropped type veth peer name nowhere',
  'addr add 10.1.0.4/27 dev dropped',
  'link set dropped up',
  'link set nowhere up',
  'route add default via 10.1.0.1 dev dropped',
  // Without a neighbour entry the kernel would report "unreachable" after three seconds.
  'neigh add 10.1.0.1 lladdr 02:00:00:00:00:01 dev dropped nud permanent',
]) {
  const { status, stderr } = spawnSync('ip', args.split(' '), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args}: ${stderr}`);
}
const folder = mkdtempSync(join(tmpdir(), 'apim-probe-bench-'));
const names = spawn(process.execPath, [join(import.meta.dirname, 'name-server.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await once(names.stdout, 'data');
const config = join(folder, 'config.json');
const resources = {
  storage: 'dropped',
  sql: 'dropped',
  keyVault: 'dropped',
  eventHubs: 'dropped',
  redis: 'dropped',
};
writeFileSync(
  config,
  JSON.stringify({ dnsServer: ['127.0.0.1'], cloud: 'public', region: 'westeurope', ...resources }),
);

process.stdout.write(
  'The public catalogue, everything dropped, default settings (goal: 1.1 times the ideal)\n',
);
const command = [
  ...(await bundle()),
  'run',
  '--config',
  config,
  '--output',
  join(folder, 'report.json'),
  '--quiet',
];
const { seconds, megabytes } = measure(command, [1]);
names.kill();
say(
  'wall time',
  `${seconds.toFixed(2)} s`,
  `ideal ${IDEAL.toFixed(1)} s`,
  `ratio ${(seconds / IDEAL).toFixed(2)}`,
);
say('peak memory', `${megabytes.toFixed(0)} MB`);
