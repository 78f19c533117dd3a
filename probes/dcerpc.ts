/**
 * Connection-oriented DCE/RPC as far as the bind: C706 (DCE 1.1: Remote Procedure Call), chapter 12, and
 * MS-RPCE 2.2.2. Pure: encodes and decodes bytes.
 */
import { guidBytes, guidText } from './guid.ts';
import type { Decoded } from './wire/read.ts';

/** An interface or a transfer syntax: its UUID and its version. */
export interface Syntax {
  readonly uuid: string;
  readonly major: number;
  readonly minor: number;
}

/** The server's result for the requested interface. */
interface BindResult {
  readonly result: string;
  /** Null when the result is acceptance. */
  readonly reason: string | null;
  readonly transferSyntax: Syntax;
}

export type BindReply =
  | {
      readonly kind: 'bind_ack';
      readonly maxTransmit: number;
      readonly maxReceive: number;
      /** The endpoint's secondary address, a port number on TCP; raw, as the peer sent it. */
      readonly secondaryAddress: string;
      readonly results: readonly BindResult[];
    }
  | {
      readonly kind: 'bind_nak';
      readonly reason: string;
      /** Protocol versions that the server supports, as `major.minor`. */
      readonly versions: readonly string[];
    }
  | { readonly kind: 'fault'; readonly status: number };

const HEADER = 16;
const SYNTAX = 20;
const RESULT = 4 + SYNTAX;
/** Bytes of a fragment; Windows clients announce the same size. */
const LARGEST_FRAGMENT = 4280;
const CALL_ID = 1;
const BIND = 11;
/** PFC_FIRST_FRAG and PFC_LAST_FRAG: the whole message in one fragment. */
const WHOLE = 3;
/** First byte of the data representation: its high half is the byte order of integers. */
const LITTLE_ENDIAN = 0x10;

/** NDR, the transfer syntax that every server supports. */
const NDR: Syntax = { uuid: '8a885d04-1ceb-11c9-9fe8-08002b104860', major: 2, minor: 0 };

/** p_cont_def_result_t of C706, and MS-RPCE 2.2.2.4. */
const RESULTS = ['acceptance', 'user_rejection', 'provider_rejection', 'negotiate_ack'];
/** p_provider_reason_t of C706. */
const REASONS = [
  'reason_not_specified',
  'abstract_syntax_not_supported',
  'proposed_transfer_syntaxes_not_supported',
  'local_limit_exceeded',
];
/** p_reject_reason_t of C706, and MS-RPCE 2.2.2.5. */
const REJECTIONS = [
  'reason_not_specified',
  'temporary_congestion',
  'local_limit_exceeded',
  'called_paddr_unknown',
  'protocol_version_not_supported',
  'default_context_not_supported',
  'user_data_not_readable',
  'no_psap_available',
  'authentication_type_not_recognized',
  'invalid_checksum',
];

/** A bind to one interface, without authentication: 72 bytes. */
export function bindRequest(abstract: Syntax): Uint8Array {
  const bytes = Buffer.alloc(HEADER + 12 + 4 + 2 * SYNTAX);
  bytes.set([5, 0, BIND, WHOLE, LITTLE_ENDIAN]);
  bytes.writeUInt16LE(bytes.length, 8);
  bytes.writeUInt32LE(CALL_ID, 12);
  bytes.writeUInt16LE(LARGEST_FRAGMENT, 16);
  bytes.writeUInt16LE(LARGEST_FRAGMENT, 18);
  // One context, numbered 0, with one transfer syntax.
  bytes[24] = 1;
  bytes[30] = 1;
  bytes.set(syntaxBytes(abstract), 32);
  bytes.set(syntaxBytes(NDR), 32 + SYNTAX);
  return bytes;
}

/** Decodes the server's answer to a bind, in either byte order. */
export function decodeBindReply(bytes: Uint8Array): Decoded<BindReply> {
  const [version, minor] = bytes;
  if (version === undefined) return { kind: 'need-more' };
  if (version !== 5)
    return malformed(`not RPC: begins with 0x${hex(version, 2)} where the version 5 was expected`);
  if (minor !== undefined && minor > 1) return malformed(`RPC version 5.${minor}`);
  if (bytes.length < HEADER) return { kind: 'need-more' };
  const fields = new Fields(bytes, (bytes[4] ?? 0) >> 4 === 1);
  const length = fields.short(8);
  const wrong = headerFault(fields, length);
  if (wrong !== null) return malformed(wrong);
  if (bytes.length < length) return { kind: 'need-more' };
  const authentication = fields.short(10);
  const end = length - (authentication === 0 ? 0 : authentication + 8);
  const decoded = BODIES[fields.byte(2)]?.(fields, end) ?? `a message of type ${fields.byte(2)}`;
  if (typeof decoded === 'string') return malformed(`${decoded} where the answer to a bind was expected`);
  return { kind: 'message', message: decoded, consumed: length };
}

/** Describes an error in the common header; null when it is valid. */
function headerFault(fields: Fields, length: number): string | null {
  if (fields.byte(4) >> 4 > 1) return `an RPC byte order of ${fields.byte(4) >> 4}`;
  if (length < HEADER || length > LARGEST_FRAGMENT) return `an RPC fragment of ${length} bytes`;
  if ((fields.byte(3) & WHOLE) !== WHOLE) return 'a part of a message where the whole answer was expected';
  const call = fields.long(12);
  return call === CALL_ID ? null : `an RPC answer to call ${call}, which was never made`;
}

/** Decodes a body, or describes its error. `end` is its end in the fragment. */
type Body = (fields: Fields, end: number) => BindReply | string;

const BODIES: Readonly<Record<number, Body>> = {
  3: (fields, end) => (end < 28 ? 'a truncated fault' : { kind: 'fault', status: fields.long(24) }),
  12: bindAck,
  13: bindNak,
};

function bindAck(fields: Fields, end: number): BindReply | string {
  const address = 26;
  if (end < address) return 'a truncated bind_ack';
  const addressEnd = address + fields.short(24);
  // Aligned to four bytes from the fragment's beginning.
  const list = (addressEnd + 3) & ~3;
  if (end < list + 4) return 'a bind_ack whose secondary address passes its end';
  const count = fields.byte(list);
  if (end < list + 4 + count * RESULT) return `a bind_ack too short for ${count} results`;
  return {
    kind: 'bind_ack',
    maxTransmit: fields.short(16),
    maxReceive: fields.short(18),
    secondaryAddress: text(fields.slice(address, addressEnd)),
    results: Array.from({ length: count }, (_, index) => bindResult(fields, list + 4 + index * RESULT)),
  };
}

function bindResult(fields: Fields, at: number): BindResult {
  const result = fields.short(at);
  return {
    result: RESULTS[result] ?? `result ${result}`,
    reason: result === 0 ? null : nameOf(REASONS, fields.short(at + 2)),
    transferSyntax: fields.syntax(at + 4),
  };
}

function bindNak(fields: Fields, end: number): BindReply | string {
  const list = 19;
  if (end < list - 1) return 'a truncated bind_nak';
  // In C706 the versions are always present, in MS-RPCE only when the version was the reason.
  const count = end < list ? 0 : Math.min(fields.byte(list - 1), (end - list) >> 1);
  const versions = Array.from(
    { length: count },
    (_, index) => `${fields.byte(list + index * 2)}.${fields.byte(list + index * 2 + 1)}`,
  );
  return { kind: 'bind_nak', reason: nameOf(REJECTIONS, fields.short(16)), versions };
}

/** Reads integers and syntaxes of one fragment, in its byte order. The caller has checked its length. */
class Fields {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(bytes: Uint8Array, little: boolean) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = little;
  }

  byte(at: number): number {
    return this.#view.getUint8(at);
  }

  short(at: number): number {
    return this.#view.getUint16(at, this.#little);
  }

  long(at: number): number {
    return this.#view.getUint32(at, this.#little);
  }

  slice(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from, to);
  }

  syntax(at: number): Syntax {
    const version = this.long(at + 16);
    const uuid = guidText(this.slice(at, at + 16), this.#little);
    return { uuid, major: version & 0xffff, minor: version >>> 16 };
  }
}

function syntaxBytes({ uuid, major, minor }: Syntax): Uint8Array {
  const bytes = Buffer.alloc(SYNTAX);
  bytes.set(guidBytes(uuid));
  bytes.writeUInt16LE(major, 16);
  bytes.writeUInt16LE(minor, 18);
  return bytes;
}

/** Up to the terminating zero. */
function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end)).toString('latin1');
}

function nameOf(names: readonly string[], value: number): string {
  return names[value] ?? `reason ${value}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function malformed(why: string): { readonly kind: 'malformed'; readonly why: string } {
  return { kind: 'malformed', why };
}
