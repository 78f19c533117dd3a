/** What the history needs of a report, in a few hundred bytes. */
import { z } from 'zod';
import { parseBounded } from '../../model/parse-bounded.ts';
import { damaged, type Refusal, recogniseReport } from '../../model/read-report.ts';
import type { Report } from '../../model/report.ts';
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

/** @returns the digest of a parsed report */
export function digestFrom(report: Report): Digest {
  const { id, startedAt, durationMs, interrupted, verdict, summary, targets } = report;
  return {
    ...{ id, durationMs, interrupted, verdict, summary },
    startedAt: Date.parse(startedAt),
    statuses: new Map(targets.map((target) => [target.id, target.status])),
  };
}

export type DigestReading = { readonly ok: true; readonly digest: Digest } | Refusal;

/** @param bytes of a file of the folder, with any content */
export function digestOf(bytes: Uint8Array): DigestReading {
  const recognised = recogniseReport(bytes);
  if (!recognised.ok) return recognised;
  const read = parseBounded(Source, recognised.value);
  if (!read.ok) return damaged(read.defects);
  const { startedAt, targets, ...rest } = read.value;
  return {
    ok: true,
    digest: {
      ...rest,
      startedAt: Date.parse(startedAt),
      statuses: new Map(targets.map(({ id, status }) => [id, status])),
    },
  };
}
