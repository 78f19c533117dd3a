/**
 * Picks fields from Azure's JSON in each of its dialects. `az` flattens `properties`, the REST API nests them, and Azure
 * PowerShell begins names with capitals and repeats deep values as JSON in `NAMEText`. `null`, `[]` and absence mean the
 * same. What is not picked goes no further, so no secret of a file does.
 */
import { z } from 'zod';
import { printable } from '../../../probes/printable.ts';
import { isRecord } from '../saved.ts';

/** The longest id of Azure has fewer. */
const LONGEST_TEXT = 1024;

type Fields = ReadonlyMap<string, unknown>;

/** The members of an object by their lower-case names, those in its `properties` too. */
export function fieldsOf(record: Readonly<Record<string, unknown>>): Fields {
  const found = byLowerCase(record);
  const inner = found.get('properties');
  // What stands outside comes first.
  return isRecord(inner)
    ? new Map([...byLowerCase(inner), ...[...found].filter(([, value]) => value != null)])
    : found;
}

function byLowerCase(record: Readonly<Record<string, unknown>>): Map<string, unknown> {
  return new Map(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A member by its name in any case. Azure PowerShell's JSON text is used where ConvertTo-Json cut the value itself. */
export function fieldIn(found: Fields, name: string): unknown {
  const key = name.toLowerCase();
  const value = found.get(key);
  if (value != null && !isCut(value)) return value;
  const text = found.get(`${key}text`);
  return (typeof text === 'string' ? parsedText(text) : undefined) ?? value;
}

function parsedText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What ConvertTo-Json writes below its depth: the name of a type, or the object as text. */
export function isCut(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isCut);
  return (
    typeof value === 'string' &&
    /^(?:@\{|System\.(?:Object|Collections|String)|Microsoft\.Azure\.)/.test(value)
  );
}

/** An object with these fields, whatever else it has. */
export function fields<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = Object.keys(shape);
  return z.preprocess((value) => {
    const given = typeof value === 'string' ? (parsedText(value) ?? value) : value;
    if (!isRecord(given)) return given;
    const found = fieldsOf(given);
    return Object.fromEntries(names.map((name) => [name, fieldIn(found, name)]));
  }, z.object(shape));
}

/** Azure allows 1,000 rules in a network security group, and 400 routes in a table. */
const MOST_MEMBERS = 50_000;

/** Defects after which the rest of a list is not read: each takes memory, and the message shows a few. */
export const MOST_DEFECTS = 20;

/** A list; PowerShell writes a list of one as its only member. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.unknown().transform((value, context) => {
    const given = typeof value === 'string' ? (parsedText(value) ?? value) : value;
    const members: readonly unknown[] = Array.isArray(given)
      ? given
      : given == null || given === ''
        ? []
        : [given];
    if (members.length > MOST_MEMBERS) {
      const message = `has ${members.length} members, and at most ${MOST_MEMBERS} are read; Azure allows 1,000 rules in a network security group`;
      context.addIssue({ code: 'custom', message });
      return [];
    }
    const read: z.output<Item>[] = [];
    let defects = 0;
    for (const [at, member] of members.entries()) {
      if (member == null) continue;
      const result = item.safeParse(member);
      if (result.success) read.push(result.data);
      else
        for (const { message, path } of result.error.issues) {
          context.addIssue({ code: 'custom', message, path: Array.isArray(given) ? [at, ...path] : path });
          defects += 1;
        }
      if (defects >= MOST_DEFECTS) break;
    }
    return read;
  });
}

/** Text, made printable; null for none. */
export const text = z
  .string()
  .nullish()
  .transform((value) => printable((value ?? '').trim(), LONGEST_TEXT) || null);

export const requiredText = z
  .string()
  .trim()
  .min(1)
  .transform((value) => printable(value, LONGEST_TEXT));

/** Texts without blanks, as prefixes and ports are: below its depth ConvertTo-Json joins a list with blanks. */
export const textList = z.preprocess(
  (value) => (Array.isArray(value) ? value : [value]),
  z
    .array(z.string().nullish())
    .transform((values) =>
      [...new Set(values.flatMap((value) => (value ?? '').split(/\s+/)))].filter(Boolean),
    ),
);

/** A whole number, which PowerShell may have written as text. */
export const requiredNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
]);

export const number = requiredNumber.nullish().transform((value) => value ?? null);

export const flag = z
  .union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })])
  .nullish()
  .transform((value) => value ?? null);

/** The id of another resource: `{"id": …}`, or the id alone. */
export const reference = z.preprocess(
  (value) => (isRecord(value) ? (fieldIn(fieldsOf(value), 'id') ?? null) : value),
  text,
);

export const references = listOf(reference).transform((ids) => ids.filter((id) => id !== null));
