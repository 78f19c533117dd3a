import { isIP } from 'node:net';

/** Names of this very machine: the one place that plain HTTP may go to, as no one else is on the path. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}
