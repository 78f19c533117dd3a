/** A peer's JSON, of which nothing is known beforehand. */

/** The value that a text holds, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    // Some of Azure's services put a byte order mark in front.
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

/** What stands at the end of a path of keys; undefined where the path breaks off. */
export function valueAt(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Readonly<Record<string, unknown>>)[key]
        : undefined,
    value,
  );
}

/** A string that is a plain word, as error codes are; null for anything else. */
export function codeIn(value: unknown): string | null {
  return typeof value === 'string' && /^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(value) ? value : null;
}
