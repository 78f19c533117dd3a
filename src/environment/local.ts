/** Facts about this machine that need no packet. */
import { printable } from '../../probes/printable.ts';
import { maskSecrets } from '../common/mask.ts';
import { systemReason } from '../common/system-reason.ts';
import type { Environment } from '../model/report.ts';
import type { Machine } from './types.ts';

type Interfaces = Environment['network']['interfaces'];

/** Addresses of every interface but loopback, in the system's order. */
export function localInterfaces({ interfaces: read }: Machine): {
  readonly interfaces: Interfaces;
  readonly notes: readonly string[];
} {
  try {
    const interfaces = Object.entries(read()).flatMap(([name, addresses]) =>
      (addresses ?? [])
        .filter((address) => !address.internal)
        .map(({ address, family, cidr }) => ({
          name: printable(name, 64),
          address,
          prefixLength: Number(cidr?.split('/')[1] ?? 0),
          family: family === 'IPv6' ? (6 as const) : (4 as const),
        })),
    );
    return { interfaces, notes: [] };
  } catch (error) {
    // Hardened systems forbid this call.
    const why = printable(systemReason(error), 120);
    return { interfaces: [], notes: [`the network interfaces could not be read: ${why}`] };
  }
}

/** The host name from the operating system; null when it is empty or not available. */
export function localHostName({ hostName }: Machine): string | null {
  try {
    return printable(hostName(), 255) || null;
  } catch {
    return null;
  }
}

/** Whether an interface has an IPv6 address beyond link-local. */
export function hasGlobalIPv6(interfaces: Interfaces): boolean {
  return interfaces.some(({ family, address }) => family === 6 && !/^fe[89ab]/i.test(address));
}

const PROXY_VARIABLES = /^(https?|all|no)_proxy$/i;
const LONGEST_VALUE = 512;

/** The proxy variables that are set, sorted by name, with secrets masked. */
export function proxyVariables(env: NodeJS.ProcessEnv): Environment['proxies'] {
  return Object.entries(env)
    .filter(([name]) => PROXY_VARIABLES.test(name))
    .flatMap(([variable, value = '']) => (value === '' ? [] : [{ variable, value: masked(value) }]))
    .sort((one, other) => (one.variable < other.variable ? -1 : 1));
}

/**
 * Masks everything before the last @ except a known scheme, because it may be a password. Users also type characters
 * that RFC 3986 section 3.2.1 forbids.
 */
function masked(value: string): string {
  const open = value.replace(/^((?:https?|socks(?:4a?|5h?)?|ftp):\/\/)?[\s\S]*@/i, '$1***@');
  return printable(maskSecrets(open), LONGEST_VALUE);
}
