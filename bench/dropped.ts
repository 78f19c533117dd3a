/** The whole public catalogue with default settings, every name resolved and every packet dropped. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../src/model/report.ts';
import { bundle } from './bundle.ts';
import { measure, say } from './measure.ts';

/** What the name server gives for every name. */
const ADDRESS = '20.60.0.1';
/** ms of one step, the default. */
const TIMEOUT = 5000;
/** Each attempt begins 1 s after the one before; of three, the last one ends as late as this. */
const PROBING = 2 + TIMEOUT / 1000;
/** s until the silent metadata service is given up. */
const METADATA = 1;

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

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
  run('ip', ...args.split(' '));
}
run(
  'nft',
  `table inet bench {
    counter syn {}
    chain output { type filter hook output priority 0; ip daddr ${ADDRESS} tcp flags syn counter name syn; }
  }`,
);

/** SYNs to the catalogue since the last call. */
function takeSyns(): number {
  const listing = JSON.parse(run('nft', '--json', 'reset', 'counter', 'inet', 'bench', 'syn'));
  return listing.nftables.find((entry: { counter?: unknown }) => entry.counter !== undefined).counter.packets;
}

/** SYNs of one connection that is given up after the timeout: the kernel sends it again. */
async function synsOfOne(): Promise<number> {
  const socket = connect(443, ADDRESS).on('error', () => undefined);
  await sleep(TIMEOUT);
  socket.destroy();
  return takeSyns();
}

const folder = mkdtempSync(join(tmpdir(), 'apim-probe-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const names = spawn(process.execPath, [join(import.meta.dirname, 'name-server.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await once(names.stdout, 'data');
const config = join(folder, 'config.json');
const output = join(folder, 'report.json');
const resources = {
  storage: 'dropped',
  sql: 'dropped',
  keyVault: 'dropped',
  eventHubs: 'dropped',
  redis: 'dropped',
};
writeFileSync(config, JSON.stringify({ dnsServer: ['127.0.0.1'], ...resources }));
const command = [...(await bundle()), 'run', '--config', config, '--output', output, '--quiet'];
const alone = await synsOfOne();

process.stdout.write(
  'The public catalogue, everything dropped, default settings (goals: 8.6 s; 7.6 s with --cloud and --region; no SYN ' +
    'beyond those of three connections)\n',
);
for (const { name, ideal, args, codes } of [
  { name: 'defaults', ideal: METADATA + PROBING, args: [], codes: [1, 3] },
  {
    name: '--cloud and --region',
    ideal: PROBING,
    args: ['--cloud', 'public', '--region', 'westeurope'],
    codes: [1],
  },
]) {
  const { seconds, megabytes } = measure([...command, ...args], codes);
  const report: Report = JSON.parse(readFileSync(output, 'utf8'));
  const dialled = report.targets.filter(({ attempts }) =>
    attempts.some(({ steps }) => steps[0]?.name === 'connect'),
  );
  const syns = takeSyns();
  say(
    name,
    `${seconds.toFixed(2)} s`,
    `run ${(report.durationMs / 1000).toFixed(2)} s`,
    `ideal ${ideal.toFixed(1)} s`,
    `${megabytes.toFixed(0)} MB`,
  );
  say(
    '',
    `${dialled.length} targets`,
    `${syns} SYNs`,
    `${(syns / dialled.length).toFixed(2)} each`,
    `one: ${alone}`,
  );
}
names.kill();
