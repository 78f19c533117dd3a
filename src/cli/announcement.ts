/**
 * What a run with `--on-change` has to announce, and since when. The report that was announced last is remembered
 * before a newer one is kept, and the newer one takes its place only after it was announced, or when there is nothing
 * to announce: whatever ends the run in between, the next one tells the change.
 */
import { basename } from 'node:path';
import { systemReason } from '../common/system-reason.ts';
import { recallAnnounced, rememberAnnounced } from '../delivery/history/announced.ts';
import { isChange, isWhole, leavesUntested } from '../delivery/history/changes.ts';
import { digestFrom } from '../delivery/history/digest.ts';
import type { History, KnownRun } from '../delivery/history/history.ts';
import type { Report } from '../model/report.ts';
import type { Change } from './on-change.ts';

export class Announcement {
  readonly #state: string;
  readonly #history: History;
  #announced: KnownRun | null = null;
  /** What the report of this run is compared with. */
  #since: KnownRun | null = null;
  /** Why the former is not remembered, when it should be. */
  #trouble: string | null = null;

  /** @param state an absolute path */
  constructor(state: string, history: History) {
    this.#state = state;
    this.#history = history;
  }

  /** The report that was announced last, which has to stay in the folder while a change waits; null without one. */
  get announced(): KnownRun | null {
    return this.#announced;
  }

  /**
   * Reads what earlier runs have announced.
   * @param last the newest earlier report that is whole: what is compared with where nothing else is remembered
   * @returns a remark on what is remembered and of no use, or null
   */
  async recall(last: KnownRun | null): Promise<string | null> {
    const recollection = await recallAnnounced(this.#state, this.#history);
    this.#announced = recollection.kind === 'report' ? recollection.run : null;
    this.#since = this.#announced ?? last;
    if (recollection.kind !== 'lost') return null;
    return `${recollection.problem}${last === null ? '' : '; the newest whole report is compared with instead'}`;
  }

  /** Before a report is kept: from then on it is the newest, and all that a run without a memory compares with. */
  async begin(): Promise<void> {
    if (this.#since === null || this.#announced !== null) return;
    const { file, digest } = this.#since;
    this.#trouble = await this.#remember(file.name, digest.id);
    if (this.#trouble === null) this.#announced = this.#since;
  }

  /** What the command should be told of this report, or null when there is nothing to tell. */
  changeIn(report: Report, keptAt: string | null): Change | null {
    if (this.#since === null || !isWhole(report)) return null;
    const { file, digest } = this.#since;
    if (!isChange(digest, digestFrom(report))) return null;
    return {
      oldReport: file.path,
      newReport: keptAt ?? '',
      oldVerdict: digest.verdict,
      newVerdict: report.verdict,
    };
  }

  /** What becomes of a change that was not told, in words. */
  prospect(keptAt: string | null): string {
    // A report that is not kept leaves the next run the same one to compare with, memory or not.
    if (this.#trouble === null || keptAt === null) return 'the next run tells it again';
    return `no later run tells it, as ${this.#trouble}`;
  }

  /**
   * Once the command ended well, or where there was nothing to tell.
   * @param keptAt null for a report that could not be kept
   * @param told whether there was a change
   * @returns what is wrong, in words, or null
   */
  async finish(report: Report, keptAt: string | null, told: boolean): Promise<string | null> {
    if (!isWhole(report)) return null;
    if (!told) {
      // The next run has to see what this one did not look at beside what was announced of it.
      const isLess = this.#since !== null && leavesUntested(this.#since.digest, digestFrom(report));
      return keptAt === null || isLess ? null : this.#remember(basename(keptAt), report.id);
    }
    if (keptAt === null) return 'the report that was announced is not kept; the next run tells it again';
    const problem = await this.#remember(basename(keptAt), report.id);
    return problem === null || this.#trouble !== null ? problem : `${problem}; the next run tells it again`;
  }

  async #remember(name: string, id: string): Promise<string | null> {
    try {
      await rememberAnnounced(this.#state, name, id);
      return null;
    } catch (error) {
      return `what was announced cannot be remembered: ${systemReason(error)}`;
    }
  }
}
