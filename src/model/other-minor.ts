/** Reports of another minor version of this major: what both versions know is read, everything else is left out. Pure. */
import { z } from 'zod';
import { printable } from '../../probes/printable.ts';
import { few } from '../common/text-lines.ts';
import { Control } from './controls.ts';
import { Report } from './report.ts';
import { SCHEMA_VERSION } from './schema-version.ts';
import { CAUSES } from './vocabulary.ts';

export type OtherMinor =
  | { readonly ok: true; readonly value: unknown; readonly notes: readonly string[] }
  | { readonly ok: false; readonly error: z.ZodError };

const SHOWN_CAUSES = 3;

/** The value with this version's fields: what the other version did not have is null or empty. */
export function readOtherMinor(value: object): OtherMinor {
  const controls = withKnownControls(value);
  const causes = withKnownCauses(controls.value);
  const read = Lenient.safeParse(causes.value);
  if (!read.success) return { ok: false, error: read.error };
  return {
    ok: true,
    value: { ...Object(read.data), schemaVersion: SCHEMA_VERSION },
    notes: [...controls.notes, ...causes.notes],
  };
}

interface Adapted {
  readonly value: unknown;
  readonly notes: readonly string[];
}

/** A control is an experiment of its own: one that this version does not know, or knows otherwise, is left out. */
function withKnownControls(value: unknown): Adapted {
  const report = z.looseObject({ controls: z.array(z.unknown()) }).safeParse(value).data;
  if (report === undefined) return { value, notes: [] };
  const known = report.controls.filter((control) => Control.safeParse(control).success);
  const left = report.controls.length - known.length;
  const notes = left === 0 ? [] : [`${left} of its controls are not of this version, and left out`];
  return { value: { ...report, controls: known }, notes };
}

/** Newer versions name more causes. A finding keeps its own text; this version cannot explain its cause. */
function withKnownCauses(value: unknown): Adapted {
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
      : [`it names causes that this version does not know: ${few([...unknown].sort(), SHOWN_CAUSES)}`];
  return { value: { ...report, findings, targets }, notes };
}

const Cause = z.enum(CAUSES);
const WithCause = z.array(z.looseObject({ cause: z.unknown() }));
const Caused = z.looseObject({ findings: WithCause, targets: WithCause });

/** Every version has these: a report without them is damaged. */
const ALWAYS: readonly string[] = ['targets', 'findings'];

/** The report's schema, where keys may be missing and others may be there. */
const Lenient = lenient(Report.extend({ schemaVersion: z.string() }));

function lenient(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.core.$ZodType>(schema.shape).map(([key, field]) => [
      key,
      ALWAYS.includes(key) ? lenient(field) : emptyWhenMissing(field),
    ]);
    return z.object(Object.fromEntries(fields));
  }
  if (schema instanceof z.ZodArray) return z.array(lenient(schema.element));
  if (schema instanceof z.ZodRecord) return z.record(z.string(), lenient(schema.valueType));
  if (schema instanceof z.ZodNullable) return known(schema.unwrap(), null).nullable();
  if (schema instanceof z.ZodOptional) return known(schema.unwrap(), undefined).optional();
  return z.unknown().superRefine(check(schema));
}

function emptyWhenMissing(field: z.core.$ZodType): z.ZodType {
  const read = lenient(field);
  if (field instanceof z.ZodNullable) return read.prefault(null);
  if (field instanceof z.ZodArray) return read.prefault([]);
  return field instanceof z.ZodRecord ? read.prefault({}) : read;
}

/** Of a list of words that newer versions may add to, a word that is not in it is as good as none. */
function known(schema: z.core.$ZodType, none: null | undefined): z.ZodType {
  if (!(schema instanceof z.ZodEnum)) return lenient(schema);
  return z.string().transform((word) => (schema.safeParse(word).success ? word : none));
}

/** Everything else is as strict as in this version. */
function check(schema: z.core.$ZodType) {
  return (value: unknown, context: z.RefinementCtx): void => {
    const result = z.core.safeParse(schema, value);
    if (result.success) return;
    for (const { path, message } of result.error.issues)
      context.addIssue({ code: 'custom', path: [...path], message });
  };
}
