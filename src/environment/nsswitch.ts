/** The order in which this system uses its sources of host names, read as glibc 2.36 does (`nss/nss_action_parse.c`). */
import { printable } from '../../probes/printable.ts';
import { readText } from './read-text.ts';

/** The result of one source: an answer, none for this name, not usable, or not usable for now. */
export type SourceStatus = 'SUCCESS' | 'NOTFOUND' | 'UNAVAIL' | 'TRYAGAIN';

/** `merge` is not possible for host names: two answers give none. */
type Action = 'return' | 'continue' | 'merge';

export interface HostSource {
  readonly name: string;
  readonly actions: Readonly<Record<SourceStatus, Action>>;
}

export interface HostSources {
  readonly sources: readonly HostSource[];
  /** The line that decides, printable; null where the default applies. */
  readonly line: string | null;
}

const ACTIONS: HostSource['actions'] = {
  SUCCESS: 'return',
  NOTFOUND: 'continue',
  UNAVAIL: 'continue',
  TRYAGAIN: 'continue',
};

const LONGEST_LINE = 200;

/** glibc's default since 2.35, without the file or without a line for hosts. */
export const DEFAULT_SOURCES: HostSources = {
  sources: ['files', 'dns'].map((name) => ({ name, actions: ACTIONS })),
  line: null,
};

/** Reads nsswitch.conf(5); an unreadable file gives the default order. */
export async function hostSources(file: string): Promise<HostSources> {
  return parseNsswitch(await readText(file).catch(() => ''));
}

/** The databases of nsswitch.conf(5) that glibc knows. */
const DATABASES =
  /^(?:aliases|ethers|group|gshadow|hosts|initgroups|netgroup|networks|passwd|protocols|publickey|rpc|services|shadow)$/;

/**
 * The last line for hosts applies. Pure.
 * @param text each byte as one character (latin1)
 */
export function parseNsswitch(text: string): HostSources {
  let found = DEFAULT_SOURCES;
  // glibc ignores a last line without a line end.
  for (const whole of text.split('\n').slice(0, -1)) {
    // It knows no comments: “#” is a source without a module.
    const [line = ''] = `${whole}\n`.split('\0', 1);
    const [, database, rest] = /^[ \t\v\f\r]*([^ \t\n\v\f\r:]+)[ \t\n\v\f\r:](.*)$/s.exec(line) ?? [];
    if (database === undefined || rest === undefined || !DATABASES.test(database)) continue;
    const sources = readSources(rest);
    const shown = printable(line.trim(), LONGEST_LINE);
    // One unreadable line makes glibc drop the whole file, without a default.
    if (sources === null) return { sources: [], line: shown };
    if (database === 'hosts') found = { sources, line: shown };
  }
  return found;
}

const SOURCE = /[ \t\n\v\f\r]*([^ \t\n\v\f\r[]+)[ \t\n\v\f\r]*/y;
const CRITERION =
  /[ \t\n\v\f\r]*(!?)(SUCCESS|NOTFOUND|UNAVAIL|TRYAGAIN)[ \t\n\v\f\r]*=[ \t\n\v\f\r]*(RETURN|CONTINUE|MERGE)(?=[ \t\n\v\f\r\]])[ \t\n\v\f\r]*/iy;

/** @returns null when an action is malformed */
function readSources(text: string): HostSource[] | null {
  const sources: HostSource[] = [];
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  for (let source = next(SOURCE); source !== null; source = next(SOURCE)) {
    let actions = ACTIONS;
    if (text[at] === '[') {
      at += 1;
      do {
        const criterion = next(CRITERION);
        if (criterion === null) return null;
        actions = withCriterion(actions, criterion);
      } while (text[at] !== ']');
      at += 1;
    }
    sources.push({ name: source[1] ?? '', actions });
  }
  return sources;
}

/** `!` means every other status. */
function withCriterion(actions: HostSource['actions'], [, not, status, action]: RegExpExecArray) {
  const named = (status ?? '').toUpperCase();
  const then = (action ?? '').toLowerCase() as Action;
  const changed = Object.entries(actions).map(([name, before]) => [
    name,
    (name === named) === (not === '') ? then : before,
  ]);
  return Object.fromEntries(changed) as HostSource['actions'];
}

/** Sources that ask DNS servers: glibc itself, and systemd-resolved(8). */
const ASKING_DNS = ['dns', 'resolve'];

/** Whether this source asks DNS servers. */
export function isDns({ name }: HostSource): boolean {
  return ASKING_DNS.includes(name);
}

/** Whether a look-up of a name that the hosts file does not have reaches DNS. */
export function asksDns(sources: readonly HostSource[]): boolean {
  for (const source of sources) {
    if (isDns(source)) return true;
    if (source.actions[statusWithout(source)] !== 'continue') return false;
  }
  return false;
}

/**
 * The status of a source, other than DNS, that does not have the name. Modules for other names than those of hosts on
 * the network (mdns, myhostname and the like) are not usable here.
 */
export function statusWithout({ name }: HostSource): SourceStatus {
  return name === 'files' ? 'NOTFOUND' : 'UNAVAIL';
}
