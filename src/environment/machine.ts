/** The machine that this process runs on. */
import { createSocket } from 'node:dgram';
import { getServers } from 'node:dns';
import { readdirSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import path from 'node:path';
import { AZURE_DNS } from '../model/azure.ts';
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
    hostConfFile: '/etc/host.conf',
    isMusl: process.platform === 'linux' && hasMuslLoader(),
    outboundAddress,
    routesFile: '/proc/net/route',
  };
}

/** The dynamic loader of musl, on Alpine Linux and the like. */
function hasMuslLoader(): boolean {
  try {
    return readdirSync('/lib').some((name) => /^ld-musl-.*\.so/.test(name));
  } catch {
    return false;
  }
}

/** The local address of the route to Azure DNS. Connecting a UDP socket sends nothing. */
function outboundAddress(): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (address: string | null): void => {
      socket.close();
      resolve(address);
    };
    socket.once('connect', () => end(socket.address().address));
    socket.once('error', () => end(null));
    socket.connect(53, AZURE_DNS);
  });
}

/** The path of the hosts file; on Windows it is below the system folder. */
export function hostsPath(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  if (platform !== 'win32') return '/etc/hosts';
  return path.win32.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts');
}
