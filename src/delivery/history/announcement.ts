/**
 * Which change a run with `--on-change` announces. Records the last announced report before it stores a newer one.
 * Records the newer one only after its announcement, or when nothing changed. A run that is killed in between loses no
 * change: the next run announces it.
 */
import { basename } from 'node:path';
import { systemReason } from '../../common/system-reason.ts';
import type { Report } from '../../model/report.ts';
import { recallAnnounced, rememberAnnounced } from './announced.ts';
import { findingChange, isChange, isWhole, leavesUntested } from './changes.ts';
import { digestFrom } from './digest.ts';
import type { History, KnownRun } from './history.ts';
import type { Change } from './on-change.ts';

export class Announcement {
  readonly #state: string;
  readonly #history: History;
  #announced: KnownRun | null = null;
  /** The report that this run is compared with. */
  #baseline: KnownRun | null = null;
  /** Why the baseline could not be recorded; null when it was. */
  #recordProblem: string | null = null;

  /** @param state an absolute path */
  constructor(state: string, history: History) {
    this.#state = state;
    this.#history = history;
  }

  /** The last announced report. It must stay in the folder while a change is pending. */
  get announced(): KnownRun | null {
    return this.#announced;
  }

  /**
   * Reads what earlier runs have announced.
   * @param last the newest complete earlier report, the baseline when no announced report is recorded
   * @returns a note when the recorded report cannot be used, or null
   */
  async recall(last: KnownRun | null): Promise<string | null> {
    const recollection = await recallAnnounced(this.#state, this.#history);
    this.#announced = recollection.kind === 'report' ? recollection.run : null;
    this.#baseline = this.#announced ?? last;
    if (recollection.kind !== 'lost') return null;
    return `${recollection.problem}${last === null ? '' : '; comparing with the newest complete report instead'}`;
  }

  /** Call before a report is stored: a run without a record compares with the newest stored report. */
  async begin(): Promise<void> {
    if (this.#baseline === null || this.#announced !== null) return;
    const { file, digest } = this.#baseline;
    this.#recordProblem = await this.#record(file.name, digest.id);
    if (this.#recordProblem === null) this.#announced = this.#baseline;
  }

  /** The change to announce, or null when nothing changed. */
  changeIn(report: Report, storedAt: string | null): Change | null {
    if (this.#baseline === null || !isWhole(report)) return null;
    const { file, digest } = this.#baseline;
    const now = digestFrom(report);
    if (!isChange(digest, now)) return null;
    const { added, gone } = findingChange(digest, now);
    return {
      oldReport: file.path,
      newReport: storedAt ?? '',
      oldVerdict: digest.verdict,
      newVerdict: report.verdict,
      newFindings: added,
      goneFindings: gone,
    };
  }

  /** Whether a later run announces a change that this run could not announce, as text. */
  retryText(storedAt: string | null): string {
    // Without a newer stored report the next run has the same baseline.
    if (this.#recordProblem === null || storedAt === null) return 'the next run reports it again';
    return `no later run reports it, because ${this.#recordProblem}`;
  }

  /**
   * Call after the command succeeded, or when nothing changed.
   * @param storedAt null for a report that could not be stored
   * @param changed whether there was a change
   * @returns the problem as text, or null
   */
  async finish(report: Report, storedAt: string | null, changed: boolean): Promise<string | null> {
    if (!isWhole(report)) return null;
    if (!changed) {
      // The next run must compare what this run did not test with the announced report.
      const isLess = this.#baseline !== null && leavesUntested(this.#baseline.digest, digestFrom(report));
      return storedAt === null || isLess ? null : this.#record(basename(storedAt), report.id);
    }
    if (storedAt === null) return 'the announced report is not stored; the next run reports it again';
    const problem = await this.#record(basename(storedAt), report.id);
    return problem === null || this.#recordProblem !== null
      ? problem
      : `${problem}; the next run reports it again`;
  }

  async #record(name: string, id: string): Promise<string | null> {
    try {
      await rememberAnnounced(this.#state, name, id);
      return null;
    } catch (error) {
      return `the announced report cannot be recorded: ${systemReason(error)}`;
    }
  }
}
