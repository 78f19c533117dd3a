/** A config file in JSON. `JSON.parse` takes a hundredth of a YAML parser's time for ten thousand targets. */

/** A value and the offset of its first character. */
interface JsonValue {
  readonly value: unknown;
  /** A number as it is in the file. */
  readonly written?: string;
  readonly at: number;
}

export interface JsonEntry {
  readonly key: string;
  /** The offset of the key. */
  readonly at: number;
  readonly isList: boolean;
  /** One value; of a list, its items. */
  readonly values: readonly JsonValue[];
}

/** Strings, signs that open or close, and other scalars; in valid JSON commas and colons carry no more. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}]|[^\s"[\]{},:]+/g;

/**
 * Reads one JSON object of distinct keys, each with a value or a list of values.
 * @returns null for anything else: the YAML parser says what is wrong and where
 */
export function readJson(text: string): JsonEntry[] | null {
  if (!isJsonObject(text)) return null;
  const entries = new Map<string, JsonEntry>();
  const tokens = text.matchAll(TOKEN);
  tokens.next();
  for (const { 0: token, index: at } of tokens) {
    if (token === '}') break;
    const key: string = JSON.parse(token);
    const first = tokens.next().value;
    const isList = first?.[0] === '[';
    const values = isList ? readItems(tokens) : [readScalar(first)];
    // The YAML parser tells of a key that is there twice.
    if (entries.has(key) || !values.every((value) => value !== null)) return null;
    entries.set(key, { key, at, isList, values });
  }
  return [...entries.values()];
}

function isJsonObject(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function readItems(tokens: Iterator<RegExpExecArray>): (JsonValue | null)[] {
  const items: (JsonValue | null)[] = [];
  for (let token = tokens.next().value; token?.[0] !== ']'; token = tokens.next().value) {
    const item = readScalar(token);
    items.push(item);
    if (item === null) break;
  }
  return items;
}

/** @returns null for what no option takes: a list or an object in it, or null */
function readScalar(token: RegExpExecArray | undefined): JsonValue | null {
  if (token === undefined || /^(?:[[{]|null$)/.test(token[0])) return null;
  const value: unknown = JSON.parse(token[0]);
  return { value, at: token.index, ...(typeof value === 'number' ? { written: token[0] } : {}) };
}
