/** Debian's Redis, as a cache with a password and TLS, and as one that was left open. */
import { mkdir } from 'node:fs/promises';
import type { Certificate } from './certificates.ts';
import type { Machine } from './net.ts';
import type { Background } from './processes.ts';

/** Redis at this address with TLS on 6380 and a password; ready when it prints so. */
export function lockedRedis(
  machine: Machine,
  folder: string,
  address: string,
  { chain, key }: Certificate,
): Promise<Background> {
  return redis(machine, folder, address, [
    ...['--port', '0', '--tls-port', '6380', '--tls-auth-clients', 'no'],
    ...['--tls-cert-file', chain, '--tls-key-file', key, '--tls-ca-cert-file', chain],
    ...['--requirepass', 'not-told-to-anybody'],
  ]);
}

/** Redis at this address in the clear on 6379, without a password. */
export function openRedis(machine: Machine, folder: string, address: string): Promise<Background> {
  return redis(machine, folder, address, ['--port', '6379', '--protected-mode', 'no']);
}

/** The same as Redis comes from its makers, in protected mode. */
export function protectedRedis(machine: Machine, folder: string, address: string): Promise<Background> {
  return redis(machine, folder, address, ['--port', '6379', '--protected-mode', 'yes']);
}

async function redis(
  machine: Machine,
  folder: string,
  address: string,
  settings: readonly string[],
): Promise<Background> {
  await mkdir(folder);
  const nothingKept = ['--save', '', '--appendonly', 'no'];
  const program = machine.serve([
    ...['redis-server', '--bind', address, '--dir', folder, '--daemonize', 'no', '--logfile', ''],
    ...nothingKept,
    ...settings,
  ]);
  await program.printed('Ready to accept connections');
  return program;
}
