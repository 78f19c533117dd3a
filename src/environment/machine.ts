/** The machine that this process runs on. */
import { getServers } from 'node:dns';
import { hostname, networkInterfaces } from 'node:os';
import path from 'node:path';
import type { Machine } from './types.ts';

/** The real machine, with its files where its system keeps them. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    env: process.env,
    privileged: process.getuid?.() === 0,
    hostName: hostname,
    interfaces: networkInterfaces,
    runtimeServers: getServers,
    // systemd-resolved(8) keeps the servers behind its stub in the second.
    resolverFiles: { configured: '/etc/resolv.conf', upstream: '/run/systemd/resolve/resolv.conf' },
    hostsFile: hostsPath(process.platform, process.env),
    sourcesFile: '/etc/nsswitch.conf',
  };
}

/** Where the hosts file is; on Windows it follows the system's own folder. */
export function hostsPath(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  if (platform !== 'win32') return '/etc/hosts';
  return path.win32.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts');
}
