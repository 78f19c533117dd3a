/** Parses resolv.conf(5) as glibc 2.36 does (`resolv/res_init.c`); test/system/resolver-files.test.ts compares the two. Pure. */
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Where glibc looks besides the file. */
export interface ResolverContext {
  /** LOCALDOMAIN replaces the search list; RES_OPTIONS adds options. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its domain is the search list when nothing else gives one. */
  readonly hostName: string;
}

export interface ResolvConf {
  /** The addresses of all usable `nameserver` lines, in their order; an IPv6 address may have its scope. */
  readonly servers: readonly string[];
  /** As written, with `.` and empty ones. */
  readonly search: readonly string[];
  readonly options: ResolverOptions;
  /** Lines that have no effect, without comments and blank ones. */
  readonly ignored: readonly IgnoredLine[];
}

export interface IgnoredLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** The options for timeouts, retries and search suffixes. */
export interface ResolverOptions {
  readonly timeoutMs: number;
  /** 0: no query is sent. */
  readonly attempts: number;
  readonly ndots: number;
  readonly rotate: boolean;
  /** Whether queries go over TCP alone. */
  readonly tcpOnly: boolean;
}

/** @param text each byte as one character (latin1), because glibc compares bytes */
export function parseResolvConf(text: string, { env, hostName }: ResolverContext): ResolvConf {
  const servers: string[] = [];
  const ignored: IgnoredLine[] = [];
  const options = { ...DEFAULTS };
  const fixed = env['LOCALDOMAIN'];
  let search = fixed === undefined ? [] : splitVariable(fixed);
  for (const [index, whole] of text.split('\n').entries()) {
    // The C library reads the line as a string, which a zero byte ends.
    const [line = ''] = whole.split('\0', 1);
    if (/^[ \t]*(?:[;#]|$)/.test(line)) continue;
    const [, keyword, rest = ''] = /^([a-z]+)[ \t]+(.*)$/s.exec(line) ?? [];
    const [first = '', ...others] = rest.split(/[ \t]+/).filter((value) => value !== '');
    const server = keyword === 'nameserver' ? readServer(first) : null;
    if (server !== null) servers.push(server);
    else if (keyword === 'options') readOptions(rest, options);
    else if ((keyword === 'search' || keyword === 'domain') && first !== '') {
      if (fixed === undefined) search = keyword === 'domain' ? [first] : [first, ...others];
    } else if (keyword !== 'sortlist') ignored.push({ number: index + 1, text: line });
  }
  readOptions(env['RES_OPTIONS'] ?? '', options);
  const dot = hostName.indexOf('.');
  if (search.length === 0 && dot >= 0) search = [hostName.slice(dot + 1)];
  return {
    servers,
    search,
    options: {
      // A query waits for a second at least.
      timeoutMs: Math.max(1, options.timeout) * 1000,
      attempts: Math.max(0, options.attempts),
      ndots: options.ndots,
      rotate: options.rotate,
      tcpOnly: options.tcpOnly,
    },
    ignored,
  };
}

/** The first domain may be empty, the others are separated by blanks. */
function splitVariable(value: string): string[] {
  const [line = ''] = value.split('\n', 1);
  const [first = '', ...others] = line.split(/[ \t]+/);
  return [first, ...others.filter((domain) => domain !== '')];
}

/** inet_aton(3) for IPv4: also octal, hexadecimal and fewer than four parts. */
function readServer(text: string): string | null {
  if (ipaddr.IPv4.isValid(text)) return ipaddr.IPv4.parse(text).toString();
  const [address = '', scope = ''] = text.split('%', 2);
  if (!isIPv6(address)) return null;
  // The name of an interface counts on link-local addresses only, a number on all.
  const isScope = /^\d+$/.test(scope) || (scope !== '' && /^fe[89ab]/i.test(address));
  return isScope ? `${address}%${scope}` : address;
}

const DEFAULTS = { timeout: 5, attempts: 2, ndots: 1, rotate: false, tcpOnly: false };
/** RES_MAXRETRANS, RES_MAXRETRY and RES_MAXNDOTS of resolv.h. */
const MOST = { timeout: 30, attempts: 5, ndots: 15 } as const;

/** The last value of an option applies; an option is known by its beginning. */
function readOptions(text: string, options: typeof DEFAULTS): void {
  for (const { 0: word, index } of text.matchAll(/[^ \t]+/g)) {
    const [, name, kind] = /^((timeout|attempts|ndots):)/.exec(word) ?? [];
    if (name !== undefined) {
      const key = kind as keyof typeof MOST;
      options[key] = Math.min(MOST[key], readNumber(text.slice(index + name.length)));
    } else if (word.startsWith('rotate')) options.rotate = true;
    else if (word.startsWith('use-vc')) options.tcpOnly = true;
  }
  // It has four bits.
  options.ndots &= 15;
}

/** atoi(3): 0 for anything but a number, and 32 bits of it. */
function readNumber(text: string): number {
  const [, digits = '0'] = /^[ \t\n\v\f\r]*([+-]?\d+)/.exec(text) ?? [];
  return Number(digits) | 0;
}
