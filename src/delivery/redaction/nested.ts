/** JSON under a credential's name that is no string, whole or cut off: whatever it holds is a secret. */
import { CREDENTIAL_NAMES } from '../../config/credentials.ts';
import { HEADERS, kindOf, MARK } from './rules.ts';
import type { Count } from './types.ts';

/** Numbers below have seven digits at least: codes and counts are shorter. */
const NAMED = new RegExp(
  String.raw`(?:(?:${CREDENTIAL_NAMES.join('|')})s?|${HEADERS})(?<quote>\\{0,8}["'])\s{0,32}:\s{0,32}(?=[[{]|\d{7})`,
  'gi',
);
/** Characters: no list of secrets is longer, and each one without an end is looked through so far. */
const LONGEST = 8192;

export function withoutNested(text: string, count: Count): string {
  let kept = '';
  let from = 0;
  NAMED.lastIndex = 0;
  for (let found = NAMED.exec(text); found !== null; found = NAMED.exec(text)) {
    const begin = found.index + found[0].length;
    const { quote = '"' } = found.groups ?? {};
    const end = endOf(text, begin, quote);
    if (!holdsValue(text.slice(begin, end))) continue;
    count(/cookie|authorization/i.test(found[0]) ? 'header' : kindOf(found[0]));
    kept += `${text.slice(from, begin)}${quote}${MARK}${quote}`;
    from = end;
    NAMED.lastIndex = end;
  }
  return from === 0 ? text : kept + text.slice(from);
}

/** Behind the bracket that closes it, or at the end of its line, or of the string around it. */
function endOf(text: string, begin: number, quote: string): number {
  const digits = /\d+/y;
  digits.lastIndex = begin;
  if (digits.test(text)) return digits.lastIndex;
  const lineBreak = text.indexOf('\n', begin);
  let line = lineBreak < 0 ? text.length : lineBreak;
  let depth = 0;
  let within = false;
  for (let at = begin; at < text.length && at - begin < LONGEST; at += 1) {
    const character = text[at] ?? '';
    const escaped = text[at - 1] === '\\';
    if (text.startsWith(quote, at) && !escaped) {
      within = !within;
      at += quote.length - 1;
    } else if (quote.length > 1 && character === quote.at(-1) && !escaped) {
      line = Math.min(line, at);
      break;
    } else if (!within && '[{'.includes(character)) depth += 1;
    else if (!within && ']}'.includes(character)) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return line;
}

/** Anything but names, marks, small numbers and the words of JSON. */
function holdsValue(json: string): boolean {
  const values = json.replace(/(\\*["'])(?:\*\*\*\1|[\s\S]*?\1\s*:)/g, '');
  return /["']|\d{7}/.test(values);
}
