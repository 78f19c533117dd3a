/** Secrets that stand on the lines below their name: block scalars of YAML 1.2, section 8.1. */
import { CREDENTIAL_NAMES } from '../../config/credentials.ts';
import { MARK } from './rules.ts';
import type { Count } from './types.ts';

const NAME = `(?:${CREDENTIAL_NAMES.join('|')})["']?[ \\t]{0,8}:[ \\t]{0,8}`;
const INDICATOR = String.raw`[|>][-+1-9]{0,2}[ \t]*\r?\n`;
/** The first line, and those that are as far in, or empty. */
const LINES = String.raw`(?<margin>[ \t]+)[^ \t\r\n][^\n]*(?:\n(?:\k<margin>[^\n]*|[ \t]*(?=\r?\n)\r?))*`;
const BLOCK = new RegExp(`(${NAME})${INDICATOR}${LINES}`, 'gi');

export function withoutBlocks(text: string, count: Count): string {
  return text.replace(BLOCK, (_, name: string) => {
    count('password');
    return `${name}${MARK}`;
  });
}
