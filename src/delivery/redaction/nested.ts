/** JSON under a credential's name that is no string, whole or cut off: whatever it holds is a secret. */
import { CREDENTIAL_NAMES } from '../../common/credential-names.ts';
import { HEADERS, kindOf, MARK } from './rules.ts';
import type { Count } from './types.ts';

/** Numbers below have seven digits at least: codes and counts are shorter. */
const NAMED = new RegExp(
  String.raw`(?:(?:${CREDENTIAL_NAMES.join('|')})s?|${HEADERS})(?<quote>\\{0,8}["'])\s{0,32}:\s{0,32}(?=[[{]|-?\d{7})`,
  'gi',
);
const NUMBER = /-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/iy;
/** Characters; no list of secrets is longer. */
const LONGEST = 32_768;
/** How a line begins that is a part of a list or an object. */
const JSON_LINE = /[ \t]*(?:\\*["']|[[{\]},\d-]|true\b|false\b|null\b|\r?\n|$)/y;

export function withoutNested(text: string, count: Count): string {
  let kept = '';
  let from = 0;
  NAMED.lastIndex = 0;
  for (let found = NAMED.exec(text); found !== null; found = NAMED.exec(text)) {
    const begin = found.index + found[0].length;
    const { quote = '"' } = found.groups ?? {};
    const { end, holds } = scan(text, begin, quote);
    // What holds nothing has nothing within that does: no part of a text is looked through twice.
    NAMED.lastIndex = end;
    if (!holds) continue;
    count(/cookie|authorization/i.test(found[0]) ? 'header' : kindOf(found[0]));
    kept += `${text.slice(from, begin)}${quote}${MARK}${quote}`;
    from = end;
  }
  return from === 0 ? text : kept + text.slice(from);
}

interface Scanned {
  readonly end: number;
  /** Whether anything is in it but names, marks, small numbers and the words of JSON. */
  readonly holds: boolean;
}

/** From the bracket or digit at `begin` to behind its end, or as far as it goes. */
function scan(text: string, begin: number, quote: string): Scanned {
  NUMBER.lastIndex = begin;
  if (NUMBER.test(text)) return { end: NUMBER.lastIndex, holds: true };
  const [mark, levels] = [quote.at(-1), Math.ceil(Math.log2(quote.length))];
  const limit = Math.min(text.length, begin + LONGEST);
  let [depth, holds, slashes, digits] = [0, false, 0, 0];
  /** Where the string that is open begins. */
  let opened: number | null = null;
  for (let at = begin; at < limit; at += 1) {
    const character = text[at] ?? '';
    if (character === '\n') {
      // No string has a line break in it as it is.
      JSON_LINE.lastIndex = at + 1;
      if (opened !== null || !JSON_LINE.test(text)) return { end: at, holds: holds || opened !== null };
    }
    if (character === mark) {
      const is = quoteBehind(slashes, levels);
      if (is === 'outer') return { end: at - slashes, holds: holds || opened !== null };
      // Outside of a string no quote is escaped: this is JSON of another kind, and may hold anything.
      if (is === 'escaped' && opened === null) holds = true;
      if (is === 'delimiter' && opened === null) opened = at + 1;
      else if (is === 'delimiter') {
        const string = text.slice(opened ?? at, at - quote.length + 1);
        if (string !== '' && string !== MARK && !isName(text, at + 1)) holds = true;
        opened = null;
      }
    } else if (opened === null) {
      digits = character >= '0' && character <= '9' ? digits + 1 : 0;
      if (digits >= 7) holds = true;
      if (character === '[' || character === '{') depth += 1;
      if (character === ']' || character === '}') depth -= 1;
      if (depth === 0) return { end: at + 1, holds };
    }
    slashes = character === '\\' ? slashes + 1 : 0;
  }
  return { end: limit, holds: holds || opened !== null };
}

/**
 * @param slashes backslashes before a quote
 * @param levels of strings that the JSON stands in, each of which has doubled them and put one before the quote
 */
function quoteBehind(slashes: number, levels: number): 'delimiter' | 'escaped' | 'outer' {
  let left = slashes;
  for (let level = 0; level < levels; level += 1) {
    if (left % 2 === 0) return 'outer';
    left = (left - 1) / 2;
  }
  return left % 2 === 0 ? 'delimiter' : 'escaped';
}

/** Whether a colon follows. */
function isName(text: string, at: number): boolean {
  const colon = /\s{0,64}:/y;
  colon.lastIndex = at;
  return colon.test(text);
}
