/** The names in Azure's lists: a bare host, HOST:PORT, a URL, or the name of a part inside the instance. */
import { isIPv6 } from 'node:net';
import { printable } from '../../probes/printable.ts';
import type { Protocol } from '../../probes/protocols.ts';
import { BadValue } from '../common/bad-value.ts';
import { hostOrAddress, port } from '../common/host-name.ts';
import { maskSecrets } from '../common/mask.ts';
import { parseTargetUrl } from '../common/target-url.ts';

export type EndpointName =
  | {
      readonly kind: 'endpoint';
      /** In lower case, without the root's dot; an IPv6 address without brackets. */
      readonly host: string;
      /** Null where the name has none and no scheme either. */
      readonly port: number | null;
      readonly scheme: Protocol | null;
      /** Path and query, when the name is a URL with one; null for a bare `/` as well. */
      readonly path: string | null;
    }
  | { readonly kind: 'word' }
  /** `*.` and the like: a pattern for a firewall, with no host to it. */
  | { readonly kind: 'wildcard' }
  /** A sentence without its subject: “has …”, “must be …”. */
  | { readonly kind: 'wrong'; readonly reason: string };

/** The longest name that is accepted; a URL with a query is shorter. */
export const LONGEST_NAME = 1024;

/** Parses a name. Never throws, and never repeats a credential. */
export function endpointName(given: string): EndpointName {
  const name = given.trim();
  if (name.includes('*')) return { kind: 'wildcard' };
  if (/^[a-z][a-z0-9_-]*$/i.test(name)) return { kind: 'word' };
  try {
    return name.includes('://') ? fromUrl(name) : fromHost(name);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    return { kind: 'wrong', reason: error.message };
  }
}

function fromUrl(name: string): EndpointName {
  const { protocol, host, port, path } = parseTargetUrl(name);
  return { kind: 'endpoint', host, port, scheme: protocol, path: path === '/' ? null : path };
}

function fromHost(name: string): EndpointName {
  if (name.includes('@')) throw new BadValue('holds user-info before an @; probes send no credentials');
  if (/[<>]/.test(name)) throw new BadValue('is a stand-in for a name that was not given');
  const [, host = name, digits = null] = /^(\[[^\]]*\]|[^:[\]]*):([^:]*)$/s.exec(name) ?? [];
  return {
    kind: 'endpoint',
    host: hostOrAddress(isIPv6(host) ? `[${host}]` : host),
    port: digits === null ? null : port(digits),
    scheme: null,
    path: null,
  };
}

/** The name, safe to store and show: control characters are visible, credentials are removed. */
export function shownName(name: string): string {
  return printable(maskSecrets(name.trim().replace(/^[\s\S]*@/, '***@')));
}
