// Non-ASCII controls, format characters and line separators, which terminals interpret; JSON escapes ASCII controls.
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\p{Cf}]/gu;

/** UTF-16 code units, as JSON's \u escapes are. */
function escapeCharacter(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/**
 * A value as JSON text. Escapes control characters from peers, so that `cat` of it is harmless.
 * @param indent columns; 0 for one line
 */
export function harmlessJson(value: unknown, indent = 2): string {
  return `${escapeCharacters(JSON.stringify(value, null, indent))}\n`;
}

/** Nearly all of a report is ASCII, and a look for anything else takes a third of the time of `UNPRINTABLE`. */
const NOT_ASCII = /[^\0-~]+/g;

function escapeCharacters(json: string): string {
  return json.replace(NOT_ASCII, (characters) => characters.replace(UNPRINTABLE, escapeCharacter));
}

/** Items of a list in one piece: some 100 kB of a report. */
const BATCH = 64;
const INDENT = 2;
/** What `JSON.stringify` writes around the members of an object, and around the items of its only list. */
const OBJECT = { before: '{\n', after: '\n}' } as const;
const LIST = { before: '{\n  "": [\n', after: '\n  ]\n}' } as const;

/**
 * The text that `harmlessJson` makes of an object, in pieces that each end with a line, so that no more than one piece
 * is in memory.
 * @param entries keys and values in their order; a list may be any iterable, which is read to its end before the next entry
 */
export function* harmlessPieces(entries: Iterable<readonly [string, unknown]>): Generator<string> {
  // Whether a comma ends the lines is known when others follow.
  let open: string | null = null;
  for (const lines of memberLines(entries)) {
    if (open !== null) yield `${open},\n`;
    open = `${open === null ? OBJECT.before : ''}${escapeCharacters(lines)}`;
  }
  yield open === null ? '{}\n' : `${open}${OBJECT.after}\n`;
}

function* memberLines(entries: Iterable<readonly [string, unknown]>): Generator<string> {
  for (const [key, value] of entries) {
    if (typeof value === 'object' && value !== null && isIterable(value)) yield* listLines(key, value);
    else {
      // A member without a value is left out.
      const json = JSON.stringify({ [key]: value }, null, INDENT);
      if (json !== '{}') yield json.slice(OBJECT.before.length, -OBJECT.after.length);
    }
  }
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}

function* listLines(key: string, items: Iterable<unknown>): Generator<string> {
  let begin = `  ${JSON.stringify(key)}: [\n`;
  let batch: unknown[] = [];
  for (const item of items) {
    if (batch.length === BATCH) {
      yield begin + itemLines(batch);
      [begin, batch] = ['', []];
    }
    batch.push(item);
  }
  yield batch.length === 0 ? `  ${JSON.stringify(key)}: []` : `${begin}${itemLines(batch)}\n  ]`;
}

function itemLines(items: readonly unknown[]): string {
  return JSON.stringify({ '': items }, null, INDENT).slice(LIST.before.length, -LIST.after.length);
}
