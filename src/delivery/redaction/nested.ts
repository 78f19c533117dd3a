/** Lists and objects of JSON under a credential's name in a line of text, whole or cut off: all of them is a secret. */
import { CREDENTIAL_NAMES } from '../../common/credential-names.ts';
import { MARK } from './mark.ts';
import { HEADERS, kindOf } from './rules.ts';
import type { Count } from './types.ts';

/** An empty list or object holds nothing. */
const NAMED = new RegExp(
  String.raw`(?:(?:${CREDENTIAL_NAMES.join('|')})s?|${HEADERS})(?<quote>\\{0,8}["'])\s{0,32}:\s{0,32}(?=[[{]\s{0,32}[^\s\]}])`,
  'gi',
);

/** Replaces each such list or object by a mark. What parses as JSON is better redacted value by value. */
export function withoutNested(text: string, count: Count): string {
  let clean = '';
  let from = 0;
  NAMED.lastIndex = 0;
  for (let found = NAMED.exec(text); found !== null; found = NAMED.exec(text)) {
    const begin = found.index + found[0].length;
    const { quote = '"' } = found.groups ?? {};
    count(/cookie|authorization/i.test(found[0]) ? 'header' : kindOf(found[0]));
    clean += `${text.slice(from, begin)}${quote}${MARK}${quote}`;
    from = endOf(text, begin, quote);
    // No part of a text is looked through twice.
    NAMED.lastIndex = from;
  }
  return from === 0 ? text : clean + text.slice(from);
}

/** From the bracket at `begin` to behind the one that closes it, or as far as the text or the string around it goes. */
function endOf(text: string, begin: number, quote: string): number {
  const [mark, levels] = [quote.at(-1), Math.ceil(Math.log2(quote.length))];
  let [depth, slashes, inString] = [0, 0, false];
  for (let at = begin; at < text.length; at += 1) {
    const character = text[at];
    if (character === mark) {
      const kind = quoteBehind(slashes, levels);
      if (kind === 'outer') return at - slashes;
      if (kind === 'delimiter') inString = !inString;
    } else if (!inString) {
      if (character === '[' || character === '{') depth += 1;
      if (character === ']' || character === '}') depth -= 1;
      if (depth === 0) return at + 1;
    }
    slashes = character === '\\' ? slashes + 1 : 0;
  }
  return text.length;
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
