/**
 * The digests of all stored reports in one file, so that listing thousands of reports does not read them. It is a
 * cache: an entry counts only while size and time of its report are unchanged, and what cannot be read is made again
 * from the reports.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { readBounded } from '../../common/bounded-file.ts';
import { STATUSES, type Status, VERDICTS } from '../../model/vocabulary.ts';
import { replaceStoredFile } from '../files/write-file.ts';
import { type Digest, Summary } from './digest.ts';
import type { StoredFile } from './stored-reports.ts';

const LARGEST_INDEX = 128 * 1024 * 1024;
/** Raised with the report's major version: digests of reports that this version cannot read must go. */
const VERSION = 2;

/** One letter for each target of the table, in its order; a space for one that the run did not have. */
const LETTERS: Readonly<Record<Status, string>> = {
  reachable: 'r',
  intermittent: 'i',
  unreachable: 'u',
  untested: '-',
};
const STATUS_OF: ReadonlyMap<string, Status> = new Map(STATUSES.map((status) => [LETTERS[status], status]));

const Entry = z.object({
  name: z.string(),
  bytes: z.number(),
  mtimeMs: z.number(),
  id: z.string(),
  startedAt: z.number(),
  durationMs: z.number(),
  interrupted: z.string().nullable(),
  verdict: z.enum(VERDICTS),
  summary: Summary,
  statuses: z.string(),
  // Earlier versions have neither.
  groups: z.array(z.string()).nullable().default(null),
  findings: z
    .array(z.object({ cause: z.string(), at: z.array(z.int()) }))
    .nullable()
    .default(null),
});
type Entry = z.infer<typeof Entry>;

const IndexFile = z.object({
  version: z.literal(VERSION),
  targets: z.array(z.string()),
  runs: z.array(Entry),
});

export class Index {
  readonly #path: string;
  readonly #targets: string[];
  readonly #places: Map<string, number>;
  readonly #entries: Map<string, Entry>;
  #changed = false;

  private constructor(path: string, targets: readonly string[], entries: readonly Entry[]) {
    this.#path = path;
    this.#targets = [...targets];
    this.#places = new Map(targets.map((id, place) => [id, place]));
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
  }

  /** Never throws: an index that is missing or damaged is an empty one. */
  static read(state: string): Index {
    const path = join(state, 'index.json');
    const file = readBounded(path, LARGEST_INDEX, 'an index');
    if (!file.ok) return new Index(path, [], []);
    try {
      const { targets, runs } = IndexFile.parse(JSON.parse(file.bytes.toString('utf8')));
      return new Index(path, targets, runs);
    } catch {
      return new Index(path, [], []);
    }
  }

  /** The entry of this very file, or null. */
  find({ name, bytes, mtimeMs }: StoredFile): Digest | null {
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.bytes !== bytes || entry.mtimeMs !== mtimeMs) return null;
    const { statuses, findings, id, startedAt, durationMs, interrupted, groups, verdict, summary } = entry;
    return {
      ...{ id, startedAt, durationMs, interrupted, groups, verdict, summary },
      statuses: new Map(
        this.#targets.flatMap((target, place) => {
          const status = STATUS_OF.get(statuses[place] ?? ' ');
          return status === undefined ? [] : [[target, status]];
        }),
      ),
      findings:
        findings?.map(({ cause, at }) => ({
          cause,
          evidence: at.flatMap((place) => this.#targets[place] ?? []),
        })) ?? null,
    };
  }

  add({ name, bytes, mtimeMs }: StoredFile, { statuses, findings: found, ...digest }: Digest): void {
    for (const target of statuses.keys()) {
      if (this.#places.has(target)) continue;
      this.#places.set(target, this.#targets.length);
      this.#targets.push(target);
    }
    const letters = this.#targets.map((target) => {
      const status = statuses.get(target);
      return status === undefined ? ' ' : LETTERS[status];
    });
    const findings =
      found?.map(({ cause, evidence }) => ({
        cause,
        at: evidence.flatMap((id) => this.#places.get(id) ?? []),
      })) ?? null;
    const groups = digest.groups === null ? null : [...digest.groups];
    const entry = { name, bytes, mtimeMs, ...digest, groups, findings };
    this.#entries.set(name, { ...entry, statuses: letters.join('').trimEnd() });
    this.#changed = true;
  }

  /**
   * Writes the index, without the reports that are gone.
   * @throws the file system's error
   */
  async save(stored: readonly StoredFile[]): Promise<void> {
    const names = new Set(stored.map(({ name }) => name));
    const stale = [...this.#entries.keys()].filter((name) => !names.has(name));
    if (!this.#changed && stale.length === 0) return;
    for (const name of stale) this.#entries.delete(name);
    const content = { version: VERSION, ...this.#withoutUnused() };
    await replaceStoredFile(this.#path, `${JSON.stringify(content)}\n`);
    this.#changed = false;
  }

  /** Removes targets that no report has any more; only worth the work when they are many. */
  #withoutUnused(): { readonly targets: readonly string[]; readonly runs: readonly Entry[] } {
    const runs = [...this.#entries.values()];
    const used = this.#targets.map((_, place) =>
      runs.some(({ statuses }) => (statuses[place] ?? ' ') !== ' '),
    );
    if (used.every(Boolean)) return { targets: this.#targets, runs };
    const places = used.flatMap((one, place) => (one ? [place] : []));
    const moved = new Map(places.map((from, to) => [from, to]));
    return {
      targets: places.flatMap((place) => this.#targets[place] ?? []),
      runs: runs.map((run) => ({
        ...run,
        statuses: places.map((place) => run.statuses[place] ?? ' ').join(''),
        findings:
          run.findings?.map(({ cause, at }) => ({
            cause,
            at: at.flatMap((place) => moved.get(place) ?? []),
          })) ?? null,
      })),
    };
  }
}
