/**
 * TDS before the login: packets, and the PRELOGIN messages in them ([MS-TDS] 2.2.3.1 and 2.2.6.5). Pure: encodes and
 * decodes bytes.
 */
import type { Decoded } from './wire/read.ts';

/** Packet types ([MS-TDS] 2.2.3.1.1). */
const PRELOGIN = 0x12;
const REPLY = 0x04;

const HEADER = 8;
const END_OF_MESSAGE = 0x01;
/** The packet size until the login negotiates another one. */
const LARGEST_SENT = 4096;
/** A PRELOGIN reply fits into one packet; a peer that sends more than this is not SQL Server. */
const MOST_PACKETS = 16;

/** Tokens before a login: errors, and the two that may precede them ([MS-TDS] 2.2.7.9 to 2.2.7.11). */
const ERROR_TOKEN = 0xaa;
const SKIPPED_TOKENS: readonly number[] = [0xab, 0xe3];
/** The token and the length of its data. */
const TOKEN_HEADER = 3;
/** Where an error's text begins in its data. */
const ERROR_TEXT = 8;

const OPTION = { version: 0, encryption: 1, instance: 2, threadId: 3, mars: 4, fedAuthRequired: 6 } as const;
const TERMINATOR = 0xff;
const OPTION_ENTRY = 5;

/** The server's encryption option ([MS-TDS] 2.2.6.5, ENCRYPTION). */
const ENCRYPTION: ReadonlyMap<number, string> = new Map([
  [0x00, 'off'],
  [0x01, 'on'],
  [0x02, 'not-supported'],
  [0x03, 'required'],
  [0x08, 'strict'],
]);
const ENCRYPT_OFF = 0x00;
const WITH_CLIENT_CERTIFICATE = 0x80;

/** One packet without its header. */
export interface TdsPacket {
  readonly payload: Uint8Array;
  /** Whether it is the last one of its message. */
  readonly last: boolean;
}

/** The server's reply to PRELOGIN. */
export interface PreloginReply {
  /** Of the server: major, minor and build. */
  readonly version: string;
  /** `off`, `on`, `not-supported`, `required`, `strict`, or the byte itself as `0x…`. */
  readonly encryption: string;
  /** The answer to a client that supports Entra ID; null when the server sent none. */
  readonly fedAuthRequired: boolean | null;
}

/**
 * The client's PRELOGIN. It offers encryption `off`, so that the reply shows what the server requires. It offers
 * federated authentication, because a server mentions it only then.
 */
export function preloginRequest(): Uint8Array {
  return packets(
    options([
      [OPTION.version, [0, 0, 0, 0, 0, 0]],
      [OPTION.encryption, [ENCRYPT_OFF]],
      [OPTION.instance, [0]],
      [OPTION.threadId, [0, 0, 0, 0]],
      [OPTION.mars, [0]],
      [OPTION.fedAuthRequired, [1]],
    ]),
  );
}

/** The server's error in place of the reply to PRELOGIN ([MS-TDS] 2.2.7.10). */
export interface ServerError {
  readonly number: number;
  /** Raw: the caller must make it printable. */
  readonly text: string;
}

/** A message of type PRELOGIN with this payload, in one or more packets. */
export function packets(payload: Uint8Array): Uint8Array {
  const capacity = LARGEST_SENT - HEADER;
  const count = Math.max(1, Math.ceil(payload.length / capacity));
  const parts = Array.from({ length: count }, (_, index) => {
    const part = payload.subarray(index * capacity, (index + 1) * capacity);
    const header = Buffer.alloc(HEADER);
    header.writeUInt8(PRELOGIN, 0);
    header.writeUInt8(index === count - 1 ? END_OF_MESSAGE : 0, 1);
    header.writeUInt16BE(HEADER + part.length, 2);
    header.writeUInt8((index + 1) & 0xff, 6);
    return Buffer.concat([header, part]);
  });
  return Buffer.concat(parts);
}

/** Decodes a packet of type PRELOGIN from the server, which carries TLS in TDS 7. */
export function decodePreloginPacket(bytes: Uint8Array): Decoded<TdsPacket> {
  return decodePacket(bytes, PRELOGIN);
}

/** Decodes the reply to PRELOGIN, or an error in its place, from one or more packets. */
export function decodePreloginReply(bytes: Uint8Array): Decoded<PreloginReply | ServerError> {
  const payloads: Uint8Array[] = [];
  let consumed = 0;
  while (payloads.length < MOST_PACKETS) {
    const packet = decodePacket(bytes.subarray(consumed), REPLY);
    if (packet.kind !== 'message') return packet;
    payloads.push(packet.message.payload);
    consumed += packet.consumed;
    if (packet.message.last) return replyIn(Buffer.concat(payloads), consumed);
  }
  return malformed(`a PRELOGIN reply that does not end in ${MOST_PACKETS} packets`);
}

function decodePacket(bytes: Uint8Array, type: number): Decoded<TdsPacket> {
  const view = viewOf(bytes);
  if (bytes.length > 0 && view.getUint8(0) !== type) {
    return malformed(
      `a first byte ${hex(view.getUint8(0))} where a TDS packet of type ${hex(type)} was expected`,
    );
  }
  if (bytes.length < 4) return { kind: 'need-more' };
  const length = view.getUint16(2);
  if (length < HEADER) return malformed(`a TDS packet of ${length} bytes, shorter than its header`);
  if (bytes.length < length) return { kind: 'need-more' };
  const last = (view.getUint8(1) & END_OF_MESSAGE) !== 0;
  return { kind: 'message', message: { payload: bytes.subarray(HEADER, length), last }, consumed: length };
}

function replyIn(payload: Uint8Array, consumed: number): Decoded<PreloginReply | ServerError> {
  const error = errorIn(payload);
  if (error !== null) return { kind: 'message', message: error, consumed };
  const found = readOptions(payload);
  if (typeof found === 'string') return malformed(found);
  const version = found.get(OPTION.version);
  const encryption = found.get(OPTION.encryption)?.at(0);
  if (version === undefined || version.length !== 6) return malformed('a PRELOGIN reply without a version');
  if (encryption === undefined) return malformed('a PRELOGIN reply without an encryption option');
  const fedAuth = found.get(OPTION.fedAuthRequired)?.at(0);
  const message = {
    version: versionIn(version),
    encryption: encryptionIn(encryption),
    fedAuthRequired: fedAuth === undefined ? null : fedAuth === 1,
  };
  return { kind: 'message', message, consumed };
}

/** The first error in a stream of tokens; null when the payload begins with another token. */
function errorIn(payload: Uint8Array): ServerError | null {
  const view = viewOf(payload);
  for (let at = 0; at + TOKEN_HEADER <= payload.length; ) {
    const token = view.getUint8(at);
    const data = payload.subarray(at + TOKEN_HEADER, at + TOKEN_HEADER + view.getUint16(at + 1, true));
    if (token === ERROR_TOKEN) return readError(data);
    if (!SKIPPED_TOKENS.includes(token)) return null;
    at += TOKEN_HEADER + data.length;
  }
  return null;
}

/** Number, state and class; then the text, after its length in characters of UTF-16. */
function readError(data: Uint8Array): ServerError | null {
  if (data.length < ERROR_TEXT) return null;
  const view = viewOf(data);
  const end = ERROR_TEXT + 2 * view.getUint16(ERROR_TEXT - 2, true);
  if (end > data.length) return null;
  const text = Buffer.from(data.subarray(ERROR_TEXT, end)).toString('utf16le');
  return { number: view.getInt32(0, true), text };
}

/** Reads the data of each option, or describes the error. */
function readOptions(payload: Uint8Array): ReadonlyMap<number, Uint8Array> | string {
  const view = viewOf(payload);
  const found = new Map<number, Uint8Array>();
  for (let at = 0; ; at += OPTION_ENTRY) {
    const token = payload.at(at);
    if (token === TERMINATOR) return found;
    if (token === undefined || at + OPTION_ENTRY > payload.length) return 'PRELOGIN options without an end';
    if (found.size === 0 && token !== OPTION.version) return 'PRELOGIN options without the version first';
    const offset = view.getUint16(at + 1);
    const length = view.getUint16(at + 3);
    if (offset + length > payload.length) return `PRELOGIN option ${hex(token)} outside its message`;
    if (found.has(token)) return `PRELOGIN option ${hex(token)} twice`;
    found.set(token, payload.subarray(offset, offset + length));
  }
}

function versionIn(data: Uint8Array): string {
  const view = viewOf(data);
  return `${view.getUint8(0)}.${view.getUint8(1)}.${view.getUint16(2)}`;
}

/** Names the encryption option; one additional bit requests a client certificate. */
function encryptionIn(value: number): string {
  return (
    ENCRYPTION.get(value) ??
    (value & WITH_CLIENT_CERTIFICATE ? ENCRYPTION.get(value & ~WITH_CLIENT_CERTIFICATE) : undefined) ??
    hex(value)
  );
}

/** Encodes the list of options, its terminator, and the data in the same order. */
function options(entries: readonly (readonly [token: number, data: readonly number[]])[]): Uint8Array {
  let offset = entries.length * OPTION_ENTRY + 1;
  const list = entries.flatMap(([token, { length }]) => {
    const entry = [token, offset >> 8, offset & 0xff, 0, length];
    offset += length;
    return entry;
  });
  return Uint8Array.from([...list, TERMINATOR, ...entries.flatMap(([, data]) => data)]);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function malformed(why: string): { readonly kind: 'malformed'; readonly why: string } {
  return { kind: 'malformed', why };
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
