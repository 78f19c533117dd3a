/** Decodes SMTP replies (RFC 5321 section 4.2). Pure. */
import type { Decoded } from './wire/read.ts';

export interface SmtpReply {
  readonly code: number;
  /** The text of each line without its code, as the peer sent it: not printable yet. */
  readonly lines: readonly string[];
}

/** Octets of a line with its code and CRLF (RFC 5321 section 4.5.3.1.5). */
const LONGEST_LINE = 512;
/** The RFC sets no limit; real replies are shorter. */
const MOST_LINES = 64;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const HYPHEN = 0x2d;

/** A reply code or its beginning. */
const CODE_BEGUN = /^(?:[2-5](?:[0-5][0-9]?)?)?$/;

/** Decodes a reply of one or more lines; `malformed` as soon as the bytes cannot become a reply. */
export function decodeReply(bytes: Uint8Array): Decoded<SmtpReply> {
  const lines: string[] = [];
  let code: string | null = null;
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(LF, at);
    const line = bytes.subarray(at, end < 0 ? bytes.length : end);
    const why = flawIn(line, end >= 0, code);
    if (why !== null) return { kind: 'malformed', why };
    if (end < 0) return { kind: 'need-more' };
    code ??= textOf(line.subarray(0, 3));
    lines.push(textOf(line.subarray(4, -1)));
    at = end + 1;
    if (line[3] !== HYPHEN) return { kind: 'message', message: { code: Number(code), lines }, consumed: at };
    if (lines.length === MOST_LINES) return { kind: 'malformed', why: `more than ${MOST_LINES} lines` };
  }
}

/**
 * Describes the first error of a complete or incomplete line, so that HTTP and TLS are detected by their first bytes.
 * The first error is independent of how many bytes have arrived.
 * @param line without its line feed
 * @param code the code of the previous lines, which this line must have too
 */
function flawIn(line: Uint8Array, isWhole: boolean, code: string | null): string | null {
  const begun = textOf(line.subarray(0, 3));
  if (code === null && !CODE_BEGUN.test(begun)) return 'a line begins without a reply code';
  if (code !== null && !code.startsWith(begun)) return 'the lines of one reply differ in their code';
  if (isWhole && line.length < 4) return 'a line ends within its reply code';
  const [, , , separator] = line;
  if (separator !== undefined && ![SPACE, HYPHEN, CR].includes(separator)) {
    return 'a reply code is followed by neither space nor hyphen';
  }
  const cr = line.indexOf(CR);
  const isTorn = cr >= 0 && cr < line.length - 1;
  if (isTorn && cr + 1 < LONGEST_LINE) return 'a line does not end in CRLF';
  if (line.length + (isWhole ? 1 : 0) > LONGEST_LINE) return `a line has more than ${LONGEST_LINE} octets`;
  return isWhole && cr !== line.length - 1 ? 'a line does not end in CRLF' : null;
}

/** Decodes UTF-8; an invalid byte becomes U+FFFD. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
