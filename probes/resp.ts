/**
 * Decodes replies to PING in RESP, the protocol of Redis: a simple string or a simple error, each one line (Redis
 * serialization protocol specification).
 */
import type { Decoded } from './wire/read.ts';

export interface RespReply {
  readonly kind: 'string' | 'error';
  /** Raw: the caller must make it printable. */
  readonly text: string;
}

/** An array of bulk strings, because a proxy may not support inline commands. */
export const PING = '*1\r\n$4\r\nPING\r\n';
export const QUIT = '*1\r\n$4\r\nQUIT\r\n';

const KINDS: ReadonlyMap<number, RespReply['kind']> = new Map([
  [0x2b, 'string'],
  [0x2d, 'error'],
]);
const CR = 0x0d;
const LF = 0x0a;
/** Bytes; the longest error, of the protected mode, has about 1,100. */
const LONGEST_LINE = 4096;

/** Decodes a reply. */
export function decodeReply(bytes: Uint8Array): Decoded<RespReply> {
  const [first] = bytes;
  if (first === undefined) return { kind: 'need-more' };
  const kind = KINDS.get(first);
  if (kind === undefined) {
    return {
      kind: 'malformed',
      why: `not a Redis reply: byte 1 is 0x${first.toString(16).padStart(2, '0')}`,
    };
  }
  const end = bytes.subarray(0, LONGEST_LINE).findIndex((byte) => byte === CR || byte === LF);
  if (end === -1) {
    if (bytes.length < LONGEST_LINE) return { kind: 'need-more' };
    return { kind: 'malformed', why: `not a Redis reply: no end of a line in ${LONGEST_LINE} bytes` };
  }
  if (bytes[end] === CR && bytes.length === end + 1) return { kind: 'need-more' };
  if (bytes[end] === LF || bytes[end + 1] !== LF) {
    return { kind: 'malformed', why: `not a Redis reply: no CRLF at byte ${end + 1}` };
  }
  const text = Buffer.from(bytes.subarray(1, end)).toString('utf8');
  return { kind: 'message', message: { kind, text }, consumed: end + 2 };
}
