/**
 * Locks: a file that names its holder by process id, start time, boot and process namespace. It appears by link(2), so
 * of several processes one gets it. A holder that ended leaves the file behind, and the next process takes it over.
 * Only the holder of a second lock, named by the first one's token, may remove it, so no living lock is ever removed.
 */
import { randomBytes } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { link, open, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { errorCode } from '../../common/system-reason.ts';
import { type OwnedFolder, withOwnedFolder } from './owned-folder.ts';

const Holder = z.object({
  pid: z.int().min(1),
  /** RFC 3339, for people. */
  since: z.iso.datetime(),
  /** Part of a file's name. */
  token: z.string().regex(/^[0-9a-f]{1,32}$/),
  /** Null where the system does not report it. */
  boot: z.string().nullable(),
  /** Clock ticks since the boot, which tell processes of one id apart; null where the system does not report it. */
  started: z.string().nullable(),
  /** Process ids mean nothing in another namespace. */
  namespace: z.string().nullable(),
});
type Holder = z.infer<typeof Holder>;

/** What the system reports of processes; a test can replace it. */
export interface Processes {
  readonly pid: number;
  readonly boot: string | null;
  readonly namespace: string | null;
  isAlive(pid: number): boolean;
  startOf(pid: number): string | null;
}

export interface Lock {
  /** The holder that died, or null. */
  readonly takenFrom: Pick<Holder, 'pid' | 'since'> | null;
  release(): Promise<void>;
}

export type Locking =
  | { readonly kind: 'held'; readonly lock: Lock }
  | { readonly kind: 'busy'; readonly holder: Pick<Holder, 'pid' | 'since'> };

const LARGEST_LOCK = 4096;
/**
 * ms. Longer than any run may take; used where only the age shows whether the holder is alive, as in another process
 * namespace.
 */
const OLDEST_UNVERIFIED = 150 * 60 * 1000;
/** ms. Without links, a lock file is empty for a moment. */
const UNREADABLE_GRACE = 10_000;
const MOST_TRIES = 5;

/**
 * Takes a lock.
 * @param path of its file, in a folder that exists
 * @throws the file system's error when no lock can be made there
 */
export async function takeLock(path: string, processes: Processes = thisSystem()): Promise<Locking> {
  const me: Holder = {
    pid: processes.pid,
    since: new Date().toISOString(),
    token: randomBytes(8).toString('hex'),
    boot: processes.boot,
    started: processes.startOf(processes.pid),
    namespace: processes.namespace,
  };
  let takenFrom: Lock['takenFrom'] = null;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    if (await create(path, me)) {
      return { kind: 'held', lock: { takenFrom, release: () => release(path, me.token) } };
    }
    const found = read(path);
    if (found === null) continue;
    const holder = found.holder ?? { pid: 0, since: new Date(found.mtimeMs).toISOString() };
    if (!isDead(found, processes)) return { kind: 'busy', holder: { pid: holder.pid, since: holder.since } };
    const removal = await removeDead(path, found, processes);
    // The process that removes it takes the lock.
    if (removal === 'busy') break;
    if (removal === 'removed') takenFrom = { pid: holder.pid, since: holder.since };
  }
  return { kind: 'busy', holder: { pid: 0, since: me.since } };
}

/** Whether a file is the second lock of another one, which only a killed process leaves behind. */
export function isSecondLock(name: string): boolean {
  return /(?:^|\.)lock(?:\.(?:[0-9a-f]{1,32}|unreadable))+$/.test(name);
}

/** Removes the lock of a process that ended, if it can; that of a living process stays. */
export async function removeLeftLock(path: string): Promise<void> {
  const locking = await takeLock(path).catch(() => null);
  if (locking?.kind === 'held') await locking.lock.release();
}

/** @returns whether a living process holds this lock */
export function isLocked(path: string, processes: Processes = thisSystem()): boolean {
  const found = read(path);
  return found !== null && !isDead(found, processes);
}

/** @returns false when another process has it */
function create(path: string, me: Holder): Promise<boolean> {
  return withOwnedFolder(dirname(path), async (place) => {
    const target = join(place.path, basename(path));
    const temporary = join(place.path, `.apim-probe-${me.pid}-${me.token}.tmp`);
    try {
      await writeNew(temporary, me, place);
      await link(temporary, target);
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EEXIST') return false;
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'UNKNOWN'].some((one) => one === code)) {
        throw error;
      }
      return createInPlace(target, me, place);
    } finally {
      await unlink(temporary).catch(() => {});
    }
  });
}

/** For file systems without links. */
async function createInPlace(path: string, me: Holder, place: OwnedFolder): Promise<boolean> {
  try {
    await writeNew(path, me, place);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function writeNew(path: string, me: Holder, place: OwnedFolder): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(JSON.stringify(me));
    await place.give(handle);
  } finally {
    await handle.close();
  }
}

interface Found {
  readonly text: string;
  /** Null when this program did not write the text. */
  readonly holder: Holder | null;
  readonly mtimeMs: number;
}

/** @returns null when it is gone */
function read(path: string): Found | null {
  try {
    const status = lstatSync(path);
    if (!status.isFile())
      throw Object.assign(new Error('the lock is not a regular file'), { code: 'EISDIR' });
    const text = status.size > LARGEST_LOCK ? '' : readFileSync(path, 'utf8');
    return { text, holder: parsed(text), mtimeMs: status.mtimeMs };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function parsed(text: string): Holder | null {
  try {
    return Holder.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function isDead({ holder, mtimeMs }: Found, processes: Processes): boolean {
  // The clock may have been set back: a time in the future counts as age too.
  const age = Math.abs(Date.now() - mtimeMs);
  if (holder === null) return age > UNREADABLE_GRACE;
  if (holder.boot !== null && processes.boot !== null && holder.boot !== processes.boot) return true;
  if (holder.namespace !== processes.namespace) return age > OLDEST_UNVERIFIED;
  if (!processes.isAlive(holder.pid)) return true;
  const started = processes.startOf(holder.pid);
  if (started === null || holder.started === null) return age > OLDEST_UNVERIFIED;
  return started !== holder.started;
}

/**
 * Removes the lock of a process that ended. While this process holds the second lock, the first can only be removed by
 * its holder, which has ended: what was read stays true until it is removed.
 * @returns busy when another process is removing it
 */
async function removeDead(
  path: string,
  dead: Found,
  processes: Processes,
): Promise<'removed' | 'gone' | 'busy'> {
  const second = await takeLock(`${path}.${dead.holder?.token ?? 'unreadable'}`, processes);
  if (second.kind === 'busy') return 'busy';
  try {
    const found = read(path);
    if (found === null || found.text !== dead.text || found.mtimeMs !== dead.mtimeMs) return 'gone';
    await unlink(path);
    return 'removed';
  } finally {
    await second.lock.release();
  }
}

/** Removes the lock only while this process holds it. */
async function release(path: string, token: string): Promise<void> {
  try {
    if (read(path)?.holder?.token === token) await unlink(path);
  } catch {
    // The next process takes it over.
  }
}

function thisSystem(): Processes {
  return {
    pid: process.pid,
    boot: firstLineOf('/proc/sys/kernel/random/boot_id'),
    namespace: namespaceOf(),
    isAlive: (pid) => {
      try {
        process.kill(pid, 0);
        return true;
      } catch (error) {
        return errorCode(error) !== 'ESRCH';
      }
    },
    startOf,
  };
}

/** From /proc/PID/stat (proc_pid_stat(5)). */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22; the second field, the program's name, may hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function firstLineOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').split('\n')[0] ?? null;
  } catch {
    return null;
  }
}

/** Without this link, all processes are in one namespace. */
function namespaceOf(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}
