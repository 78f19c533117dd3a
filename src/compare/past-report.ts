/** A report from a file, perhaps of an earlier version: as much of it as a comparison needs. */
import { z } from 'zod';
import { printable } from '../../probes/printable.ts';
import { majorOf, otherMajor, READ_MAJOR } from '../model/schema-version.ts';
import { iso } from './time.ts';

const instant = z.iso.datetime().transform((text) => Date.parse(text));
const words = z
  .string()
  .nullish()
  .transform((text) => text ?? null);

/** What is not named here may be anything: minor versions add to a report and take nothing away. */
const PastTarget = z.object({
  id: z.string(),
  group: z.string(),
  resourceType: words,
  host: z.string(),
  port: z.number(),
  required: z.boolean(),
  status: z.string(),
  reason: words,
  failure: words,
  cause: words,
  source: z.object({ name: words }).nullish(),
});
export type PastTarget = z.infer<typeof PastTarget>;

const PastFinding = z.object({
  cause: z.string(),
  severity: z.string(),
  title: z.string(),
  evidence: z.array(z.string()),
  remedy: z.array(z.string()),
});
export type PastFinding = z.infer<typeof PastFinding>;

const PastReport = z.object({
  schemaVersion: z.string(),
  id: z.string(),
  startedAt: instant,
  finishedAt: instant,
  verdict: z.string(),
  environment: z.object({
    cloud: words,
    region: words,
    vm: z.object({ name: words }).nullish(),
    network: z.object({ subnet: words }).nullish(),
    dns: z.object({
      servers: z.array(z.string()),
      source: words,
      hostsFile: z
        .object({ path: words, overrides: z.array(z.object({ host: z.string() })).nullish() })
        .nullish(),
    }),
  }),
  targets: z.array(PastTarget),
  findings: z.array(PastFinding),
});
export type PastReport = z.infer<typeof PastReport>;

/** Which run a report is of. */
export interface ReportIdentity {
  readonly id: string;
  /** RFC 3339 */
  readonly startedAt: string;
  readonly verdict: string;
  readonly vm: string | null;
  readonly region: string | null;
}

export function identityOf({ id, startedAt, verdict, environment }: PastReport): ReportIdentity {
  const { vm, region } = environment;
  return { id, startedAt: iso(startedAt), verdict, vm: vm?.name ?? null, region };
}

export type ReportReading =
  | { readonly ok: true; readonly report: PastReport }
  /** A predicate. */
  | { readonly ok: false; readonly problem: string };

const SHOWN_DEFECTS = 3;

/** Whether a JSON value means to be a report of ours, well made or not. */
export function looksLikeReport(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'schemaVersion' in value && 'targets' in value;
}

/** Reads any report whose schema has the major that this version writes. */
export function readPastReport(value: unknown): ReportReading {
  const version = z.object({ schemaVersion: z.string() }).safeParse(value).data?.schemaVersion ?? '';
  if (version === '') return { ok: false, problem: 'is a report without a schemaVersion that can be read' };
  if (majorOf(version) !== READ_MAJOR) return { ok: false, problem: otherMajor(printable(version, 20)) };
  const read = PastReport.safeParse(value);
  if (read.success) return { ok: true, report: read.data };
  const { issues } = read.error;
  const shown = issues
    .slice(0, SHOWN_DEFECTS)
    .map(({ path, message }) => `${path.join('.')}: ${printable(message, 100)}`);
  const more = issues.length > shown.length ? `; and ${issues.length - shown.length} more` : '';
  return { ok: false, problem: `is a damaged report (${shown.join('; ')}${more}); probe again` };
}
