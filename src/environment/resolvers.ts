/** Reads the DNS servers of this system from its configuration. */
import { isIP } from 'node:net';
import { isLocalLimit } from '../../probes/local-limits.ts';
import { printable } from '../../probes/printable.ts';
import { errorCode, systemReason } from '../common/system-reason.ts';
import type { ServerAddress } from '../config/types.ts';
import { readText } from './read-text.ts';
import type { Machine } from './types.ts';

export interface Resolvers {
  readonly servers: readonly ServerAddress[];
  readonly searchDomains: readonly string[];
  readonly source: string;
  /** Null on systems without resolv.conf. */
  readonly options: ResolverOptions | null;
  /** Text of the error when a lack of local resources made the file unreadable; else null. */
  readonly limit: string | null;
  readonly notes: readonly string[];
}

/** The options of resolv.conf(5) for timeouts, retries and search suffixes. */
interface ResolverOptions {
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly ndots: number;
  readonly rotate: boolean;
}

/** resolv.conf(5): default and maximum of each option. */
const LIMITS = { timeout: [5, 30], attempts: [2, 5], ndots: [1, 15] } as const;

/** MAXNS of resolv.conf(5). */
const MOST_SERVERS = 3;
/** systemd-resolved(8): the addresses of its stub. */
const STUBS = new Set(['127.0.0.53', '127.0.0.54']);

/**
 * Reads resolv.conf(5), and the file with the upstream servers when the first names only systemd-resolved's stub.
 * On Windows asks the runtime. Never throws: an unreadable file becomes a note.
 */
export async function systemResolvers({
  platform,
  runtimeServers,
  resolverFiles,
}: Machine): Promise<Resolvers> {
  if (platform === 'win32') return readServerList(runtimeServers());
  const configured = await readResolvConf(resolverFiles.configured);
  const onlyStub =
    configured.servers.length > 0 && configured.servers.every(({ address }) => STUBS.has(address));
  if (!onlyStub) return configured;
  const upstream = await readResolvConf(resolverFiles.upstream);
  const notes = [...configured.notes, ...upstream.notes];
  return upstream.servers.length === 0 ? { ...configured, notes } : { ...upstream, notes };
}

async function readResolvConf(file: string): Promise<Resolvers> {
  try {
    return parseResolvConf(await readText(file), file);
  } catch (error) {
    const problem = `${file} could not be read: ${systemReason(error)}`;
    const limit = isLocalLimit(errorCode(error) ?? '') ? problem : null;
    return {
      servers: [],
      searchDomains: [],
      source: file,
      options: readOptions([]),
      limit,
      notes: [problem],
    };
  }
}

/** Parses resolv.conf(5): the first three nameserver lines and the last search or domain line apply. Pure. */
export function parseResolvConf(text: string, file: string): Resolvers {
  const servers: ServerAddress[] = [];
  const ignored: number[] = [];
  let search: readonly string[] = [];
  const options: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [keyword = '', ...values] = splitLine(line);
    if (keyword === '' || keyword === 'sortlist') continue;
    if (keyword === 'options') {
      options.push(...values);
    } else if (keyword === 'search' || keyword === 'domain') {
      search = values.map((domain) => domain.replace(/\.$/, '')).filter((domain) => domain !== '');
    } else if (keyword === 'nameserver' && values[0] !== undefined && isIP(values[0]) !== 0) {
      servers.push({ address: values[0], port: 53 });
    } else {
      ignored.push(index + 1);
    }
  }
  const searchDomains = search.filter(isDomain);
  return {
    servers: servers.slice(0, MOST_SERVERS),
    searchDomains,
    source: file,
    options: readOptions(options),
    limit: null,
    notes: [
      ...describeIgnoredLines(ignored, file),
      ...describeServerCount(servers.length, file),
      ...search
        .filter((domain) => !searchDomains.includes(domain))
        .map((domain) => describeInvalidDomain(domain, file)),
    ],
  };
}

/** Parses the runtime's list: `address`, `address:port` or `[address]:port`. Pure. */
export function readServerList(list: readonly string[]): Resolvers {
  const servers = list.flatMap((entry) => {
    const [, bracketed, plain, port = '53'] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
    const address = bracketed ?? plain ?? entry;
    return isIP(address) === 0 ? [] : [{ address, port: Number(port) }];
  });
  const notes = servers.length === 0 ? ['this system names no DNS server'] : [];
  return { servers, searchDomains: [], source: 'the runtime', options: null, limit: null, notes };
}

/** Parses the values of `options` lines: the last value of an option applies, and malformed ones are ignored. */
function readOptions(values: readonly string[]): ResolverOptions {
  const number = (name: keyof typeof LIMITS): number => {
    const [usual, most] = LIMITS[name];
    const option = values.findLast((value) => new RegExp(`^${name}:\\d{1,6}$`).test(value));
    return option === undefined ? usual : Math.min(most, Number(option.slice(name.length + 1)));
  };
  return {
    timeoutMs: Math.max(1, number('timeout')) * 1000,
    attempts: Math.max(1, number('attempts')),
    ndots: number('ndots'),
    rotate: values.includes('rotate'),
  };
}

function splitLine(line: string): string[] {
  return line
    .replace(/[#;].*$/, '')
    .trim()
    .split(/\s+/);
}

/** Whether a query can contain the name: labels of at most 63 octets, 253 in all (RFC 1035 section 2.3.4). */
function isDomain(domain: string): boolean {
  return domain.length <= 253 && domain.split('.').every((label) => /^[a-z0-9_-]{1,63}$/i.test(label));
}

const LINES_SHOWN = 5;

function describeIgnoredLines(lines: readonly number[], file: string): string[] {
  const [first] = lines;
  if (first === undefined) return [];
  if (lines.length === 1) return [`${file}:${first} is not a valid resolver line; it was ignored`];
  const shown = lines.slice(0, LINES_SHOWN).join(', ');
  const more = lines.length > LINES_SHOWN ? ` and ${lines.length - LINES_SHOWN} more` : '';
  return [`${file}: lines ${shown}${more} are not valid resolver lines; they were ignored`];
}

function describeServerCount(count: number, file: string): string[] {
  if (count === 0) return [`${file} names no DNS server`];
  return count > MOST_SERVERS ? [`${file} names ${count} servers; a resolver uses the first 3`] : [];
}

function describeInvalidDomain(domain: string, file: string): string {
  return `${file}: the search domain ${printable(domain, 80)} is not a domain name; it was ignored`;
}
