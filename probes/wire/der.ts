/**
 * Reads DER (ITU-T X.690): definite lengths and tags of one byte, which is all that certificates use. The runtime shows
 * neither key usage nor path length nor name constraints; a library for ASN.1 took 1.7 ms for each certificate.
 */

/** An element in the bytes that hold it; its parts are made when they are asked for, because most are not. */
export class Element {
  /** Class, form and number in one byte. */
  readonly tag: number;
  readonly #bytes: Buffer;
  readonly #at: number;
  readonly #start: number;
  readonly #end: number;

  constructor(bytes: Buffer, tag: number, at: number, start: number, end: number) {
    this.tag = tag;
    this.#bytes = bytes;
    this.#at = at;
    this.#start = start;
    this.#end = end;
  }

  get content(): Buffer {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** With tag and length. */
  get encoded(): Buffer {
    return this.#bytes.subarray(this.#at, this.#end);
  }
}

export const TAGS = { boolean: 0x01, integer: 0x02, bits: 0x03, oid: 0x06, sequence: 0x30 } as const;

/**
 * The elements that these bytes consist of.
 * @throws RangeError for anything else
 */
export function readElements(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  visitElements(bytes, (tag, at, start, end) => {
    elements.push(new Element(bytes, tag, at, start, end));
  });
  return elements;
}

/**
 * The same without an object for each: a peer may send thousands of names.
 * @param visit receives the tag, and where the element, its content and the next element begin
 * @throws RangeError for anything else
 */
export function visitElements(
  bytes: Buffer,
  visit: (tag: number, at: number, start: number, end: number) => void,
): void {
  for (let at = 0; at < bytes.length; ) {
    const tag = byteAt(bytes, at);
    const { length, start } = readLength(bytes, at + 1);
    const end = start + length;
    if ((tag & 0x1f) === 0x1f || end > bytes.length) throw new RangeError('not DER');
    visit(tag, at, start, end);
    at = end;
  }
}

/** @throws RangeError if the element is absent or of another tag */
export function readContent(element: Element | undefined, tag: number): Buffer {
  if (element?.tag !== tag) throw new RangeError('another element was expected');
  return element.content;
}

/** Dotted decimal. */
export function readOid(content: Buffer): string {
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

function readLength(bytes: Buffer, at: number): { length: number; start: number } {
  const first = byteAt(bytes, at);
  if (first < 0x80) return { length: first, start: at + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 3) throw new RangeError('not a length of DER');
  let length = 0;
  for (let index = 1; index <= count; index += 1) length = length * 256 + byteAt(bytes, at + index);
  return { length, start: at + 1 + count };
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError('the bytes end within an element');
  return byte;
}
