/** A state folder: its stored reports, their index, and their retention. */
import { lstat, readdir, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { readBounded } from '../../common/bounded-file.ts';
import { systemReason } from '../../common/system-reason.ts';
import { LARGEST_REPORT } from '../../model/largest-report.ts';
import { parseBounded } from '../../model/parse-bounded.ts';
import { recogniseReport, refuse, WANTED } from '../../model/read-report.ts';
import type { Report } from '../../model/report.ts';
import { reportJson } from '../../report/json.ts';
import { isSecondLock, removeLeftLock } from '../files/lock.ts';
import { makeFolder } from '../files/make-folder.ts';
import { createStoredFile, isTemporary } from '../files/write-file.ts';
import { nextNumber, storedName } from '../report-names.ts';
import type { Carried } from './changes.ts';
import { type Digest, type DigestReading, digestFrom, digestOf } from './digest.ts';
import { Index } from './index-file.ts';
import { expired, type Limits } from './retention.ts';
import { listStored, reportsFolder, type StoredFile, statStored } from './stored-reports.ts';

/** ms. No process takes as long to write a file. */
const LEFTOVER_AGE = 60 * 60 * 1000;

/** A stored report with its digest, or why it has none. */
export type Run = { readonly file: StoredFile } & DigestReading;

/** A stored report that can be read. */
export interface KnownRun {
  readonly file: StoredFile;
  readonly digest: Digest;
}

const WithChanges = z.object({
  targets: z.array(z.object({ id: z.string(), lastStatusChange: z.iso.datetime().nullish() })),
});

export class History {
  readonly #state: string;
  readonly #index: Index;
  #opened = 0;

  /** @param state an absolute path; nothing is made or written yet */
  constructor(state: string) {
    this.#state = state;
    this.#index = Index.read(state);
  }

  /**
   * Makes the folder, for its owner alone, if it is missing. An existing folder keeps its permissions: the user may
   * have let others in on purpose.
   * @throws the file system's error
   */
  async prepare(): Promise<void> {
    for (const folder of [this.#state, reportsFolder(this.#state)]) await makeFolder(folder);
  }

  /** Newest first. @throws the file system's error */
  list(): Promise<StoredFile[]> {
    return listStored(this.#state);
  }

  /** How many reports were opened because the index did not know them. */
  get opened(): number {
    return this.#opened;
  }

  /** Summarises a stored report: from the index, else from the report itself. Never throws. */
  read(file: StoredFile): Run {
    const known = this.#index.find(file);
    if (known !== null) return { file, ok: true, digest: known };
    this.#opened += 1;
    const content = readBounded(file.path, LARGEST_REPORT, WANTED);
    const reading = content.ok ? digestOf(content.bytes) : refuse(content.problem);
    if (reading.ok) this.#index.add(file, reading.digest);
    return { file, ...reading };
  }

  /** When the targets of a stored report last changed their status, as the report has it. */
  changesIn({ path }: StoredFile): Carried {
    const content = readBounded(path, LARGEST_REPORT, WANTED);
    const report = content.ok ? recogniseReport(content.bytes) : content;
    const read = report.ok ? parseBounded(WithChanges, report.value) : report;
    const targets = read.ok ? read.value.targets : [];
    return new Map(targets.map(({ id, lastStatusChange }) => [id, lastStatusChange ?? null]));
  }

  /**
   * Stores a report as the newest one: whole and flushed to the disk once this returns.
   * @returns its path
   * @throws the file system's error
   */
  async keep(report: Report): Promise<string> {
    const folder = reportsFolder(this.#state);
    const name = storedName(report, nextNumber(await readdir(folder)));
    const path = await createStoredFile(folder, name, '.json', reportJson(report));
    const file = await statStored(folder, basename(path)).catch(() => null);
    if (file !== null) this.#index.add(file, digestFrom(report));
    return path;
  }

  /**
   * Removes expired reports and the leftovers of killed runs, and saves the index.
   * @param held names of the reports that stay
   * @param now ms since the epoch
   * @returns the problems, as text; the stored reports are as safe as before
   */
  async tidy(held: ReadonlySet<string>, limits: Limits, now: number): Promise<string[]> {
    const problems: string[] = [];
    const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
      await work().catch((error: unknown) => void problems.push(`${what}: ${systemReason(error)}`));
    };
    await attempt('old reports could not be removed', async () => {
      for (const { path } of expired(await this.list(), held, limits, now)) await unlink(path);
    });
    await attempt('leftovers of ended runs could not be removed', () => this.#sweep());
    await attempt('the index of the history could not be written', () => this.save());
    return problems;
  }

  /** @throws the file system's error; nothing is lost then, for the index is made from the reports */
  async save(): Promise<void> {
    await this.#index.save(await this.list());
  }

  async #sweep(): Promise<void> {
    for (const name of (await readdir(this.#state)).filter(isSecondLock))
      await removeLeftLock(join(this.#state, name));
    for (const folder of [this.#state, reportsFolder(this.#state)]) {
      for (const name of (await readdir(folder)).filter(isTemporary)) {
        const path = join(folder, name);
        const status = await lstat(path).catch(() => null);
        // After the clock was set back, an old file has a time in the future.
        const age = Math.abs(Date.now() - (status?.mtimeMs ?? Date.now()));
        if (status?.isFile() && age > LEFTOVER_AGE) await unlink(path);
      }
    }
  }
}
