/** The first room that is made; most replies fit. */
const FIRST = 1024;
/** Copies stay few, and little of the room stays empty. */
const GROWTH = 1.25;

/**
 * Bytes in the order in which they come, in one buffer that grows: 65,000 pieces of one byte cost no more memory than
 * one piece of 65,000. What was handed out stays valid, since nothing is ever written over.
 */
export class ByteBuffer {
  #room: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** A view of all bytes that were appended and not yet dropped. */
  get bytes(): Buffer {
    return this.#room.subarray(this.#start, this.#end);
  }

  /** Copies the bytes, so that the piece can be freed. */
  append(piece: Uint8Array): void {
    if (this.#end + piece.length > this.#room.length) this.#grow(piece.length);
    this.#room.set(piece, this.#end);
    this.#end += piece.length;
  }

  /** Forgets so many bytes at the beginning. */
  drop(count: number): void {
    this.#start += Math.min(count, this.length);
  }

  #grow(by: number): void {
    const kept = this.bytes;
    this.#room = Buffer.alloc(Math.max(FIRST, Math.ceil((kept.length + by) * GROWTH)));
    this.#room.set(kept);
    this.#start = 0;
    this.#end = kept.length;
  }
}
