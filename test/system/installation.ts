/** An installation on a machine of its own, of a stand-in for the agent. */
import { join, relative } from 'node:path';
import type { Test } from 'tap';
import { Guest } from './guest.ts';
import { withPrograms } from './scene.ts';

const ROOT = join(import.meta.dirname, '../..');
export const INSTALL = '/mnt/install/install.sh';

/** A fake agent: prints and records its arguments, and ends as its options say. */
const STAND_IN = `
import { spawnSync } from 'node:child_process';
import { accessSync, constants, lstatSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { lookup } from 'node:dns/promises';

const args = process.argv.slice(2);
if (args[0] === '--version') {
  console.log('0.1.0');
  process.exit();
}
if (args[0] === 'config') process.exit();
const after = (flag) => args[args.indexOf(flag) + 1];
const tried = (action) => {
  try {
    action();
    return true;
  } catch {
    return false;
  }
};
const config = readFileSync(after('--config'), 'utf8');
const [, verdict = 'ready', code = '0'] = /# ends (\\w+) (\\d+)/.exec(config) ?? [];
const folder = process.env.CREDENTIALS_DIRECTORY;
const server = createServer().listen(0, '127.0.0.1');
await new Promise((resume) => server.once('listening', resume));
await new Promise((resume) => connect(server.address().port, '127.0.0.1', resume));
const report = {
  verdict,
  args,
  uid: process.getuid(),
  status: readFileSync('/proc/self/status', 'utf8'),
  credentials: folder === undefined ? null : readdirSync(folder).filter((name) => tried(() => accessSync(folder + '/' + name, constants.R_OK))),
  interfaces: Object.keys(networkInterfaces()),
  localhost: (await lookup('localhost')).address,
  resolvers: tried(() => readFileSync('/etc/resolv.conf')),
  secret: tried(() => readFileSync('/etc/apim-probe/upload-url')),
  writes: ['/etc', '/usr', '/var/lib', '/root', '/home'].filter((place) => tried(() => writeFileSync(place + '/left', ''))),
};
// A new file in the place of the last one, as the agent does it.
writeFileSync(after('--output') + '.new', JSON.stringify(report, null, 2) + '\\n');
renameSync(after('--output') + '.new', after('--output'));
console.error(verdict.toUpperCase() + ': printed by the stand-in.');
if (args.includes('--on-change')) {
  const record = after('--state') + '/announced.json';
  const status = lstatSync(record, { throwIfNoEntry: false });
  const PROBE_OLD_VERDICT = status?.isFile() && status.nlink === 1 ? readFileSync(record, 'utf8') : verdict;
  const env = { ...process.env, PROBE_OLD_VERDICT, PROBE_NEW_VERDICT: verdict };
  if (PROBE_OLD_VERDICT !== verdict) {
    const { stdout } = spawnSync('sh', ['-c', after('--on-change')], { env, encoding: 'utf8' });
    console.error('on-change: ' + stdout.trim());
  }
  writeFileSync(record + '.new', verdict);
  renameSync(record + '.new', record);
}
process.exit(Number(code));
`;

export interface Seen {
  readonly verdict: string;
  readonly args: readonly string[];
  readonly uid: number;
  readonly status: string;
  readonly credentials: readonly string[] | null;
  readonly interfaces: readonly string[];
  readonly localhost: string;
  readonly resolvers: boolean;
  /** Whether it could read the destination of uploads where root keeps it. */
  readonly secret: boolean;
  readonly writes: readonly string[];
}

/** What the last run wrote down. */
export async function seen(guest: Guest): Promise<Seen> {
  return JSON.parse(await guest.must('cat /var/lib/apim-probe/report.json'));
}

/**
 * Puts the Node.js of this test at /opt/node: mounted, because a copy takes 120 MB of memory. A copy it is where that file
 * belongs to a user, since root's installer takes nothing of users.
 */
export async function bringNode(guest: Guest): Promise<void> {
  const node = `/mnt/${relative(ROOT, process.execPath)}`;
  await guest.must(`[ -e /opt/node ] && exit
    [ "$(stat -c %u ${node})" = 0 ] || exec cp ${node} /opt/node
    touch /opt/node && mount --bind ${node} /opt/node`);
}

/** Installs the stand-in, with the Node.js of this test. */
export async function install(guest: Guest, options = ''): Promise<string> {
  await bringNode(guest);
  await guest.must(`cat >/opt/apim-probe.mjs <<'STANDIN'\n${STAND_IN}\nSTANDIN`);
  return guest.must(`sh ${INSTALL} --from /opt/apim-probe.mjs --node /opt/node ${options}`);
}

/** Runs `body` with a machine of its own, which sees this repository as /mnt. */
export async function onGuest(
  name: string,
  init: 'systemd' | 'none',
  programs: Parameters<typeof withPrograms>[1],
  body: (t: Test, guest: Guest) => Promise<void>,
): Promise<void> {
  const inside = async (t: Test) => {
    await using guest = await Guest.start(init, ROOT);
    await body(t, guest);
  };
  await withPrograms(name, programs, inside, { root: true });
}
