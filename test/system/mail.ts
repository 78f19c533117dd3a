/** Postfix as the mail relays. */
import { chmod, chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Certificate } from './certificates.ts';
import type { Machine } from './net.ts';
import { type Background, command } from './processes.ts';

/** Where the relays listen. */
export interface Relay {
  readonly address: string;
  readonly port: number;
}

/**
 * Postfix with a listener for each relay and one certificate for all, ready when each of them has greeted once; `own` are
 * further settings.
 */
export async function postfix(
  machine: Machine,
  folder: string,
  relays: readonly Relay[],
  certificate: Certificate,
  own: Readonly<Record<string, string>> = {},
): Promise<Background> {
  const [queue, data] = [join(folder, 'queue'), join(folder, 'data')];
  const written = [data, ...['private', 'public'].map((name) => join(queue, name))];
  await Promise.all([...written, join(queue, 'pid')].map((each) => mkdir(each, { recursive: true })));
  const [user, { gid }] = [await idOf('postfix'), await stat(data)];
  await Promise.all(written.map((each) => chown(each, user, gid)));
  // Its servers give up root's rights, and still have to come in.
  await chmod(dirname(folder), 0o711);
  const main = {
    compatibility_level: '3.6',
    queue_directory: queue,
    data_directory: data,
    command_directory: '/usr/sbin',
    daemon_directory: '/usr/lib/postfix/sbin',
    inet_protocols: 'ipv4',
    myhostname: 'relay.system-test.example',
    mydestination: '',
    alias_maps: '',
    smtpd_peername_lookup: 'no',
    smtpd_tls_security_level: 'may',
    smtpd_tls_chain_files: [certificate.key, certificate.chain].join(', '),
    smtpd_relay_restrictions: 'reject',
    ...own,
  };
  const services = [
    ...relays.map(({ address, port }) => `${address}:${port} inet n - n - - smtpd`),
    'anvil unix - - n - 1 anvil',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'proxymap unix - - n - - proxymap',
  ];
  const settings = Object.entries(main).map(([name, value]) => `${name} = ${value}`);
  await writeFile(join(folder, 'main.cf'), `${settings.join('\n')}\n`);
  await writeFile(join(folder, 'master.cf'), `${services.join('\n')}\n`);
  // Its master alone: what "postfix start" looks after first, of a whole mail system, takes seconds.
  const program = machine.serve(['/usr/lib/postfix/sbin/master', '-c', folder, '-d']);
  await program.until(async () => {
    const listening = await machine.listening();
    return relays.every(({ address, port }) => listening.has(`${address}:${port}`));
  });
  // Its master starts a server with the first connection to each: on a busy machine that takes longer than a probe waits.
  const greet = '(exec 3<>"/dev/tcp/$at" && read -r _ <&3) &';
  const places = relays.map(({ address, port }) => `${address}/${port}`);
  await machine.run('bash', '-c', `for at; do ${greet} done; wait`, 'bash', ...places);
  return program;
}

async function idOf(user: string): Promise<number> {
  return Number(await command(['id', '-u', user]));
}
