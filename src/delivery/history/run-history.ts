/** The history of a run with `--state`. Problems of the folder become notes and do not stop the run. */
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { quotePath } from '../../common/mask.ts';
import { systemReason } from '../../common/system-reason.ts';
import { UsageError } from '../../common/usage-error.ts';
import { few } from '../../common/wording.ts';
import type { Options } from '../../config/types.ts';
import type { Report } from '../../model/report.ts';
import { type Lock, takeLock } from '../files/lock.ts';
import { Announcement } from './announcement.ts';
import { type Carried, FLAP_WINDOW, isWhole, withChanges } from './changes.ts';
import { History, type KnownRun } from './history.ts';
import { type Change, type OnChangeParts, runOnChange } from './on-change.ts';

/** Reports that one run opens at most; the others come from the index. */
const MOST_OPENED = 200;
const SHOWN_PROBLEMS = 3;
const LOCK = 'lock';

/** A message for the user. */
export interface Announced {
  readonly level: 'warn' | 'error';
  readonly message: string;
}

export type Opening =
  | { readonly kind: 'open'; readonly history: RunHistory }
  | { readonly kind: 'busy'; readonly message: string };

/**
 * Locks the state folder for this run; creates a missing folder.
 * @throws UsageError when the path is not a folder
 */
export async function openHistory(options: Options, state: string): Promise<Opening> {
  if (statSync(state, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new UsageError([`--state ${quotePath(state)} is not a folder: name a folder, or a new path`]);
  }
  const notes: string[] = [];
  const history = new History(state);
  let prepareProblem: unknown = null;
  try {
    await history.prepare();
  } catch (error) {
    prepareProblem = error;
    notes.push(`state folder ${state}: no report can be stored there: ${systemReason(error)}`);
  }
  try {
    const locking = await takeLock(join(state, LOCK));
    if (locking.kind === 'busy') return { kind: 'busy', message: busyMessage(state, locking.holder) };
    const { takenFrom } = locking.lock;
    if (takenFrom !== null) {
      const who = takenFrom.pid === 0 ? '' : ` (process ${takenFrom.pid})`;
      notes.push(
        `state folder ${state}: the run that began at ${takenFrom.since}${who} ended early; this run took over its lock`,
      );
    }
    return {
      kind: 'open',
      history: new RunHistory(history, options, state, locking.lock, notes, prepareProblem),
    };
  } catch (error) {
    if (notes.length === 0) {
      notes.push(`state folder ${state}: cannot be locked against a second run: ${systemReason(error)}`);
    }
    return { kind: 'open', history: new RunHistory(history, options, state, null, notes, prepareProblem) };
  }
}

function busyMessage(
  state: string,
  { pid, since }: { readonly pid: number; readonly since: string },
): string {
  const who = pid === 0 ? '' : ` (process ${pid}, since ${since})`;
  return `another run is in progress in ${state}${who}: nothing was done; run again later`;
}

export class RunHistory {
  readonly location: string;
  readonly #history: History;
  readonly #options: Options;
  readonly #lock: Lock | null;
  readonly #notes: string[];
  /** Why the folder could not be prepared, which is clearer than the error of a later write; null when it was. */
  readonly #prepareProblem: unknown;
  readonly #announcement: Announcement;
  /** The newest earlier report of a complete run. */
  #last: KnownRun | null = null;
  #storedAt: string | null = null;

  constructor(
    history: History,
    options: Options,
    state: string,
    lock: Lock | null,
    notes: readonly string[],
    prepareProblem: unknown,
  ) {
    this.location = `the state folder ${state}`;
    this.#history = history;
    this.#options = options;
    this.#lock = lock;
    this.#notes = [...notes];
    this.#prepareProblem = prepareProblem;
    this.#announcement = new Announcement(state, history);
  }

  /** Adds the status changes since earlier reports, and notes about problems of the folder. */
  async complete(report: Report): Promise<Report> {
    const known = await this.#earlier(report).catch((error: unknown) => {
      this.#notes.push(`${this.location} cannot be read: ${systemReason(error)}`);
      return [];
    });
    this.#last = known.find(({ digest }) => isWhole(digest)) ?? null;
    const recallNote = await this.#announcement.recall(this.#last);
    if (recallNote !== null && this.#options.onChange !== null) {
      this.#notes.push(`${this.location}: ${recallNote}`);
    }
    const [newest] = known;
    const carried: Carried = newest === undefined ? new Map() : this.#history.changesIn(newest.file);
    const changed = withChanges(
      report,
      known.map(({ digest }) => digest),
      carried,
    );
    const { environment } = changed;
    return { ...changed, environment: { ...environment, notes: [...environment.notes, ...this.#notes] } };
  }

  /**
   * The earlier reports, newest first: all of the flap window, and more until one is complete. A report of an earlier
   * major version ends the list, because all older reports are of that version, too.
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
    if (problems.length > 0) this.#notes.push(`${this.location}: ignored: ${few(problems, SHOWN_PROBLEMS)}`);
    return known;
  }

  /** @throws the file system's error */
  async store(report: Report): Promise<string> {
    if (this.#options.onChange !== null) await this.#announcement.begin();
    try {
      this.#storedAt = await this.#history.keep(report);
    } catch (error) {
      throw this.#prepareProblem ?? error;
    }
    return this.#storedAt;
  }

  /** Removes expired reports. @returns the problems as text */
  async tidy(now: number): Promise<string[]> {
    // Without a new report, nothing is removed.
    if (this.#storedAt === null) return [];
    // Without `--on-change` too: a manual run must not remove the baseline of the next scheduled run.
    const compared = [this.#last, this.#announcement.announced].flatMap((run) => run?.file.name ?? []);
    const newest = new Set([basename(this.#storedAt), ...compared]);
    const problems = await this.#history.tidy(newest, this.#options, now);
    return problems.map((problem) => `${this.location}: ${problem}`);
  }

  /**
   * Runs the command of `--on-change` when something changed. Call after the report is delivered.
   * @returns what to tell the user; never throws
   */
  async announce(report: Report, parts: OnChangeParts): Promise<Announced[]> {
    const { onChange } = this.#options;
    if (onChange === null) return [];
    const change: Change | null = this.#announcement.changeIn(report, this.#storedAt);
    if (change !== null) {
      const problem = await runOnChange(onChange, change, parts);
      if (problem !== null) {
        const retry = this.#announcement.retryText(this.#storedAt);
        return [{ level: 'error', message: `the command of --on-change ${problem}; ${retry}` }];
      }
    }
    const problem = await this.#announcement.finish(report, this.#storedAt, change !== null);
    return problem === null ? [] : [{ level: 'warn', message: `${this.location}: ${problem}` }];
  }

  async close(): Promise<void> {
    await this.#lock?.release();
  }
}
