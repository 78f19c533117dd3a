/** Initial capacity in bytes; most replies fit. */
const FIRST = 1024;
/** A compromise between the number of copies and unused memory. */
const GROWTH = 1.25;

/**
 * Received bytes in one growing buffer, so that 65,000 one-byte chunks cost no more memory than one large chunk.
 * Returned views stay valid, because bytes are never overwritten.
 */
export class ByteBuffer {
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** A view of all bytes that were appended and not dropped. */
  get bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Copies the bytes, so that the chunk can be freed. */
  append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) this.#grow(chunk.length);
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Removes bytes from the beginning. */
  drop(count: number): void {
    this.#start += Math.min(count, this.length);
  }

  #grow(by: number): void {
    const remaining = this.bytes;
    this.#buffer = Buffer.alloc(Math.max(FIRST, Math.ceil((remaining.length + by) * GROWTH)));
    this.#buffer.set(remaining);
    this.#start = 0;
    this.#end = remaining.length;
  }
}
