/** The frame of each file of system tests: what it needs, the healthy network, and what is left out and why. */
import t, { type Test } from 'tap';
import { Subnet } from './azure.ts';
import { Machine } from './net.ts';
import { command, which } from './processes.ts';
import { NAMES, PLACES, type Place } from './services.ts';

/** Programs by the package of Debian that holds them. */
const PACKAGES = {
  busybox: 'busybox',
  chronyd: 'chrony',
  'cloud-init': 'cloud-init',
  cron: 'cron',
  dash: 'dash',
  dnsmasq: 'dnsmasq',
  faketime: 'faketime',
  flock: 'util-linux',
  impacket: 'python3-impacket',
  mitmdump: 'mitmproxy',
  named: 'bind9',
  'named-checkconf': 'bind9-utils',
  nft: 'nftables',
  nginx: 'nginx-light libnginx-mod-stream',
  openssl: 'openssl',
  'rabbitmq-server': 'rabbitmq-server',
  'redis-server': 'redis-server',
  ping: 'iputils-ping',
  postfix: 'postfix',
  smbd: 'samba',
  pytds: 'python3-tds',
  squid: 'squid-openssl',
  'systemd-analyze': 'systemd',
  ip: 'iproute2',
  tsql: 'freetds-bin',
  unbound: 'unbound',
} as const;
export type Program = keyof typeof PACKAGES;

const ALWAYS = ['ip', 'nft', 'nginx', 'openssl', 'postfix', 'unbound'] as const;

/** Modules of Debian's Python, which are not programs. */
const PYTHON_MODULES: readonly Program[] = ['impacket', 'pytds'];

async function isInstalled(program: Program): Promise<boolean> {
  if (!PYTHON_MODULES.includes(program)) return (await which(program)) !== null;
  return command(['/usr/bin/python3', '-c', `import ${program}`]).then(
    () => true,
    () => false,
  );
}

/** Why a test that needs a network cannot run here, or null when it can. */
async function obstacle(programs: readonly Program[]): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  return lack([...ALWAYS, ...programs]);
}

/** Which of these programs are not here, and how they come; null when all are. */
async function lack(programs: readonly Program[]): Promise<string | null> {
  const packages: string[] = [];
  for (const program of new Set(programs)) {
    if (!(await isInstalled(program))) packages.push(PACKAGES[program]);
  }
  return packages.length === 0 ? null : `not installed: apt-get install ${packages.join(' ')}`;
}

/** The arguments of a run as users start it: the names, and nothing else. */
export const ARGUMENTS = [
  ...['--storage', NAMES.storage, '--sql', NAMES.sql],
  ...['--key-vault', NAMES.keyVault, '--event-hubs', NAMES.eventHubs],
] as const;

/**
 * The same with a shorter timeout, for tests that do not depend on it: what does not answer is waited for that long.
 */
export const QUICK = [...ARGUMENTS, '--timeout', '4000'] as const;

/** The same with one attempt, for faults that last: nothing dead is tried once more 12 s after its first attempt. */
export const ONE_ATTEMPT = [...QUICK, '--attempts', '1'] as const;

/** Runs `body` unless `why` names an obstacle: it is then skipped, or in CI, where all can be installed, it fails. */
async function unless(why: string | null, name: string, body: (t: Test) => Promise<void>): Promise<void> {
  if (why !== null && process.env['CI'] !== undefined) {
    t.fail(`${name}: left out`, { why });
    return;
  }
  await t.test(name, { skip: why ?? false }, body);
}

/** What happens in a scene. */
export type Scene = (t: Test, subnet: Subnet) => Promise<void>;

/**
 * Runs `body` on a healthy network of its own, built for what `plan` names with these arguments in that place. Only a
 * `whole` one has Azurite and Postfix: that the agent reaches these, healthy.test.ts shows in each cloud.
 */
export async function scene(
  name: string,
  programs: readonly Program[],
  body: Scene,
  {
    args = ARGUMENTS,
    place = PLACES.public,
    whole = false,
  }: { args?: readonly string[]; place?: Place; whole?: boolean } = {},
): Promise<void> {
  await unless(await obstacle(programs), name, async (inner) => {
    await using subnet = await Subnet.start(args, place, whole);
    await body(inner, subnet);
  });
}

/** Runs `body`, which needs these programs, root if asked for, and no network. */
export async function withPrograms(
  name: string,
  programs: readonly Program[],
  body: (t: Test) => Promise<void>,
  { root = false } = {},
): Promise<void> {
  const rootless = root && process.getuid?.() !== 0;
  await unless(rootless ? 'namespaces need root' : await lack(programs), name, body);
}

/** Runs `body` on a machine of its own, which has loopback and nothing else. */
export async function alone(name: string, body: (t: Test, machine: Machine) => Promise<void>): Promise<void> {
  await unless(await obstacle([]), name, async (inner) => {
    await using machine = await Machine.start();
    await body(inner, machine);
  });
}
