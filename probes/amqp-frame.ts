/**
 * AMQP 1.0 messages up to the SASL mechanisms, without a login: protocol headers (OASIS AMQP 1.0, part 2
 * section 2.2), frames (part 2 section 2.3), the list of SASL mechanisms (part 5 section 5.3.3.1), and what a server
 * sends in its place to end the conversation: an outcome (part 5 section 5.3.3.6) or a close (part 2 section 2.7.9).
 */
import type { Decoded } from './wire/read.ts';

/** The layer that a header requests; `other-version` is AMQP before 1.0. */
type AmqpLayer = 'amqp' | 'tls' | 'sasl' | 'other-version';

export interface AmqpHeader {
  readonly layer: AmqpLayer;
  /** For display: `SASL 1.0.0`, `AMQP 0-9-1`. */
  readonly name: string;
}

/** Where the server ended the conversation in place of the mechanisms. */
export interface AmqpRefusal {
  /** `amqp:connection:forced`, or `sasl-outcome` and its code. */
  readonly condition: string;
  readonly description: string | null;
}

/** Requests the SASL layer. */
export const SASL_HEADER: Uint8Array = Uint8Array.from([0x41, 0x4d, 0x51, 0x50, 3, 1, 0, 0]);

/** Requests the TLS layer (part 5 section 5.2). */
export const TLS_HEADER: Uint8Array = Uint8Array.from([0x41, 0x4d, 0x51, 0x50, 2, 1, 0, 0]);

const MAGIC = Uint8Array.from([0x41, 0x4d, 0x51, 0x50]);
const HEADER_BYTES = 8;
const LAYERS: ReadonlyMap<number, Exclude<AmqpLayer, 'other-version'>> = new Map([
  [0, 'amqp'],
  [2, 'tls'],
  [3, 'sasl'],
]);

/** Size, data offset, type and two bytes that depend on the type. */
const FRAME_HEADER_BYTES = 8;
/** The limit for SASL frames, because the peers have not negotiated a size yet (section 5.3.1). */
const LARGEST_SASL_FRAME = 512;
const AMQP_FRAME = 0;
const SASL_FRAME = 1;

/** A descriptor of a type, by number and by name. */
interface Type {
  readonly code: bigint;
  readonly symbol: string;
}
const OPEN: Type = { code: 0x10n, symbol: 'amqp:open:list' };
const CLOSE: Type = { code: 0x18n, symbol: 'amqp:close:list' };
const ERROR: Type = { code: 0x1dn, symbol: 'amqp:error:list' };
const MECHANISMS: Type = { code: 0x40n, symbol: 'amqp:sasl-mechanisms:list' };
const OUTCOME: Type = { code: 0x44n, symbol: 'amqp:sasl-outcome:list' };
/** Codes of an outcome other than ok (part 5 section 5.3.3.7). */
const OUTCOMES: ReadonlyMap<number, string> = new Map([
  [1, 'auth'],
  [2, 'sys'],
  [3, 'sys-perm'],
  [4, 'sys-temp'],
]);

/** Decodes a protocol header. A header of AMQP 0-9-1 or older is a message too, with its version in the name. */
export function decodeHeader(bytes: Uint8Array): Decoded<AmqpHeader> {
  const wrong = MAGIC.findIndex((byte, index) => index < bytes.length && bytes[index] !== byte);
  if (wrong !== -1) {
    return { kind: 'malformed', why: `not an AMQP header: byte ${wrong + 1} is ${hex(bytes[wrong])}` };
  }
  if (bytes.length < HEADER_BYTES) return { kind: 'need-more' };
  const [id = 0, major = 0, minor = 0, revision = 0] = bytes.subarray(MAGIC.length, HEADER_BYTES);
  return { kind: 'message', message: headerOf(id, major, minor, revision), consumed: HEADER_BYTES };
}

function headerOf(id: number, major: number, minor: number, revision: number): AmqpHeader {
  const layer = LAYERS.get(id);
  if (layer !== undefined && major === 1) {
    return { layer, name: `${layer.toUpperCase()} ${major}.${minor}.${revision}` };
  }
  // AMQP 0-9-1 has its version where 1.0 has it; in 0-8, 0-9 and 0-10 a class and an instance of 1 precede it.
  const version = id === 0 ? [major, minor, revision] : [minor, revision];
  const known = (id === 0 && major === 0) || (id === 1 && major === 1);
  const name = known
    ? `AMQP ${version.join('-')}`
    : `an unknown AMQP (${[id, major, minor, revision].join(' ')})`;
  return { layer: 'other-version', name };
}

/**
 * Decodes the mechanisms that a server offers, or its end of the conversation in their place. Texts are raw: the caller
 * must make them printable.
 */
export function decodeMechanisms(bytes: Uint8Array): Decoded<readonly string[] | AmqpRefusal> {
  const frame = decodeFrame(bytes);
  if (frame.kind !== 'message') return frame;
  try {
    const { type, body } = frame.message;
    if (type === SASL_FRAME) return { ...frame, message: saslIn(new Cursor(body)) };
    return closeIn(bytes, new Cursor(body), frame.consumed);
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed', why: error.message };
    throw error;
  }
}

interface Frame {
  readonly type: number;
  readonly body: Uint8Array;
}

/** Decodes a frame of either type. Reports an error as soon as the bytes show it. */
function decodeFrame(bytes: Uint8Array): Decoded<Frame> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) return { kind: 'need-more' };
  const size = view.getUint32(0);
  if (size < FRAME_HEADER_BYTES || size > LARGEST_SASL_FRAME) {
    return {
      kind: 'malformed',
      why: `an AMQP frame of ${size} bytes where SASL allows 8 to ${LARGEST_SASL_FRAME}`,
    };
  }
  if (bytes.length < 5) return { kind: 'need-more' };
  const bodyAt = view.getUint8(4) * 4;
  if (bodyAt < FRAME_HEADER_BYTES || bodyAt > size) {
    return { kind: 'malformed', why: `an AMQP frame of ${size} bytes whose body begins at ${bodyAt}` };
  }
  if (bytes.length < 6) return { kind: 'need-more' };
  const type = view.getUint8(5);
  if (type !== SASL_FRAME && type !== AMQP_FRAME)
    return { kind: 'malformed', why: `an AMQP frame of type ${type} where SASL was expected` };
  if (bytes.length < size) return { kind: 'need-more' };
  return { kind: 'message', message: { type, body: bytes.subarray(bodyAt, size) }, consumed: size };
}

function saslIn(body: Cursor): readonly string[] | AmqpRefusal {
  if (expectDescriptor(body, [MECHANISMS, OUTCOME], 'a SASL frame') === OUTCOME) return outcomeIn(body);
  const fields = fieldsOf(body);
  if (fields === null) throw new Malformed('sasl-mechanisms without a field');
  const mechanisms = symbols(fields);
  if (mechanisms.length === 0) throw new Malformed('sasl-mechanisms without a mechanism');
  return mechanisms;
}

/** An outcome before a choice: only a failure is plausible. */
function outcomeIn(body: Cursor): AmqpRefusal {
  const fields = fieldsOf(body);
  const code = fields?.u8() === 0x50 ? fields.u8() : 0;
  const name = OUTCOMES.get(code);
  if (name === undefined) throw new Malformed('a SASL frame 0x44 where sasl-mechanisms (0x40) was expected');
  return { condition: `sasl-outcome ${name}`, description: null };
}

/** A close with its error; the server must send its open before it (part 2 section 2.4.1). */
function closeIn(bytes: Uint8Array, first: Cursor, firstSize: number): Decoded<AmqpRefusal> {
  if (expectDescriptor(first, [OPEN, CLOSE], 'an AMQP frame of type 0') === CLOSE)
    return { kind: 'message', message: errorIn(first), consumed: firstSize };
  const second = decodeFrame(bytes.subarray(firstSize));
  if (second.kind !== 'message') return second;
  const body = new Cursor(second.message.body);
  expectDescriptor(body, [CLOSE], 'an AMQP frame after open');
  return { kind: 'message', message: errorIn(body), consumed: firstSize + second.consumed };
}

function errorIn(close: Cursor): AmqpRefusal {
  const fields = fieldsOf(close);
  if (fields === null) return { condition: 'close', description: null };
  if (fields.peek() !== 0x00) return { condition: 'close', description: null };
  expectDescriptor(fields, [ERROR], 'a close');
  const error = fieldsOf(fields);
  if (error === null) throw new Malformed('an AMQP error without a condition');
  const condition = readSymbol(error, error.u8());
  return { condition, description: error.isAtEnd ? null : readString(error) };
}

/** A described type begins with 0x00 and its descriptor, by number or by name (part 1 section 1.2). */
function expectDescriptor(body: Cursor, expected: readonly Type[], where: string): Type {
  if (body.u8() !== 0x00) throw new Malformed(`${where} without a performative`);
  const descriptor = readDescriptor(body);
  const found = expected.find(({ code, symbol }) => descriptor === code || descriptor === symbol);
  if (found !== undefined) return found;
  const name = typeof descriptor === 'bigint' ? `0x${descriptor.toString(16)}` : 'with a name';
  throw new Malformed(`${where} ${name} where sasl-mechanisms (0x40) was expected`);
}

function readDescriptor(body: Cursor): bigint | string {
  const code = body.u8();
  switch (code) {
    case 0x44:
      return 0n;
    case 0x53:
      return BigInt(body.u8());
    case 0x80:
      return body.u64();
    default:
      return readSymbol(body, code);
  }
}

/** The fields of a list in any of its encodings, or null when it has none (part 1 section 1.6.22). */
function fieldsOf(body: Cursor): Cursor | null {
  const code = body.u8();
  switch (code) {
    case 0x45:
      return null;
    case 0xc0:
      return counted(body.u8(), body, 1);
    case 0xd0:
      return counted(body.u32(), body, 4);
    default:
      throw new Malformed(`type ${hex(code)} where a list was expected`);
  }
}

/** The items of a list whose count has `width` bytes, or null when it counts none. */
function counted(size: number, body: Cursor, width: 1 | 4): Cursor | null {
  const content = new Cursor(body.take(size));
  const count = width === 1 ? content.u8() : content.u32();
  return count === 0 ? null : content;
}

/** A field that may hold one symbol or an array of them (part 1 section 1.4, `multiple`). */
function symbols(fields: Cursor): readonly string[] {
  const code = fields.u8();
  switch (code) {
    case 0xe0:
      return arrayOfSymbols(new Cursor(fields.take(fields.u8())), 1);
    case 0xf0:
      return arrayOfSymbols(new Cursor(fields.take(fields.u32())), 4);
    default:
      return [readSymbol(fields, code)];
  }
}

function arrayOfSymbols(content: Cursor, width: 1 | 4): readonly string[] {
  const count = width === 1 ? content.u8() : content.u32();
  const code = content.u8();
  const found: string[] = [];
  // Each symbol has at least one byte, so the available bytes bound a wrong count.
  while (found.length < count) found.push(readSymbol(content, code));
  return found;
}

function readSymbol(from: Cursor, code: number): string {
  switch (code) {
    case 0xa3:
      return latin1(from.take(from.u8()));
    case 0xb3:
      return latin1(from.take(from.u32()));
    default:
      throw new Malformed(`type ${hex(code)} where a symbol was expected`);
  }
}

/** A string or null (part 1 sections 1.6.20 and 1.6.1). */
function readString(from: Cursor): string | null {
  const code = from.u8();
  switch (code) {
    case 0x40:
      return null;
    case 0xa1:
      return Buffer.from(from.take(from.u8())).toString('utf8');
    case 0xb1:
      return Buffer.from(from.take(from.u32())).toString('utf8');
    default:
      throw new Malformed(`type ${hex(code)} where a string was expected`);
  }
}

/** Symbols are ASCII; other bytes stay visible. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function hex(byte: number | undefined): string {
  return `0x${(byte ?? 0).toString(16).padStart(2, '0')}`;
}

class Malformed extends Error {}

/** Reads sequentially, and throws at the end of the bytes. */
class Cursor {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#view.byteLength;
  }

  /** The next byte, which stays; undefined at the end. */
  peek(): number | undefined {
    return this.isAtEnd ? undefined : this.#view.getUint8(this.#at);
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8));
  }

  take(length: number): Uint8Array {
    const at = this.#advance(length);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length);
  }

  #advance(length: number): number {
    const at = this.#at;
    if (length > this.#view.byteLength - at) {
      throw new Malformed('a frame that ends within a value');
    }
    this.#at += length;
    return at;
  }
}
