/** Secrets that stand on the lines below their name: block scalars and lists of YAML 1.2, sections 8.1 and 8.2. */
import { CREDENTIAL_NAMES } from '../../common/credential-names.ts';
import { MARK } from './rules.ts';
import type { Count } from './types.ts';

const NAME = String.raw`(?:${CREDENTIAL_NAMES.join('|')})s?["']?[ \t]{0,8}:`;
/** Perhaps behind a tag or an anchor, and before a comment and empty lines. */
const INDICATOR = String.raw`[ \t]{0,8}(?:[!&]\S{0,64}[ \t]{1,8}){0,2}[|>][-+1-9]{0,2}(?:[ \t]+#[^\n]*|[ \t]*\r?)\n(?:[ \t]*\r?\n)*`;
/** The first line, and those that are as far in, or empty. */
const LINES = String.raw`(?<margin>[ \t]+)[^ \t\r\n][^\n]*(?:\n(?:\k<margin>[^\n]*|[ \t]*(?=\r?\n)\r?))*`;
const BLOCK = new RegExp(`(${NAME})${INDICATOR}${LINES}`, 'gi');
/** The name alone on its line but for what it ends: no sentence that has a list below it. */
const ITEMS = String.raw`[ \t]*\r?\n(?<dash>[ \t]*)- [^\n]*(?:\n\k<dash>(?:- |[ \t])[^\n]*)*`;
const LIST = new RegExp(String.raw`((?:^|\n)[ \t]*(?:- )?["']?[\w.-]{0,64}?${NAME})${ITEMS}`, 'gi');

export function withoutBlocks(text: string, count: Count): string {
  const hide = (_: string, name: string): string => {
    count('password');
    return `${name} ${MARK}`;
  };
  return text.replace(BLOCK, hide).replace(LIST, hide);
}
