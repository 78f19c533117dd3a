/** Private keys in PEM (RFC 7468), whole or cut off, as lines or folded into one string. */
import type { Count } from './types.ts';

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|ENCRYPTED)[A-Z0-9 ]{0,20}-----/g;
const END = '-----END ';
/** A key of 16,384 bits takes some 13 KB. */
const LONGEST_KEY = 64 * 1024;
/** What can stand in a block whose end was cut off: base64, headers of RFC 1421, line breaks in any spelling. */
const BODY = /(?:[A-Za-z0-9+/=\s\\{},:-])*/y;
/** `-----BEGIN ` in base64: a file that travels inside JSON or a variable. */
const ENCODED = /LS0tLS1CRUdJTi[A-Za-z0-9+/=_-]*/g;

const REMOVED = '[private key removed]';

/** Replaces private keys; certificates and public keys stay. */
export function withoutPrivateKeys(text: string, count: Count): string {
  const open = text.includes('-----BEGIN ') ? withoutBlocks(text, count) : text;
  if (!open.includes('LS0tLS1CRUdJTi')) return open;
  return open.replace(ENCODED, (block) => {
    if (!/PRIVATE KEY|ENCRYPTED/.test(Buffer.from(block, 'base64').toString('latin1'))) return block;
    count('private-key');
    return REMOVED;
  });
}

function withoutBlocks(text: string, count: Count): string {
  let clean = '';
  let from = 0;
  BEGIN.lastIndex = 0;
  for (let found = BEGIN.exec(text); found !== null; found = BEGIN.exec(text)) {
    count('private-key');
    clean += text.slice(from, found.index) + REMOVED;
    from = endOf(text, found.index + found[0].length);
    BEGIN.lastIndex = from;
  }
  return clean + text.slice(from);
}

/** Where the block that starts before `body` is over. */
function endOf(text: string, body: number): number {
  const within = text.slice(body, body + LONGEST_KEY);
  const end = within.indexOf(END);
  const next = within.indexOf('-----BEGIN ');
  // All between the two marks is the key, up to another block or the end of a JSON string.
  if (end >= 0 && (next < 0 || end < next) && !/(?<!\\)"/.test(within.slice(0, end))) {
    const mark = /^-----END [A-Z0-9 ]{0,60}-----/.exec(within.slice(end, end + 80))?.[0] ?? END;
    return body + end + mark.length;
  }
  BODY.lastIndex = body;
  return body + (BODY.exec(text)?.[0].length ?? 0);
}
