/** Reads the DNS servers of this system from its configuration. */
import { isIP } from 'node:net';
import { isLocalLimit } from '../../probes/local-limits.ts';
import { printable } from '../../probes/printable.ts';
import { errorCode, systemReason } from '../common/system-reason.ts';
import type { ServerAddress } from '../config/types.ts';
import { localHostName } from './local.ts';
import { readText } from './read-text.ts';
import { type IgnoredLine, parseResolvConf, type ResolvConf, type ResolverOptions } from './resolv-conf.ts';
import type { Machine } from './types.ts';

export interface Resolvers {
  readonly servers: readonly ServerAddress[];
  /** Whether the configuration names a usable server. Without one the C library asks this machine itself. */
  readonly named: boolean;
  readonly searchDomains: readonly string[];
  readonly source: string;
  /** Null on systems without resolv.conf. */
  readonly options: ResolverOptions | null;
  /** Text of the error when a lack of local resources made the file unreadable; else null. */
  readonly limit: string | null;
  readonly notes: readonly string[];
}

/** MAXNS of resolv.conf(5). */
const MOST_SERVERS = 3;
/** glibc has no limit; so many cost a look-up minutes. */
const MOST_DOMAINS = 64;
/** The server of a file that names none. */
const LOOPBACK: ServerAddress = { address: '127.0.0.1', port: 53 };
/** systemd-resolved(8): the addresses of its stub. */
const STUBS = new Set(['127.0.0.53', '127.0.0.54']);

/**
 * Reads resolv.conf(5), and the file with the upstream servers when the first names only systemd-resolved's stub.
 * On Windows asks the runtime. Never throws: an unreadable file becomes a note.
 */
export async function systemResolvers(machine: Machine): Promise<Resolvers> {
  if (machine.platform === 'win32') return readServerList(machine.runtimeServers());
  const { configured: file, upstream: behind } = machine.resolverFiles;
  const configured = await readResolvConf(file, machine);
  const onlyStub =
    configured.servers.length > 0 && configured.servers.every(({ address }) => STUBS.has(address));
  if (!onlyStub) return configured;
  const upstream = await readResolvConf(behind, machine);
  const notes = [...configured.notes, ...upstream.notes];
  if (!upstream.named) return { ...configured, notes };
  // Programs read their search list and options from the first file.
  return { ...configured, servers: upstream.servers, source: upstream.source, notes };
}

async function readResolvConf(file: string, machine: Machine): Promise<Resolvers> {
  try {
    return resolversIn(await readText(file), file, machine);
  } catch (error) {
    const problem = `${file} could not be read: ${systemReason(error)}`;
    const empty = { ...resolversIn('', file, machine), notes: [problem] };
    // Programs with more resources can read it.
    return isLocalLimit(errorCode(error) ?? '') ? { ...empty, servers: [], limit: problem } : empty;
  }
}

function resolversIn(text: string, file: string, machine: Machine): Resolvers {
  const { servers, search, options, ignored } = parse(text, machine);
  const domains = search
    .map((domain) => domain.replace(/\.$/, ''))
    .filter((domain) => domain !== '')
    .slice(0, MOST_DOMAINS);
  const usable = servers.slice(0, MOST_SERVERS);
  return {
    servers: usable.length === 0 ? [LOOPBACK] : usable.map((address) => ({ address, port: 53 })),
    named: usable.length > 0,
    searchDomains: domains.filter(isDomain),
    source: file,
    options,
    limit: null,
    notes: [
      ...describeIgnoredLines(ignored, file),
      ...describeServerCount(servers.length, file),
      ...describeSearch(domains, file),
      ...(search.length > MOST_DOMAINS
        ? [`${file} has ${search.length} search domains; the first ${MOST_DOMAINS} are shown`]
        : []),
      ...(options.attempts === 0 ? [`${file}: “options attempts” is 0 or less, so no query is sent`] : []),
      ...(options.tcpOnly
        ? [`${file}: “options use-vc”: this system asks its DNS servers over TCP alone`]
        : []),
    ],
  };
}

/** musl ignores variables, the host name and `rotate`, and takes a carriage return for a blank. */
function parse(text: string, machine: Machine): ResolvConf {
  const hostName = localHostName(machine) ?? '';
  if (!machine.isMusl) return parseResolvConf(text, { env: machine.env, hostName });
  const read = parseResolvConf(text.replaceAll('\r', ' '), { env: {}, hostName: '' });
  return { ...read, options: { ...read.options, rotate: false, tcpOnly: false } };
}

/** Parses the runtime's list: `address`, `address:port` or `[address]:port`. Pure. */
export function readServerList(list: readonly string[]): Resolvers {
  const servers = list.flatMap((entry) => {
    const [, bracketed, plain, port = '53'] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
    const address = bracketed ?? plain ?? entry;
    return isIP(address) === 0 ? [] : [{ address, port: Number(port) }];
  });
  const named = servers.length > 0;
  const notes = named ? [] : ['this system names no DNS server'];
  return { servers, named, searchDomains: [], source: 'the runtime', options: null, limit: null, notes };
}

/** Whether a query can contain the name: labels of at most 63 octets, 253 in all (RFC 1035 section 2.3.4). */
function isDomain(domain: string): boolean {
  return domain.length <= 253 && domain.split('.').every((label) => /^[!-~]{1,63}$/.test(label));
}

const SHOWN = 5;

function describeIgnoredLines(lines: readonly IgnoredLine[], file: string): string[] {
  const shown = lines.slice(0, SHOWN).map((line) => {
    const why = describeMistake(line.text);
    return `${file}:${line.number} is ignored by this system: ${why}`;
  });
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `${file} has ${more} more such lines`] : shown;
}

/** The mistakes that leave a line readable for a person, but not for the C library. */
function describeMistake(line: string): string {
  if (line.startsWith('\u00ef\u00bb\u00bf')) return 'a byte order mark stands before it';
  if (/^[ \t]/.test(line)) return 'it begins with a blank';
  if (line.endsWith('\r')) return 'it ends in a carriage return, as files of Windows do';
  if (/^nameserver[ \t]+\S*(?:#|\]:|\.\d+:)\d+/.test(line)) return 'an address with a port';
  if (/^nameserver[ \t]/.test(line)) return 'it has no IP address';
  return 'it is not a valid resolver line';
}

function describeServerCount(count: number, file: string): string[] {
  if (count === 0) return [`${file} names no DNS server, so this system asks ${LOOPBACK.address}`];
  return count > MOST_SERVERS ? [`${file} names ${count} servers; a resolver uses the first 3`] : [];
}

function describeSearch(domains: readonly string[], file: string): string[] {
  const notes = domains.flatMap((domain) => {
    if (!isDomain(domain))
      return [`${file}: the search domain ${printable(domain, 80)} is not a domain name`];
    return /^[#;]/.test(domain)
      ? [`${file}: ${domain} is a search domain here: comments stand on lines of their own`]
      : [];
  });
  const more = notes.length - SHOWN;
  return more > 0 ? [...notes.slice(0, SHOWN), `${file} has ${more} more such search domains`] : notes;
}
