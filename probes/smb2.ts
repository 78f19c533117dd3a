/**
 * SMB 2 and 3 up to NEGOTIATE, over direct TCP: MS-SMB2 2.1, 2.2.1.2, 2.2.3 and 2.2.4. Pure: encodes and decodes
 * bytes.
 */
import { guidText } from './guid.ts';
import type { Decoded } from './wire/read.ts';

export type NegotiateReply =
  | {
      readonly kind: 'response';
      readonly dialect: string;
      readonly serverGuid: string;
      readonly signingRequired: boolean;
      readonly capabilities: readonly string[];
    }
  | { readonly kind: 'error'; readonly status: number }
  /** By the transport: a file server that does not admit this client, or has too many. */
  | { readonly kind: 'session-refused'; readonly reason: string };

/** DialectRevision: the versions that we offer, oldest first. */
const DIALECTS: ReadonlyMap<number, string> = new Map([
  [0x0202, '2.0.2'],
  [0x0210, '2.1'],
  [0x0300, '3.0'],
  [0x0302, '3.0.2'],
  [0x0311, '3.1.1'],
]);

/** Bits of Capabilities, from the lowest: SMB2_GLOBAL_CAP_… */
const CAPABILITIES = [
  'dfs',
  'leasing',
  'large-mtu',
  'multi-channel',
  'persistent-handles',
  'directory-leasing',
  'encryption',
];

/** The transport header: a zero and the length of the message (MS-SMB2 2.1). */
const TRANSPORT = 4;
/** A negative session response, and its errors that refuse a client (RFC 1002 sections 4.3.4 and 5.1). */
const NEGATIVE_RESPONSE = 0x83;
const SESSION_ERRORS: ReadonlyMap<number, string> = new Map([
  [0x81, 'not listening for this client'],
  [0x83, 'insufficient resources'],
]);
const HEADER = 64;
const MAGIC = [0xfe, 0x53, 0x4d, 0x42];
const OLD_MAGIC = 0xff;
const NEGOTIATE = 0;
/** SMB2_FLAGS_SERVER_TO_REDIR: an answer. */
const ANSWER = 1;
const ERROR_BODY = 9;
const RESPONSE_BODY = 65;
/** The fixed part of a response, up to its buffer. */
const RESPONSE = HEADER + RESPONSE_BODY - 1;
/** Bytes; a real response has about 300. */
const LONGEST = 16_384;

const SIGNING_ENABLED = 1;
const SIGNING_REQUIRED = 2;
const CAP_ENCRYPTION = 0x40;
const PREAUTH_INTEGRITY = 1;
const ENCRYPTION = 2;
const SHA_512 = 1;
const AES_128_CCM = 1;
const AES_128_GCM = 2;

/** Random bytes of a request: the client's GUID, and the salt of the integrity check. */
export const RANDOM_BYTES = 48;

/**
 * A request that offers all dialects, with the two contexts that 3.1.1 requires.
 * @param random RANDOM_BYTES bytes
 */
export function negotiateRequest(random: Uint8Array): Uint8Array {
  const dialects = [...DIALECTS.keys()];
  const body = Buffer.alloc(36);
  body.writeUInt16LE(36, 0);
  body.writeUInt16LE(dialects.length, 2);
  body.writeUInt16LE(SIGNING_ENABLED, 4);
  body.writeUInt32LE(CAP_ENCRYPTION, 8);
  body.set(random.subarray(0, 16), 12);
  const offered = aligned(Buffer.concat([body, shorts(...dialects)]));
  body.writeUInt32LE(HEADER + offered.length, 28);
  body.writeUInt16LE(2, 32);
  offered.set(body);
  const salt = random.subarray(16, RANDOM_BYTES);
  const integrity = context(PREAUTH_INTEGRITY, Buffer.concat([shorts(1, salt.length, SHA_512), salt]));
  const encryption = context(ENCRYPTION, shorts(2, AES_128_GCM, AES_128_CCM));
  return framed(Buffer.concat([header(), offered, aligned(integrity), encryption]));
}

/** Decodes the server's answer to NEGOTIATE. */
export function decodeNegotiateReply(bytes: Uint8Array): Decoded<NegotiateReply> {
  const [type] = bytes;
  if (type === NEGATIVE_RESPONSE) return sessionRefusal(bytes);
  if (type !== undefined && type !== 0) return malformed(`not SMB: begins with 0x${hex(type, 2)}`);
  if (bytes.length < TRANSPORT) return { kind: 'need-more' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0);
  if (length > LONGEST) return malformed(`a message of ${length} bytes`);
  const magic = bytes.subarray(TRANSPORT, TRANSPORT + MAGIC.length);
  if (magic.some((byte, index) => byte !== MAGIC[index])) {
    return malformed(magic[0] === OLD_MAGIC ? 'SMB 1' : 'not SMB');
  }
  if (magic.length === MAGIC.length && length < HEADER) return malformed(`a message of ${length} bytes`);
  const end = TRANSPORT + Math.max(length, HEADER);
  if (bytes.length < end) return { kind: 'need-more' };
  const message = new DataView(bytes.buffer, bytes.byteOffset + TRANSPORT, length);
  const decoded = headerFault(message) ?? bodyOf(message);
  if (typeof decoded === 'string') return malformed(decoded);
  return { kind: 'message', message: decoded, consumed: end };
}

/** Samba sends one to a client that its rules deny, also without NetBIOS. */
function sessionRefusal(bytes: Uint8Array): Decoded<NegotiateReply> {
  if (bytes.length < TRANSPORT + 1) return { kind: 'need-more' };
  const reason = SESSION_ERRORS.get(bytes[TRANSPORT] ?? 0);
  if (reason === undefined) return malformed('not SMB: a NetBIOS session that was not requested');
  return { kind: 'message', message: { kind: 'session-refused', reason }, consumed: TRANSPORT + 1 };
}

/** Describes an error in the header of the answer; null when it is valid. */
function headerFault(message: DataView): string | null {
  const size = message.getUint16(4, true);
  if (size !== HEADER) return `a header of ${size} bytes`;
  const command = message.getUint16(12, true);
  if (command !== NEGOTIATE) return `an answer to command ${command}`;
  if ((message.getUint32(16, true) & ANSWER) === 0) return 'a request';
  return message.getBigUint64(24, true) === 0n ? null : 'an answer to a message that was never sent';
}

/** Decodes the body, or describes its error. */
function bodyOf(message: DataView): NegotiateReply | string {
  const status = message.getUint32(8, true);
  if (message.byteLength < HEADER + 2) return 'a header without a body';
  const size = message.getUint16(HEADER, true);
  if (status !== 0)
    return size === ERROR_BODY ? { kind: 'error', status } : `an error with a body of ${size}`;
  if (size !== RESPONSE_BODY || message.byteLength < RESPONSE) return `a response with a body of ${size}`;
  const token = message.getUint16(HEADER + 56, true) + message.getUint16(HEADER + 58, true);
  if (token > message.byteLength) return 'a response whose security token passes its end';
  const revision = message.getUint16(HEADER + 4, true);
  const dialect = DIALECTS.get(revision);
  if (dialect === undefined) return `dialect 0x${hex(revision, 4)}, which was not offered`;
  const capabilities = message.getUint32(HEADER + 24, true);
  return {
    kind: 'response',
    dialect,
    serverGuid: guidText(new Uint8Array(message.buffer, message.byteOffset + HEADER + 8, 16), true),
    signingRequired: (message.getUint16(HEADER + 2, true) & SIGNING_REQUIRED) !== 0,
    capabilities: CAPABILITIES.filter((_, bit) => (capabilities & (1 << bit)) !== 0),
  };
}

/** The header of the first message: zero except for command, length and one requested credit. */
function header(): Buffer {
  const bytes = Buffer.alloc(HEADER);
  bytes.set(MAGIC);
  bytes.writeUInt16LE(HEADER, 4);
  bytes.writeUInt16LE(NEGOTIATE, 12);
  bytes.writeUInt16LE(1, 14);
  return bytes;
}

function framed(message: Uint8Array): Uint8Array {
  const length = Buffer.alloc(TRANSPORT);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

/** One negotiate context (MS-SMB2 2.2.3.1). */
function context(type: number, data: Uint8Array): Buffer {
  return Buffer.concat([shorts(type, data.length, 0, 0), data]);
}

/** Pads to a multiple of eight bytes, the alignment of contexts. */
function aligned(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes], Math.ceil(bytes.length / 8) * 8);
}

function shorts(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, index * 2);
  return bytes;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function malformed(what: string): { readonly kind: 'malformed'; readonly why: string } {
  return { kind: 'malformed', why: `${what} where the answer to an SMB 2 NEGOTIATE was expected` };
}
