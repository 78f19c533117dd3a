/** What the history has to know of a report, in a few hundred bytes. */
import { z } from 'zod';
import { printable } from '../../common/printable.ts';
import type { Report } from '../../model/report.ts';
import {
  isOlderFormat,
  majorOf,
  otherMajor,
  READ_MAJOR,
  writtenVersion,
} from '../../model/schema-version.ts';
import { STATUSES, type Status, VERDICTS, type Verdict } from '../../model/vocabulary.ts';

const Counts = z.object({
  total: z.int(),
  reachable: z.int(),
  intermittent: z.int(),
  unreachable: z.int(),
  untested: z.int(),
});

export const Summary = z.object({ required: Counts, optional: Counts });

/** As much of a report as a digest takes; minor versions may have more. */
const Source = z.object({
  schemaVersion: z.string(),
  id: z.string().max(64),
  startedAt: z.iso.datetime(),
  durationMs: z.number(),
  interrupted: z.string().max(20).nullable(),
  verdict: z.enum(VERDICTS),
  summary: Summary,
  targets: z.array(z.object({ id: z.string().max(400), status: z.enum(STATUSES) })),
});

export interface Digest {
  readonly id: string;
  /** ms since the epoch */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly interrupted: string | null;
  readonly verdict: Verdict;
  readonly summary: z.infer<typeof Summary>;
  /** By target. */
  readonly statuses: ReadonlyMap<string, Status>;
}

/** @returns the digest of a report that is at hand */
export function digestFrom(report: Report): Digest {
  const { id, startedAt, durationMs, interrupted, verdict, summary, targets } = report;
  return {
    ...{ id, durationMs, interrupted, verdict, summary },
    startedAt: Date.parse(startedAt),
    statuses: new Map(targets.map((target) => [target.id, target.status])),
  };
}

export type DigestReading =
  | { readonly ok: true; readonly digest: Digest }
  /** `problem` is a predicate; `older`: a report of an earlier major, with nothing wrong. */
  | { readonly ok: false; readonly problem: string; readonly older?: true };

/** @param bytes whatever a file of the folder holds */
export function digestOf(bytes: Buffer): DigestReading {
  if (bytes.length === 0) return { ok: false, problem: 'is empty' };
  // A folder may hold thousands of them: the beginning is enough.
  const version = writtenVersion(bytes.toString('latin1', 0, 200));
  if (isOlderFormat(version))
    return { ok: false, older: true, problem: `has an older format: it ${otherMajor(version)}` };
  try {
    const read = Source.safeParse(JSON.parse(bytes.toString('utf8')));
    if (!read.success) return { ok: false, problem: 'holds JSON that is no report' };
    const { schemaVersion, startedAt, targets, ...rest } = read.data;
    if (majorOf(schemaVersion) !== READ_MAJOR)
      return { ok: false, problem: otherMajor(printable(schemaVersion, 20)) };
    return {
      ok: true,
      digest: {
        ...rest,
        startedAt: Date.parse(startedAt),
        statuses: new Map(targets.map(({ id, status }) => [id, status])),
      },
    };
  } catch {
    return { ok: false, problem: 'is cut off, or no JSON' };
  }
}
