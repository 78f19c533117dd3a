/** Parses `--target URL`: an extra endpoint with scheme, host, port and, for HTTP, a path. */
import { PROTOCOLS, type Protocol } from '../../probes/protocols.ts';
import { BadValue } from './bad-value.ts';
import { didYouMean } from './did-you-mean.ts';
import { hostOrAddress, port } from './host-name.ts';
import { bracketHost } from './host-port.ts';
import { credentialParameter, quote } from './mask.ts';

/** The parts of a `--target URL`. */
export interface TargetUrl {
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
  /** Path and query for HTTP and HTTPS, null for the others. */
  readonly path: string | null;
}

/** IANA's default port of each scheme; null where the scheme has none and the URL must give one. ICMP has no ports. */
const DEFAULT_PORTS: Readonly<Record<Protocol, number | null>> = {
  tcp: null,
  tls: null,
  http: 80,
  https: 443,
  tds: 1433,
  amqp: 5672,
  amqps: 5671,
  smtp: 25,
  kms: 1688,
  smb: 445,
  redis: 6379,
  rediss: 6380,
  ntp: 123,
  dns: 53,
  icmp: 0,
};

const LONGEST_URL = 2048;
const SHAPE = /^([^:/?#\s]*):\/\/([^/?#]*)([\s\S]*)$/;

function scheme(text: string): Protocol {
  const known = PROTOCOLS.find((protocol) => protocol === text.toLowerCase());
  if (known === undefined) {
    const schemes = PROTOCOLS.map((name) => `${name}://`).join(', ');
    throw new BadValue(
      `has the unknown scheme ${quote(`${text}://`)}.${didYouMean(text, PROTOCOLS, (name) => `${name}://`)} Known: ${schemes}`,
    );
  }
  return known;
}

function splitAuthority(authority: string): { host: string; port: string | null } {
  const match = /^(\[[^\]]*\]|[^:[\]]*)(?::([^:]*))?$/.exec(authority);
  if (match === null)
    throw new BadValue('must name its host as HOST or HOST:PORT, an IPv6 address in brackets');
  return { host: match[1] ?? '', port: match[2] ?? null };
}

function targetPort(protocol: Protocol, given: string | null): number {
  if (given !== null && protocol === 'icmp')
    throw new BadValue('has a port, but ICMP has no ports: icmp://HOST');
  if (given !== null) return port(given);
  const usual = DEFAULT_PORTS[protocol];
  if (usual === null) throw new BadValue(`needs a port: ${protocol}://HOST:PORT`);
  return usual;
}

function targetPath(protocol: Protocol, rest: string): string | null {
  const isHttp = protocol === 'http' || protocol === 'https';
  if (!isHttp) {
    if (rest !== '' && rest !== '/') {
      throw new BadValue(`has a path, which ${protocol}:// does not support; end it after HOST:PORT`);
    }
    return null;
  }
  if (rest.includes('#')) throw new BadValue('has a fragment (#…), which is never sent; remove it');
  if (!/^[\x21-\x7e]*$/.test(rest))
    throw new BadValue('has characters in its path that must be percent-encoded');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * Probes send no credentials, so a URL with one is refused, and the message does not repeat it. A slash or question
 * mark in a password ends the authority early: then the text after the colon is not a port.
 */
function refuseCredentials(text: string, authority: string): void {
  const oddPort = text.includes('@') && /:(?!\d*$)[^\]]*$/.test(authority);
  if (authority.includes('@') || oddPort) {
    throw new BadValue('holds user-info before an @; probes send no credentials: remove it');
  }
  const parameter = credentialParameter(text);
  if (parameter !== null) {
    throw new BadValue(`holds a credential in its query (${parameter}=…); probes send none: remove it`);
  }
}

/**
 * Parses a target URL.
 * @throws BadValue that does not repeat a credential
 */
export function parseTargetUrl(text: string): TargetUrl {
  if (text.length > LONGEST_URL) {
    throw new BadValue(`is ${text.length} characters long; a target has at most ${LONGEST_URL}`);
  }
  const match = SHAPE.exec(text);
  if (match === null) throw new BadValue('must be a URL: SCHEME://HOST:PORT, like tcp://10.0.0.4:1433');
  const [, schemeText = '', authority = '', rest = ''] = match;
  refuseCredentials(text, authority);
  const protocol = scheme(schemeText);
  const split = splitAuthority(authority);
  return {
    protocol,
    host: hostOrAddress(split.host),
    port: targetPort(protocol, split.port),
    path: targetPath(protocol, rest),
  };
}

/** Formats the URL for a config file. */
export function formatTargetUrl(target: TargetUrl): string {
  const port = target.protocol === 'icmp' ? '' : `:${target.port}`;
  return `${target.protocol}://${bracketHost(target.host)}${port}${target.path ?? ''}`;
}
