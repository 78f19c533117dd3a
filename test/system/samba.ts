/** Samba: its file server, and its RPC servers with the endpoint mapper in front. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from './net.ts';
import type { Background } from './processes.ts';

/** Not on anybody's PATH, because the file server starts it. */
const RPC_SERVER = '/usr/libexec/samba/samba-dcerpcd';

const ALONE = ['--foreground', '--no-process-group', '--debug-stdout'] as const;

/** Writes the configuration of a server that keeps everything below `folder`, and returns its file. */
async function configure(
  machine: Machine,
  folder: string,
  address: string,
  own: readonly string[],
): Promise<string> {
  // It listens only where an interface has the address; a route to it is not enough.
  await machine.run('ip', 'address', 'replace', `${address}/32`, 'dev', 'lo');
  const shares = {
    'lock directory': 'lock',
    'state directory': 'state',
    'cache directory': 'cache',
    'private dir': 'private',
    'pid directory': 'run',
    'ncalrpc dir': 'ncalrpc',
  };
  await Promise.all(Object.values(shares).map((share) => mkdir(join(folder, share), { recursive: true })));
  const settings = [
    'server role = standalone server',
    'netbios name = SYSTEMTEST',
    `interfaces = ${address}`,
    'bind interfaces only = yes',
    'disable netbios = yes',
    'load printers = no',
    'printcap name = /dev/null',
    `log file = ${join(folder, 'log')}`,
    ...Object.entries(shares).map(([name, share]) => `${name} = ${join(folder, share)}`),
    ...own,
  ];
  const file = join(folder, 'smb.conf');
  await writeFile(file, ['[global]', ...settings, ''].join('\n'));
  return file;
}

/** smbd at this address on 445; `own` are settings of its configuration file. */
export async function smbd(
  machine: Machine,
  folder: string,
  address: string,
  own: readonly string[] = [],
): Promise<Background> {
  const file = await configure(machine, folder, address, [
    'smb ports = 445',
    'rpc start on demand helpers = no',
    ...own,
  ]);
  const program = machine.serve(['smbd', ...ALONE, '--configfile', file]);
  await program.until(async () => (await machine.listening()).has(`${address}:445`));
  return program;
}

/** The endpoint mapper at this address on 135, and what it maps. */
export async function endpointMapper(machine: Machine, folder: string, address: string): Promise<Background> {
  const file = await configure(machine, folder, address, ['rpc start on demand helpers = no']);
  const program = machine.serve([RPC_SERVER, ...ALONE, '--libexec-rpcds', '--configfile', file]);
  await program.until(async () => (await machine.listening()).has(`${address}:135`));
  return program;
}
