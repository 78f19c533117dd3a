/** Turns a malformed value into an issue of the schema, with its place. */
import type { z } from 'zod';
import { Malformed } from './prefixes.ts';

/** @returns the value, or `fallback` after an issue was added; the whole document is then refused */
export function check<Value>(
  context: z.core.$RefinementCtx,
  path: string,
  read: () => Value,
  fallback: Value,
): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    context.addIssue({ code: 'custom', message: error.message, path: [path], input: undefined });
    return fallback;
  }
}
