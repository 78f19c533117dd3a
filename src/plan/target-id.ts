import type { Group } from '../model/vocabulary.ts';

/**
 * `<group>/<host>:<port>`, an IPv6 address in brackets.
 * @param host a name or an address: only an IPv6 address has a colon, and to compile the pattern of `isIPv6` takes 7 ms
 */
export function targetId(group: Group, host: string, port: number): string {
  return `${group}/${host.includes(':') ? `[${host}]` : host}:${port}`;
}
