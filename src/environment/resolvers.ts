/** The DNS servers that this system uses, as its configuration says. */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ServerAddress } from '../config/types.ts';

export interface Resolvers {
  readonly servers: readonly ServerAddress[];
  readonly searchDomains: readonly string[];
  readonly source: string;
  readonly notes: readonly string[];
}

const RESOLV_CONF = '/etc/resolv.conf';
/** systemd-resolved(8): the servers behind its stub at 127.0.0.53. */
const UPSTREAM_CONF = '/run/systemd/resolve/resolv.conf';
const STUBS = new Set(['127.0.0.53', '127.0.0.54']);

export interface ResolverFiles {
  readonly configured: string;
  readonly upstream: string;
}

/**
 * Reads resolv.conf(5), and the file with the upstream servers when the first names systemd-resolved's stub.
 * On Windows the runtime knows. Never throws: what cannot be read becomes a note.
 */
export async function systemResolvers(
  platform: NodeJS.Platform,
  files: ResolverFiles = { configured: RESOLV_CONF, upstream: UPSTREAM_CONF },
): Promise<Resolvers> {
  if (platform === 'win32') return windowsResolvers();
  const configured = await readResolvConf(files.configured);
  const onlyStub =
    configured.servers.length > 0 && configured.servers.every(({ address }) => STUBS.has(address));
  if (!onlyStub) return configured;
  const upstream = await readResolvConf(files.upstream);
  if (upstream.servers.length === 0) {
    return { ...configured, notes: [...configured.notes, ...upstream.notes] };
  }
  return upstream;
}

async function readResolvConf(file: string): Promise<Resolvers> {
  try {
    return parseResolvConf(await readFile(file, 'utf8'), file);
  } catch (error) {
    const why =
      error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
    return { servers: [], searchDomains: [], source: file, notes: [`${file} could not be read: ${why}`] };
  }
}

/** resolv.conf(5): the first three nameserver lines count, the last search or domain line does. Pure. */
export function parseResolvConf(text: string, file: string): Resolvers {
  const servers: ServerAddress[] = [];
  const notes: string[] = [];
  let searchDomains: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [keyword, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (keyword === undefined || keyword === '' || keyword === 'options' || keyword === 'sortlist') continue;
    if (keyword === 'search' || keyword === 'domain') {
      searchDomains = values.map((domain) => domain.replace(/\.$/, '')).filter((domain) => domain !== '');
    } else if (keyword === 'nameserver' && values[0] !== undefined && isIP(values[0]) !== 0) {
      servers.push({ address: values[0], port: 53 });
    } else {
      notes.push(`${file}:${index + 1} is no line that a resolver understands; it was ignored`);
    }
  }
  if (servers.length === 0) notes.push(`${file} names no DNS server`);
  const inUse = servers.slice(0, 3);
  if (servers.length > inUse.length)
    notes.push(`${file} names ${servers.length} servers; a resolver uses the first 3`);
  return { servers: inUse, searchDomains, source: file, notes };
}

async function windowsResolvers(): Promise<Resolvers> {
  // Loaded here: node:dns is of no use on the other systems, where the files say more.
  const { getServers } = await import('node:dns');
  const servers = getServers().flatMap((text) => {
    const bracketed = /^\[(.+)\]:(\d+)$/.exec(text);
    const plain = /^([^:]+):(\d+)$/.exec(text);
    const [address, port] = [bracketed?.[1] ?? plain?.[1] ?? text, bracketed?.[2] ?? plain?.[2] ?? '53'];
    return isIP(address) === 0 ? [] : [{ address, port: Number(port) }];
  });
  const notes = servers.length === 0 ? ['Windows names no DNS server'] : [];
  return { servers, searchDomains: [], source: 'the runtime', notes };
}
