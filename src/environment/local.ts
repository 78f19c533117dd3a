/** What this machine says of itself without a packet being sent. */
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
    // Hardened systems forbid even this question.
    const why = printable(systemReason(error), 120);
    return { interfaces: [], notes: [`the network interfaces could not be read: ${why}`] };
  }
}

/** The name of this machine by its operating system; null when it has none or does not tell. */
export function localHostName({ hostName }: Machine): string | null {
  try {
    return printable(hostName(), 255) || null;
  } catch {
    return null;
  }
}

/** Whether some interface has an IPv6 address that leaves its own link. */
export function hasGlobalIPv6(interfaces: Interfaces): boolean {
  return interfaces.some(({ family, address }) => family === 6 && !/^fe[89ab]/i.test(address));
}

const PROXY_VARIABLES = /^(https?|all|no)_proxy$/i;
const LONGEST_VALUE = 512;

/** The proxy variables that are set, by name, with whatever may be a secret masked. */
export function proxyVariables(env: NodeJS.ProcessEnv): Environment['proxies'] {
  return Object.entries(env)
    .filter(([name]) => PROXY_VARIABLES.test(name))
    .flatMap(([variable, value = '']) => (value === '' ? [] : [{ variable, value: masked(value) }]))
    .sort((one, other) => (one.variable < other.variable ? -1 : 1));
}

/**
 * Everything in front of the last @ may be a password, whatever stands in it (RFC 3986 section 3.2.1 lets
 * less pass than people type); only a scheme that is known for one is left.
 */
function masked(value: string): string {
  const open = value.replace(/^((?:https?|socks(?:4a?|5h?)?|ftp):\/\/)?[\s\S]*@/i, '$1***@');
  return printable(maskSecrets(open), LONGEST_VALUE);
}
