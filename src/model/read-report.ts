/** A report from a file: of this version of the schema, or of another one of the same major. Pure. */
import { z } from 'zod';
import { parseJson } from '../common/json.ts';
import { printable } from '../common/printable.ts';
import { few } from '../common/text-lines.ts';
import { fromWritten } from './certificates.ts';
import { Control } from './controls.ts';
import type { Report } from './report.ts';
import { majorOf, otherMajor, READ_MAJOR, SCHEMA_VERSION } from './schema-version.ts';
import { CAUSES } from './vocabulary.ts';
import { WrittenReport } from './written-report.ts';

export type ReportReading =
  | { readonly ok: true; readonly report: Report; readonly notes: readonly string[] }
  /** A predicate: "is no report of apim-probe: …". */
  | { readonly ok: false; readonly problem: string };

export const WANTED = 'a JSON report of apim-probe';

const SHOWN_DEFECTS = 3;

/** Reads the bytes of a report's file. */
export function readReportBytes(bytes: Uint8Array): ReportReading {
  const json = parseJson(bytes, `name ${WANTED}`);
  return json.ok ? readReport(json.value) : json;
}

/**
 * Reads a report. Of another minor version what this one does not know is left out, and what that one did not know
 * yet is null or empty, so that what comes back is a report of this version in any case; the notes say so.
 */
export function readReport(value: unknown): ReportReading {
  const version = z.object({ schemaVersion: z.string() }).safeParse(value).data?.schemaVersion;
  if (version === undefined) {
    return {
      ok: false,
      problem: 'is no report of apim-probe: it has no schemaVersion; name the JSON report of a run',
    };
  }
  if (majorOf(version) !== READ_MAJOR) return { ok: false, problem: otherMajor(printable(version, 20)) };
  if (version === SCHEMA_VERSION) return checked(value, []);
  const controls = withKnownControls(value);
  const causes = withKnownCauses(controls.value);
  const notes = [...controls.notes, ...causes.notes];
  const read = Earlier.safeParse(causes.value);
  if (!read.success) return damaged(read.error);
  return checked({ ...Object(read.data), schemaVersion: SCHEMA_VERSION }, [
    `it was written with schemaVersion ${printable(version, 20)} and is read as ${SCHEMA_VERSION}: what only one of them knows is left out or empty`,
    ...notes,
  ]);
}

function checked(value: unknown, notes: readonly string[]): ReportReading {
  const result = WrittenReport.safeParse(value);
  if (!result.success) return damaged(result.error);
  const restored = fromWritten(result.data);
  if (restored.ok) return { ...restored, notes };
  return { ok: false, problem: `is a damaged report (${restored.problem}); probe again` };
}

function damaged({ issues }: z.ZodError): ReportReading {
  const shown = issues
    .slice(0, SHOWN_DEFECTS)
    .map(({ path, message }) => `${placeOf(path)}: ${printable(message, 100)}`);
  const more = issues.length > shown.length ? `; and ${issues.length - shown.length} more` : '';
  return { ok: false, problem: `is a damaged report (${shown.join('; ')}${more}); probe again` };
}

/** A control is an experiment of its own: one that this version does not know, or knows otherwise, costs no report. */
function withKnownControls(value: unknown): { value: unknown; notes: string[] } {
  const report = z.looseObject({ controls: z.array(z.unknown()) }).safeParse(value).data;
  if (report === undefined) return { value, notes: [] };
  const known = report.controls.filter((control) => Control.safeParse(control).success);
  const left = report.controls.length - known.length;
  const notes = left === 0 ? [] : [`${left} of its controls are not of this version, and left out`];
  return { value: { ...report, controls: known }, notes };
}

/** Newer versions name more causes. What a finding says of its own stays; of its cause this version knows nothing. */
function withKnownCauses(value: unknown): { value: unknown; notes: string[] } {
  const report = Caused.safeParse(value).data;
  if (report === undefined) return { value, notes: [] };
  const unknown = new Set<string>();
  const translated = <Item extends { cause?: unknown }>(item: Item): Item => {
    if (typeof item.cause !== 'string' || Cause.safeParse(item.cause).success) return item;
    unknown.add(printable(item.cause, 60));
    return { ...item, cause: 'undetermined' };
  };
  const [findings, targets] = [report.findings.map(translated), report.targets.map(translated)];
  const notes =
    unknown.size === 0
      ? []
      : [`it names causes that this version does not know: ${few([...unknown].sort(), SHOWN_DEFECTS)}`];
  return { value: { ...report, findings, targets }, notes };
}

const Cause = z.enum(CAUSES);
const WithCause = z.array(z.looseObject({ cause: z.unknown() }));
const Caused = z.looseObject({ findings: WithCause, targets: WithCause });

/** The report's schema, where keys may be missing and others may be there. */
const Earlier = lenient(WrittenReport.extend({ schemaVersion: z.string() }));

function lenient(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.core.$ZodType>(schema.shape).map(
      ([key, field]) => [key, lenient(field)] as const,
    );
    return z.object(Object.fromEntries(fields));
  }
  if (schema instanceof z.ZodArray) return z.array(lenient(schema.element));
  if (schema instanceof z.ZodRecord) return z.record(z.string(), lenient(schema.valueType));
  if (schema instanceof z.ZodNullable) return lenient(schema.unwrap()).nullable().default(null);
  if (schema instanceof z.ZodOptional) return lenient(schema.unwrap()).optional();
  return z.unknown().superRefine(check(schema));
}

/** Everything else as strict as it is. */
function check(schema: z.core.$ZodType) {
  return (value: unknown, context: z.RefinementCtx): void => {
    const result = z.core.safeParse(schema, value);
    if (result.success) return;
    for (const { path, message } of result.error.issues)
      context.addIssue({ code: 'custom', path: [...path], message });
  };
}

function placeOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the whole';
  return path
    .map((key, at) =>
      typeof key === 'number' ? `[${key}]` : `${at === 0 ? '' : '.'}${printable(String(key), 60)}`,
    )
    .join('');
}
