import { isIP } from 'node:net';

/** Loopback names: only they may get plain HTTP, because the traffic stays on this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}
