/**
 * The spool: a folder where each report waits in a file of its own until a service has confirmed it, and beside it
 * `rejected/` for reports that it will never take, each with the reason as text.
 */
import { createHash } from 'node:crypto';
import { constants, lstatSync, readdirSync } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { errorCode } from '../../common/system-reason.ts';
import { LARGEST_REPORT } from '../../model/largest-report.ts';
import { isSecondLock, removeLeftLock } from '../files/lock.ts';
import { flushFolder, isTemporary, replaceStoredFile } from '../files/write-file.ts';
import { hideKnownSecrets } from '../redaction/known-secrets.ts';
import { redact } from '../redaction/redact.ts';
import { type Identified, readUploadName, uploadName } from '../report-names.ts';
import { claimedReport, isClaimed, takeClaim } from './claim.ts';
import { noteDropped } from './dropped.ts';
import { makeOwnFolder } from './spool-folder.ts';

const LARGEST_SPOOLED = 64 * 1024 * 1024;
/** A temporary file that is older than this was left by a process that was killed. */
const ABANDONED_MS = 3_600_000;

const [compress, decompress] = [promisify(gzip), promisify(gunzip)];

export interface Waiting {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Whether a process is sending it now. */
  readonly held: boolean;
}

/** A report that this process alone may send now. */
export interface Claimed {
  readonly name: string;
  readonly path: string;
  /** Gives up the claim. */
  release(): Promise<void>;
}

/** JSON to JSON. @throws SyntaxError, RangeError for what is nested too deep, or UnsendableReport */
export type Rewrite = (json: string) => string;

/** A report that must not be sent as it is, and that this version cannot redact. The message is a predicate. */
export class UnsendableReport extends Error {
  override readonly name = 'UnsendableReport';
}

/** What is sent. */
export interface SpooledReport {
  readonly name: string;
  /** gzip */
  readonly bytes: Buffer;
  /** Of the report's JSON, in hexadecimal: what a reader can check after unpacking. */
  readonly sha256: string;
}

export interface Rejected {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly reasonPath: string;
}

export class Spool {
  readonly folder: string;
  readonly #limit: number;

  /** @param folder absolute, @param limit bytes of everything in it, rejected reports among them */
  constructor(folder: string, limit: number) {
    this.folder = folder;
    this.#limit = limit;
  }

  get rejectedFolder(): string {
    return join(this.folder, 'rejected');
  }

  /**
   * Adds a redacted report, flushed to the disk, and then removes others until the limit holds: rejected reports first,
   * then the oldest. The newest one stays, however large.
   * @returns its name
   * @throws the file system's error
   */
  async add(report: Identified, json: string): Promise<string> {
    const name = uploadName(report);
    await makeOwnFolder(this.folder);
    await replaceStoredFile(join(this.folder, name), await compress(hideKnownSecrets(json)));
    const all = entries(this.folder);
    await sweep(this.folder, all);
    await this.#makeRoom(name, reportsOf(this.folder, all));
    return name;
  }

  /** The oldest first. Other files are ignored. A missing folder is an empty one. */
  waiting(): Waiting[] {
    return reportsOf(this.folder, entries(this.folder));
  }

  rejected(): Rejected[] {
    return entries(this.rejectedFolder)
      .filter(({ file }) => readUploadName(file) !== null)
      .map(({ file, path, bytes }) => ({ name: file, path, bytes, reasonPath: reasonPath(path) }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** @returns null when another process was faster */
  async claim({ name, path, held }: Waiting): Promise<Claimed | null> {
    const lock = held ? null : await takeClaim(this.folder, name);
    if (lock === null) return null;
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined)
      return { name, path, release: () => lock.release() };
    await lock.release();
    return null;
  }

  /**
   * @param rewrite applied to the JSON before it is sent, and stored if possible: a repeat then sends the same bytes,
   *   with any options
   * @throws the file system's or zlib's error for a file that is damaged
   */
  async read({ name, path }: Claimed, rewrite: Rewrite): Promise<SpooledReport> {
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      if ((await handle.stat()).size > LARGEST_SPOOLED) {
        throw Object.assign(new Error('larger than 64 MiB'), { code: 'ERR_BUFFER_TOO_LARGE' });
      }
      const bytes = await handle.readFile();
      const json = await decompress(bytes, { maxOutputLength: LARGEST_REPORT });
      const text = rewrite(json.toString('utf8'));
      if (json.equals(Buffer.from(text))) return spooled(name, bytes, json);
      const rewritten = await compress(text);
      // On a full disk the result is not stored; the next attempt computes the same.
      await replaceStoredFile(path, rewritten).catch(unlessSystem);
      return spooled(name, rewritten, Buffer.from(text));
    } finally {
      await handle.close();
    }
  }

  /** Only after the service has confirmed it. */
  async remove({ path, release }: Claimed): Promise<void> {
    await unlink(path).catch(unlessGone);
    await release();
  }

  /** The reason is written first: every rejected report has one. */
  async reject({ name, path, release }: Claimed, reason: string): Promise<void> {
    await makeOwnFolder(this.rejectedFolder);
    const to = join(this.rejectedFolder, name);
    await replaceStoredFile(reasonPath(to), `${redact(reason)}\n`);
    await rename(path, to);
    await release();
    await flushFolder(this.rejectedFolder);
    await flushFolder(this.folder);
  }

  /** @returns how many wait again */
  async retryRejected(): Promise<number> {
    const all = this.rejected();
    for (const { name, path, reasonPath: reason } of all) {
      await rename(path, join(this.folder, name));
      await unlink(reason).catch(() => {});
    }
    await flushFolder(this.folder);
    return all.length;
  }

  async #makeRoom(newest: string, waiting: readonly Waiting[]): Promise<void> {
    const rejected = this.rejected();
    let bytes = [...waiting, ...rejected].reduce((sum, each) => sum + each.bytes, 0);
    const candidates = [...rejected, ...waiting.filter(({ name, held }) => !held && name !== newest)];
    for (const { name, path, bytes: freed } of candidates) {
      if (bytes <= this.#limit) return;
      await noteDropped(this.folder, name);
      await unlink(path).catch(() => {});
      await unlink(reasonPath(path)).catch(() => {});
      bytes -= freed;
    }
  }
}

function spooled(name: string, bytes: Buffer, json: Buffer): SpooledReport {
  return { name, bytes, sha256: createHash('sha256').update(json).digest('hex') };
}

function reportsOf(folder: string, all: readonly Entry[]): Waiting[] {
  const claimed = new Set(all.flatMap(({ file }) => claimedReport(file) ?? []));
  return all
    .filter(({ file }) => readUploadName(file) !== null)
    .map(({ file: name, path, bytes }) => {
      return { name, path, bytes, held: claimed.has(name) && isClaimed(folder, name) };
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Removes what killed processes left: temporary files, claims of reports that are gone, and second locks. */
async function sweep(folder: string, all: readonly Entry[]): Promise<void> {
  const names = new Set(all.map(({ file }) => file));
  for (const { file, path, changedMs } of all) {
    const old = Date.now() - changedMs > ABANDONED_MS;
    if (old && isTemporary(file)) await unlink(path).catch(() => {});
    // Version 0.2 and before renamed a report while they sent it.
    const [, renamed] = /^\.sending-\d+-\d+-(.+\.gz)$/.exec(file) ?? [];
    if (old && renamed !== undefined) await rename(path, join(folder, renamed)).catch(() => {});
    const report = claimedReport(file);
    if (isSecondLock(file) || (report !== null && !names.has(report))) await removeLeftLock(path);
  }
}

/** A user may have removed it. */
function unlessGone(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}

/** Ignores errors of the file system. @throws any other error */
function unlessSystem(error: unknown): void {
  if (errorCode(error) === null) throw error;
}

function reasonPath(path: string): string {
  return `${path}.reason.txt`;
}

interface Entry {
  readonly file: string;
  readonly path: string;
  readonly bytes: number;
  readonly changedMs: number;
}

/** Regular files only: a link could lead anywhere. */
function entries(folder: string): Entry[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
  return names.flatMap((file) => {
    const path = join(folder, file);
    const status = lstatSync(path, { throwIfNoEntry: false });
    return status?.isFile() ? [{ file, path, bytes: status.size, changedMs: status.mtimeMs }] : [];
  });
}
