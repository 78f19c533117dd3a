/** What a run with `--state` has to do with the runs before it. Whatever is wrong with the folder, the run goes on. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { quotePath } from '../common/mask.ts';
import { systemReason } from '../common/system-reason.ts';
import { few } from '../common/text-lines.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Options } from '../config/types.ts';
import { type Carried, FLAP_WINDOW, isWhole, withChanges } from '../delivery/history/changes.ts';
import { History, type KnownRun } from '../delivery/history/history.ts';
import { type Lock, takeLock } from '../delivery/history/lock.ts';
import type { Report } from '../model/report.ts';
import { Announcement } from './announcement.ts';
import type { Keeper } from './deliver.ts';
import type { Change } from './on-change.ts';

/** Reports that one run opens at most, when the index does not know them. */
const MOST_OPENED = 200;
const SHOWN_PROBLEMS = 3;

export type Opening =
  | { readonly kind: 'open'; readonly history: RunHistory }
  | { readonly kind: 'busy'; readonly message: string };

/**
 * Locks the state folder for this run, making it where it is missing.
 * @throws UsageError when the path of the state folder leads to something else
 */
export async function openHistory(options: Options, state: string): Promise<Opening> {
  if (statSync(state, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new UsageError([
      `--state ${quotePath(state)} is not a folder: name one, or a path where none is yet`,
    ]);
  }
  const notes: string[] = [];
  const history = new History(state);
  let unprepared: unknown = null;
  try {
    await history.prepare();
  } catch (error) {
    unprepared = error;
    notes.push(`state folder ${state}: no report can be kept there: ${systemReason(error)}`);
  }
  try {
    const locking = await takeLock(state);
    if (locking.kind === 'busy') return { kind: 'busy', message: busy(state, locking.holder) };
    const { takenFrom } = locking.lock;
    if (takenFrom !== null) {
      const who = takenFrom.pid === 0 ? '' : ` (process ${takenFrom.pid})`;
      notes.push(
        `state folder ${state}: the run that began at ${takenFrom.since}${who} was ended before it was done; its lock was taken over`,
      );
    }
    return {
      kind: 'open',
      history: new RunHistory(history, options, state, locking.lock, notes, unprepared),
    };
  } catch (error) {
    if (notes.length === 0) {
      notes.push(`state folder ${state}: it cannot be locked against a second run: ${systemReason(error)}`);
    }
    return { kind: 'open', history: new RunHistory(history, options, state, null, notes, unprepared) };
  }
}

function busy(state: string, { pid, since }: { readonly pid: number; readonly since: string }): string {
  const who = pid === 0 ? '' : ` (process ${pid}, since ${since})`;
  return `another run is going in ${state}${who}: nothing was done; this run may come again later`;
}

export class RunHistory implements Keeper {
  readonly place: string;
  readonly #history: History;
  readonly #options: Options;
  readonly #lock: Lock | null;
  readonly #notes: string[];
  /** Why the folder could not be made ready; writing into it would only say that it is not. Null when it is. */
  readonly #unprepared: unknown;
  readonly #announcement: Announcement;
  /** The newest earlier report that nobody cut short. */
  #last: KnownRun | null = null;
  #keptAt: string | null = null;

  constructor(
    history: History,
    options: Options,
    state: string,
    lock: Lock | null,
    notes: readonly string[],
    unprepared: unknown,
  ) {
    this.place = `the state folder ${state}`;
    this.#history = history;
    this.#options = options;
    this.#lock = lock;
    this.#notes = [...notes];
    this.#unprepared = unprepared;
    this.#announcement = new Announcement(state, history);
  }

  /** The report with what earlier ones say of its targets, and with notes of what is wrong with the folder. */
  async complete(report: Report): Promise<Report> {
    const known = await this.#earlier(report).catch((error: unknown) => {
      this.#notes.push(`${this.place} cannot be read: ${systemReason(error)}`);
      return [];
    });
    this.#last = known.find(({ digest }) => isWhole(digest)) ?? null;
    const forgotten = await this.#announcement.recall(this.#last);
    if (forgotten !== null && this.#options.onChange !== null) {
      this.#notes.push(`${this.place}: ${forgotten}`);
    }
    const [newest] = known;
    const carried: Carried = newest === undefined ? new Map() : this.#history.changesIn(newest.file);
    const told = withChanges(
      report,
      known.map(({ digest }) => digest),
      carried,
    );
    const { environment } = told;
    return { ...told, environment: { ...environment, notes: [...environment.notes, ...this.#notes] } };
  }

  /**
   * Newest first: all of the flap window, and on until there is one to compare with. What an earlier major version
   * wrote ends the list: every report before it is of that version, too.
   */
  async #earlier(report: Report): Promise<KnownRun[]> {
    const start = Date.parse(report.startedAt);
    const known: KnownRun[] = [];
    const problems: string[] = [];
    for (const file of await this.#history.list()) {
      const enough = known.some(({ digest }) => isWhole(digest)) && file.time < start - FLAP_WINDOW;
      if (enough || this.#history.opened >= MOST_OPENED) break;
      const run = this.#history.read(file);
      if (run.ok) {
        if (run.digest.id !== report.id) known.push({ file, digest: run.digest });
        continue;
      }
      if (run.olderVersion !== null) break;
      problems.push(`${file.name} ${run.problem}`);
    }
    if (problems.length > 0) this.#notes.push(`${this.place}: passed over: ${few(problems, SHOWN_PROBLEMS)}`);
    return known;
  }

  /** @throws the file system's error */
  async keep(report: Report): Promise<string> {
    if (this.#options.onChange !== null) await this.#announcement.begin();
    try {
      this.#keptAt = await this.#history.keep(report);
    } catch (error) {
      throw this.#unprepared ?? error;
    }
    return this.#keptAt;
  }

  /** Removes what is no longer kept. @returns what could not be done, in words */
  async tidy(now: number): Promise<string[]> {
    // Nothing makes room for a report that is not there.
    if (this.#keptAt === null) return [];
    // Without `--on-change` too: a run by hand must not take away what the next scheduled one compares with.
    const compared = [this.#last, this.#announcement.announced].flatMap((run) => run?.file.name ?? []);
    const newest = new Set([basename(this.#keptAt), ...compared]);
    const problems = await this.#history.tidy(newest, this.#options, now);
    return problems.map((problem) => `${this.place}: ${problem}`);
  }

  /** What the command of `--on-change` should be told, or null when there is nothing to tell. */
  changeIn(report: Report): Change | null {
    return this.#announcement.changeIn(report, this.#keptAt);
  }

  /** What becomes of a change that the command of `--on-change` did not take, in words. */
  get prospect(): string {
    return this.#announcement.prospect(this.#keptAt);
  }

  /**
   * The command of `--on-change` ended well, or there was nothing to tell it.
   * @param told whether there was
   * @returns what could not be done, in words, or null
   */
  async announced(report: Report, told: boolean): Promise<string | null> {
    const problem = await this.#announcement.finish(report, this.#keptAt, told);
    return problem === null ? null : `${this.place}: ${problem}`;
  }

  async close(): Promise<void> {
    await this.#lock?.release();
  }
}
