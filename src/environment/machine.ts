/** The machine that this process runs on. */
import { getServers } from 'node:dns';
import { hostname, networkInterfaces } from 'node:os';
import path from 'node:path';
import type { Machine } from './types.ts';

/** The real machine, with the file paths of its operating system. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    env: process.env,
    privileged: process.getuid?.() === 0,
    hostName: hostname,
    interfaces: networkInterfaces,
    runtimeServers: getServers,
    // The second file lists the servers behind the stub of systemd-resolved(8).
    resolverFiles: { configured: '/etc/resolv.conf', upstream: '/run/systemd/resolve/resolv.conf' },
    hostsFile: hostsPath(process.platform, process.env),
    sourcesFile: '/etc/nsswitch.conf',
  };
}

/** The path of the hosts file; on Windows it is below the system folder. */
export function hostsPath(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  if (platform !== 'win32') return '/etc/hosts';
  return path.win32.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts');
}
