/**
 * Reads DER (ITU-T X.690): definite lengths and tags of one byte, which is all that certificates use. The runtime shows
 * neither key usage nor path length nor name constraints; a library for ASN.1 took 1.7 ms for each certificate.
 */

export interface Element {
  /** Class, form and number in one byte. */
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly encoded: Uint8Array;
}

export const TAGS = { boolean: 0x01, integer: 0x02, bits: 0x03, oid: 0x06, sequence: 0x30 } as const;

/**
 * The elements that these bytes consist of.
 * @throws RangeError for anything else
 */
export function readElements(bytes: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = byteAt(bytes, at);
    const { length, start } = readLength(bytes, at + 1);
    if ((tag & 0x1f) === 0x1f || start + length > bytes.length) throw new RangeError('not DER');
    const end = start + length;
    elements.push({ tag, content: bytes.subarray(start, end), encoded: bytes.subarray(at, end) });
    at = end;
  }
  return elements;
}

/** @throws RangeError if the element is absent or of another tag */
export function readContent(element: Element | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw new RangeError('another element was expected');
  return element.content;
}

/** Dotted decimal. */
export function readOid(content: Uint8Array): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [first = 0, ...others] = numbers;
  const arc = Math.min(Math.floor(first / 40), 2);
  return [arc, first - arc * 40, ...others].join('.');
}

function readLength(bytes: Uint8Array, at: number): { length: number; start: number } {
  const first = byteAt(bytes, at);
  if (first < 0x80) return { length: first, start: at + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 3) throw new RangeError('not a length of DER');
  let length = 0;
  for (let index = 1; index <= count; index += 1) length = length * 256 + byteAt(bytes, at + index);
  return { length, start: at + 1 + count };
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError('the bytes end within an element');
  return byte;
}
