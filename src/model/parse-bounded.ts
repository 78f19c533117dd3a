/** Checks a large JSON object against its schema at a bounded cost, because a file can have millions of defects. */
import { z } from 'zod';
import { printable } from '../../probes/printable.ts';

export type Bounded<Value> =
  | { readonly ok: true; readonly value: Value }
  /** The first few defects: "targets[3].host: …; and more". */
  | { readonly ok: false; readonly defects: string };

const MOST_DEFECTS = 3;
/** The limit of values in one item of a list, or in one other field; a target has some 300. */
const MOST_VALUES = 500_000;

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Parses lists item by item, and stops after a few defects. */
export function parseBounded<Schema extends z.ZodObject>(
  schema: Schema,
  value: object,
): Bounded<z.output<Schema>> {
  const lists = Object.entries<z.core.$ZodType>(schema.shape).flatMap(([key, field]) => {
    const items: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
    return field instanceof z.ZodArray && Array.isArray(items)
      ? [{ key, items, element: field.element }]
      : [];
  });
  const frame = { ...value, ...Object.fromEntries(lists.map(({ key }) => [key, []])) };
  const whole = parseItem(schema, frame, []);
  const issues = [...whole.issues];
  const parsed = lists.map(({ key, items, element }) => {
    const read: unknown[] = [];
    for (const [index, item] of items.entries()) {
      if (issues.length > MOST_DEFECTS) break;
      const result = parseItem(element, item, [key, index]);
      issues.push(...result.issues.slice(0, MOST_DEFECTS + 1));
      read.push(result.value);
    }
    return [key, read] as const;
  });
  if (issues.length > 0) return { ok: false, defects: defectsIn(issues) };
  return { ok: true, value: { ...Object(whole.value), ...Object.fromEntries(parsed) } };
}

function parseItem(
  schema: z.core.$ZodType,
  item: unknown,
  path: readonly PropertyKey[],
): { readonly value: unknown; readonly issues: readonly Issue[] } {
  if (countValues(item, MOST_VALUES) >= MOST_VALUES)
    return { value: null, issues: [{ path, message: TOO_MANY }] };
  try {
    const result = z.core.safeParse(schema, item);
    if (result.success) return { value: result.data, issues: [] };
    return {
      value: null,
      issues: result.error.issues.map((issue) => ({
        path: [...path, ...issue.path],
        message: issue.message,
      })),
    };
  } catch (error) {
    // zod passes the defects of a list as arguments, so too many of them overflow the stack.
    if (error instanceof RangeError) return { value: null, issues: [{ path, message: TOO_MANY }] };
    throw error;
  }
}

const TOO_MANY = 'Too many values';

/** @returns the number of values, at most `most` */
function countValues(value: unknown, most: number): number {
  let count = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    count += 1;
    const inner: readonly unknown[] = typeof next !== 'object' || next === null ? [] : Object.values(next);
    if (count + open.length + inner.length >= most) return most;
    for (const each of inner) open.push(each);
  }
  return count;
}

function defectsIn(issues: readonly Issue[]): string {
  const shown = issues
    .slice(0, MOST_DEFECTS)
    .map(({ path, message }) => `${placeOf(path)}: ${printable(message, 100)}`);
  return `${shown.join('; ')}${issues.length > MOST_DEFECTS ? '; and more' : ''}`;
}

/** `targets[3].host` */
function placeOf(path: readonly PropertyKey[]): string {
  const steps = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${printable(String(key), 60)}`));
  return steps.join('').replace(/^\./, '') || 'the whole';
}
