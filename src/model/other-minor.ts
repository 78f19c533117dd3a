/** Reads reports of another minor version. Fields that only one of the versions has are left out or empty. Pure. */
import { z } from 'zod';
import { printable } from '../../probes/printable.ts';
import { few } from '../common/wording.ts';
import { Control } from './controls.ts';
import { type Bounded, parseBounded } from './parse-bounded.ts';
import { SCHEMA_VERSION } from './schema-version.ts';
import { CAUSES } from './vocabulary.ts';
import { WrittenReport } from './written-report.ts';

export type OtherMinor =
  | { readonly ok: true; readonly value: object; readonly notes: readonly string[] }
  | Exclude<Bounded<object>, { readonly ok: true }>;

const SHOWN_CAUSES = 3;

/** Converts the value to this version's fields; fields that the other version lacks are null or empty. */
export function readOtherMinor(value: object): OtherMinor {
  const controls = withKnownControls({ ...EMPTY, ...value });
  const causes = withKnownCauses(controls.value);
  const read = parseBounded(Lenient, causes.value);
  if (!read.ok) return read;
  return {
    ok: true,
    value: { ...read.value, schemaVersion: SCHEMA_VERSION },
    notes: [...controls.notes, ...causes.notes],
  };
}

interface Adapted {
  readonly value: object;
  readonly notes: readonly string[];
}

/** Leaves out controls that this version does not have or has in another form. */
function withKnownControls(value: { readonly controls?: unknown }): Adapted {
  const { controls } = value;
  if (!Array.isArray(controls)) return { value, notes: [] };
  const known = controls.filter((control) => parseBounded(OneControl, { control }).ok);
  const left = controls.length - known.length;
  const notes = left === 0 ? [] : [`${left} of its controls are not of this version, and left out`];
  return { value: { ...value, controls: known }, notes };
}

const OneControl = z.object({ control: Control });

/** Newer versions have more causes. A finding keeps its text, but this version cannot explain its cause. */
function withKnownCauses(value: { readonly findings?: unknown; readonly targets?: unknown }): Adapted {
  const unknown = new Set<string>();
  const translated = (items: unknown): unknown => {
    if (!Array.isArray(items)) return items;
    return items.map((item: unknown) => {
      const cause = typeof item === 'object' && item !== null && 'cause' in item ? item.cause : null;
      if (typeof cause !== 'string' || Cause.safeParse(cause).success) return item;
      unknown.add(printable(cause, 60));
      return { ...Object(item), cause: 'undetermined' };
    });
  };
  const both = { findings: translated(value.findings), targets: translated(value.targets) };
  const notes =
    unknown.size === 0
      ? []
      : [`it names causes that this version does not know: ${few([...unknown].sort(), SHOWN_CAUSES)}`];
  return { value: { ...value, ...both }, notes };
}

const Cause = z.enum(CAUSES);

/** Fields of every version; a report without them is damaged. */
const ALWAYS: readonly string[] = ['targets', 'findings'];

const FIELDS = Object.entries<z.core.$ZodType>(WrittenReport.shape);

/** Lists that another version may lack. */
const EMPTY = Object.fromEntries(
  FIELDS.flatMap(([key, field]) => (field instanceof z.ZodArray && !ALWAYS.includes(key) ? [[key, []]] : [])),
);

/** The report's schema, which allows missing and additional keys. */
const Lenient = z.object({
  ...Object.fromEntries(
    FIELDS.map(([key, field]) => [
      key,
      field instanceof z.ZodArray ? lenient(field) : emptyWhenMissing(field),
    ]),
  ),
  schemaVersion: z.string(),
});

function lenient(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.core.$ZodType>(schema.shape);
    return z.object(Object.fromEntries(fields.map(([key, field]) => [key, emptyWhenMissing(field)])));
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

/** Ignores values of an enum that a newer version added. */
function known(schema: z.core.$ZodType, none: null | undefined): z.ZodType {
  if (!(schema instanceof z.ZodEnum)) return lenient(schema);
  return z.string().transform((word) => (schema.safeParse(word).success ? word : none));
}

/** All other values are checked as in this version. */
function check(schema: z.core.$ZodType) {
  return (value: unknown, context: z.RefinementCtx): void => {
    const result = z.core.safeParse(schema, value);
    if (result.success) return;
    for (const { path, message } of result.error.issues)
      context.addIssue({ code: 'custom', path: [...path], message });
  };
}
