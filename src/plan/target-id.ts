import { isIPv6 } from 'node:net';
import type { Group } from '../model/vocabulary.ts';

/**
 * `<group>/<host>:<port>`, an IPv6 address in brackets.
 * @param host a name, also a malformed one, or an address; without a colon it is no IPv6 address, and to compile the
 * pattern of `isIPv6` takes 7 ms
 */
export function targetId(group: Group, host: string, port: number): string {
  return `${group}/${host.includes(':') && isIPv6(host) ? `[${host}]` : host}:${port}`;
}
