/**
 * AMQP 1.0 messages up to the SASL mechanisms, without a login: protocol headers (OASIS AMQP 1.0, part 2
 * section 2.2), frames (part 2 section 2.3) and the list of SASL mechanisms (part 5 section 5.3.3.1).
 */
import type { Decoded } from './wire/read.ts';

/** The layer that a header requests; `other-version` is AMQP before 1.0. */
type AmqpLayer = 'amqp' | 'tls' | 'sasl' | 'other-version';

export interface AmqpHeader {
  readonly layer: AmqpLayer;
  /** For display: `SASL 1.0.0`, `AMQP 0-9-1`. */
  readonly name: string;
}

/** Requests the SASL layer. */
export const SASL_HEADER: Uint8Array = Uint8Array.from([0x41, 0x4d, 0x51, 0x50, 3, 1, 0, 0]);

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
const SASL_FRAME = 1;
const MECHANISMS = { code: 0x40n, symbol: 'amqp:sasl-mechanisms:list' } as const;

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

/** Decodes the mechanisms that a server offers. They are raw: the caller must make them printable. */
export function decodeMechanisms(bytes: Uint8Array): Decoded<readonly string[]> {
  const frame = decodeSaslFrame(bytes);
  if (frame.kind !== 'message') return frame;
  try {
    return { ...frame, message: mechanismsIn(new Cursor(frame.message)) };
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed', why: error.message };
    throw error;
  }
}

/** Decodes the body of a SASL frame. Reports an error as soon as the bytes show it. */
function decodeSaslFrame(bytes: Uint8Array): Decoded<Uint8Array> {
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
  if (type !== SASL_FRAME)
    return { kind: 'malformed', why: `an AMQP frame of type ${type} where SASL was expected` };
  if (bytes.length < size) return { kind: 'need-more' };
  return { kind: 'message', message: bytes.subarray(bodyAt, size), consumed: size };
}

function mechanismsIn(body: Cursor): readonly string[] {
  expectDescriptor(body);
  const fields = fieldsOf(body);
  if (fields === null) throw new Malformed('sasl-mechanisms without a field');
  const mechanisms = symbols(fields);
  if (mechanisms.length === 0) throw new Malformed('sasl-mechanisms without a mechanism');
  return mechanisms;
}

/** A described type begins with 0x00 and its descriptor, by number or by name (part 1 section 1.2). */
function expectDescriptor(body: Cursor): void {
  if (body.u8() !== 0x00) throw new Malformed('a SASL frame without a performative');
  const descriptor = readDescriptor(body);
  if (descriptor === MECHANISMS.code || descriptor === MECHANISMS.symbol) return;
  const name = typeof descriptor === 'bigint' ? `0x${descriptor.toString(16)}` : 'with a name';
  throw new Malformed(`a SASL frame ${name} where sasl-mechanisms (0x40) was expected`);
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
      throw new Malformed('sasl-mechanisms that ends within a value');
    }
    this.#at += length;
    return at;
  }
}
