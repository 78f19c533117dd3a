/** What the history needs of a report, in a few hundred bytes. */
import { z } from 'zod';
import { summarise } from '../../diagnosis/verdict.ts';
import { parseBounded } from '../../model/parse-bounded.ts';
import { damaged, type Refusal, recogniseReport } from '../../model/read-report.ts';
import { SEVERITIES, STATUSES, type Status, VERDICTS, type Verdict } from '../../model/vocabulary.ts';

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
  scope: z.object({ groups: z.array(z.string().max(60)), whole: z.boolean() }),
  startedAt: z.iso.datetime(),
  durationMs: z.number(),
  interrupted: z.string().max(20).nullable(),
  verdict: z.enum(VERDICTS),
  targets: z.array(
    z.object({ id: z.string().max(400), group: z.string(), required: z.boolean(), status: z.enum(STATUSES) }),
  ),
  findings: z.array(
    z.object({
      cause: z.string().max(60),
      severity: z.enum(SEVERITIES),
      evidence: z.array(z.string().max(400)),
    }),
  ),
});

/** A finding that asks for action. */
interface StoredFinding {
  readonly cause: string;
  /** Ids of targets. */
  readonly evidence: readonly string[];
}

export interface Digest {
  readonly id: string;
  /** ms since the epoch */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly interrupted: string | null;
  /** The groups of the run's scope; null for all of them. */
  readonly groups: readonly string[] | null;
  readonly verdict: Verdict;
  /** Of the targets in the scope. */
  readonly summary: z.infer<typeof Summary>;
  /** By target. */
  readonly statuses: ReadonlyMap<string, Status>;
  /** Without remarks; null when an index of an earlier version has none. */
  readonly findings: readonly StoredFinding[] | null;
}

/** The digest of a parsed report. */
export function digestFrom(report: z.infer<typeof Source>): Digest {
  const { id, startedAt, durationMs, interrupted, verdict, scope, targets, findings } = report;
  const groups = scope.whole ? null : scope.groups;
  return {
    ...{ id, durationMs, interrupted, groups, verdict },
    startedAt: Date.parse(startedAt),
    summary: summarise(targets.filter(({ group }) => groups === null || groups.includes(group))),
    statuses: new Map(targets.map((target) => [target.id, target.status])),
    findings: findings
      .filter(({ severity }) => severity !== 'info')
      .map(({ cause, evidence }) => ({ cause, evidence })),
  };
}

export type DigestReading = { readonly ok: true; readonly digest: Digest } | Refusal;

/** @param bytes of a file of the folder, with any content */
export function digestOf(bytes: Uint8Array): DigestReading {
  const recognised = recogniseReport(bytes);
  if (!recognised.ok) return recognised;
  const read = parseBounded(Source, recognised.value);
  return read.ok ? { ok: true, digest: digestFrom(read.value) } : damaged(read.defects);
}
