/**
 * One run at a time in a state folder: a lock file names its holder. A holder that died leaves the file behind, and
 * the next run takes it over. Of two runs that take over one lock, the first to rename it wins. If all of this fails,
 * two runs probe at once, and no report is lost: each has a name of its own.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { link, lstat, open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode } from '../../common/system-reason.ts';
import { type OwnedFolder, withOwnedFolder } from '../files/owned-folder.ts';
import { processStart } from '../process-start.ts';

const Holder = z.object({
  pid: z.int().min(1),
  /** RFC 3339, for people. */
  since: z.iso.datetime(),
  token: z.string(),
  /** Null where the system does not report it. */
  boot: z.string().nullable(),
  /** As `processStart` has it. */
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

const NAME = 'lock';
const LARGEST_LOCK = 4096;
/** ms. Longer than any run may take; used where only the age shows whether the holder is alive. */
const OLDEST_UNVERIFIED = 150 * 60 * 1000;
/** ms. Without links, a lock file is empty for a moment. */
const UNREADABLE_GRACE = 10_000;
const MOST_TRIES = 5;

/**
 * Takes the lock of a state folder.
 * @throws the file system's error when no lock can be made there
 */
export async function takeLock(state: string, processes: Processes = thisSystem()): Promise<Locking> {
  const path = join(state, NAME);
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
    if (await create(state, me)) {
      return { kind: 'held', lock: { takenFrom, release: () => release(path, me.token) } };
    }
    const found = await read(path);
    if (found === null) continue;
    if (!isDead(found, processes)) {
      const { pid, since } = found.holder ?? { pid: 0, since: new Date(found.mtimeMs).toISOString() };
      return { kind: 'busy', holder: { pid, since } };
    }
    if (await remove(state, path, found)) {
      takenFrom = found.holder ?? { pid: 0, since: new Date(found.mtimeMs).toISOString() };
    }
  }
  // So many dead locks in a row come from other runs that take and lose the lock at the same time.
  return { kind: 'busy', holder: { pid: 0, since: me.since } };
}

/** @returns false when another run has it */
function create(state: string, me: Holder): Promise<boolean> {
  return withOwnedFolder(state, async (place) => {
    const path = join(place.path, NAME);
    const temporary = join(place.path, `.apim-probe-${me.pid}-${me.token}.tmp`);
    try {
      await writeNew(temporary, me, place);
      await link(temporary, path);
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EEXIST') return false;
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'UNKNOWN'].some((one) => one === code)) {
        throw error;
      }
      return createInPlace(path, me, place);
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
async function read(path: string): Promise<Found | null> {
  try {
    const status = await lstat(path);
    if (!status.isFile())
      throw Object.assign(new Error('the lock is not a regular file'), { code: 'EISDIR' });
    const text = status.size > LARGEST_LOCK ? '' : await readFile(path, 'utf8');
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

/** @returns whether this very lock was removed, and not one that another run has taken meanwhile */
async function remove(state: string, path: string, found: Found): Promise<boolean> {
  const aside = join(state, `.apim-probe-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
  const moved = await readFile(aside, 'utf8').catch(() => '');
  const isTheSame = found.holder === null || moved === found.text;
  if (!isTheSame) await link(aside, path).catch(() => {});
  await unlink(aside).catch(() => {});
  return isTheSame;
}

/** Removes the lock only while this run holds it. */
async function release(path: string, token: string): Promise<void> {
  const found = await read(path).catch(() => null);
  if (found?.holder?.token === token) await unlink(path).catch(() => {});
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
    startOf: processStart,
  };
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
