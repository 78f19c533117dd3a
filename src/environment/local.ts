/** What this machine says of itself without a packet being sent. */
import { networkInterfaces } from 'node:os';
import type { Environment } from '../report/schema.ts';

/** Addresses of every interface but loopback. */
export function localInterfaces(): Environment['network']['interfaces'] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter((address) => !address.internal)
      .map(({ address, family, cidr }) => ({
        name,
        address,
        prefixLength: Number(cidr?.split('/')[1] ?? 0),
        family: family === 'IPv6' ? (6 as const) : (4 as const),
      })),
  );
}

/** Whether some interface has an IPv6 address that leaves its own link. */
export function hasGlobalIPv6(interfaces: Environment['network']['interfaces']): boolean {
  return interfaces.some(({ family, address }) => family === 6 && !/^fe[89ab]/i.test(address));
}

const PROXY_VARIABLES = /^(https?|all|no)_proxy$/i;

/** The proxy variables that are set, with user-info masked (RFC 3986 section 3.2.1). */
export function proxyVariables(env: NodeJS.ProcessEnv): Environment['proxies'] {
  return Object.entries(env)
    .filter(([name, value]) => PROXY_VARIABLES.test(name) && value !== undefined && value !== '')
    .map(([variable, value]) => ({ variable, value: maskUserInfo(value ?? '') }))
    .sort((one, other) => one.variable.localeCompare(other.variable, 'en'));
}

/** `user:password@` goes wherever it stands, with or without a scheme in front. */
function maskUserInfo(value: string): string {
  return value.replace(/(^|\/\/|,)[^/@,\s]*(?:\/[^@,\s]*)?@/g, '$1***@');
}
