/** The hosts file, which decides before any DNS server is asked. */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';

export interface HostsFile {
  readonly path: string;
  /** Lower-case host name → addresses, in the file's order. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
}

/** Reads hosts(5); a file that is not there has no entries. */
export async function readHostsFile(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): Promise<HostsFile> {
  const file =
    platform === 'win32'
      ? path.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts')
      : '/etc/hosts';
  const text = await readFile(file, 'utf8').catch(() => '');
  return { path: file, hosts: parseHosts(text) };
}

/** hosts(5): an address, then its names; `#` starts a comment; nonsense lines say nothing. Pure. */
export function parseHosts(text: string): Map<string, readonly string[]> {
  const hosts = new Map<string, readonly string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [address, ...names] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (address === undefined || isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.replace(/\.$/, '').toLowerCase();
      hosts.set(key, [...(hosts.get(key) ?? []), address]);
    }
  }
  return hosts;
}
