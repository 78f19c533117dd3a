import { isIPv6 } from 'node:net';
import type { Group } from '../model/vocabulary.ts';

/** `<group>/<host>:<port>`, an IPv6 address in brackets. */
export function targetId(group: Group, host: string, port: number): string {
  return `${group}/${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
