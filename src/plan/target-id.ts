import { isIPv6Address } from '../common/host-port.ts';
import type { Group } from '../model/vocabulary.ts';

/** `<group>/<host>:<port>`, an IPv6 address in brackets. */
export function targetId(group: Group, host: string, port: number): string {
  return `${group}/${isIPv6Address(host) ? `[${host}]` : host}:${port}`;
}
