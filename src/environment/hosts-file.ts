/** Reads the hosts file, which normally takes precedence over DNS. */
import { isIP } from 'node:net';
import { systemReason } from '../common/system-reason.ts';
import { readText } from './read-text.ts';

export interface HostsFile {
  /** Lower-case host name → addresses, in the file's order. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  readonly notes: readonly string[];
}

/** Reads hosts(5). Returns no entries when the file is missing, and a note as well when it is unreadable. */
export async function readHostsFile(file: string): Promise<HostsFile> {
  try {
    return { hosts: parseHosts(await readText(file)), notes: [] };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { hosts: new Map(), notes: missing ? [] : [`${file} could not be read: ${systemReason(error)}`] };
  }
}

/** hosts(5): an address, then its names; `#` starts a comment; malformed lines are ignored. Pure. */
export function parseHosts(text: string): Map<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [address, ...names] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (address === undefined || isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.replace(/\.$/, '').toLowerCase();
      const known = hosts.get(key);
      if (known === undefined) hosts.set(key, [address]);
      else if (!known.includes(address)) known.push(address);
    }
  }
  return hosts;
}
