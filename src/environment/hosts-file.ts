/** Reads the hosts file, which normally takes precedence over DNS, as glibc 2.36 does (`nss/nss_files`). */
import { isIP } from 'node:net';
import { systemReason } from '../common/system-reason.ts';
import { readText } from './read-text.ts';
import type { Machine } from './types.ts';

export interface HostsFile {
  /** Lower-case host name → addresses, in the file's order. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  readonly notes: readonly string[];
}

/** Reads hosts(5). Returns no entries when the file is missing, and a note as well when it is unreadable. */
export async function readHostsFile(machine: Machine): Promise<HostsFile> {
  const { hostsFile: file } = machine;
  try {
    return { hosts: parseHosts(await readText(file), await usesEveryLine(machine)), notes: [] };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { hosts: new Map(), notes: missing ? [] : [`${file} could not be read: ${systemReason(error)}`] };
  }
}

/** Whether a name on several lines has all their addresses: host.conf(5), `multi`. Other C libraries use all. */
async function usesEveryLine({ platform, isMusl, env, hostConfFile }: Machine): Promise<boolean> {
  if (platform !== 'linux' || isMusl) return true;
  const variable = env['RESOLV_MULTI'];
  if (variable !== undefined) return /^on/i.test(variable);
  const text = await readText(hostConfFile).catch(() => '');
  const values = [...text.matchAll(/^[ \t]*multi[ \t]+(on|off)/gim)];
  return values.at(-1)?.[1]?.toLowerCase() === 'on';
}

/**
 * hosts(5): an address, then its names; `#` starts a comment; malformed lines are ignored. Pure.
 * @param text each byte as one character (latin1): other blanks than those of ASCII belong to the name
 * @param everyLine whether a name has the addresses of all its lines, not only of the first
 */
export function parseHosts(text: string, everyLine: boolean): Map<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [content = ''] = line.split(/[\0#]/, 1);
    const [address, ...names] = content.split(/[ \t\v\f\r]+/).filter((word) => word !== '');
    if (address === undefined || address.includes('%') || isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const known = hosts.get(key);
      if (known === undefined) hosts.set(key, [address]);
      else if (everyLine && !known.includes(address)) known.push(address);
    }
  }
  return hosts;
}
