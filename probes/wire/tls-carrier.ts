/** A stream between TLS and the connection that limits how many oversized handshakes run at once. */
import { Duplex } from 'node:stream';
import { noteReceived } from './received.ts';

/** Handshake bytes from a server that pass without waiting. */
const FREE = 16_384;
/** ms between segments of a limited size. */
const SEGMENT_PAUSE = 10;
/** Larger handshakes at a time, over all connections. */
const MOST_LARGE = 4;

/** Large handshakes in progress, and those that wait for one of them to end. */
const passing = new Set<TlsCarrier>();
const waiting = new Set<TlsCarrier>();

/**
 * Forwards bytes in both directions. OpenSSL allocates 5 MB for a certificate of 96 KiB and frees them when the
 * connection closes, so only a few such handshakes may run at once.
 */
export class TlsCarrier extends Duplex {
  readonly #socket: Duplex;
  readonly #segmentBytes: number;
  #received = 0;
  #isEstablished = false;
  /** Whether TLS waits for more bytes. */
  #wanted = false;

  /** @param segmentBytes limit of each write to the connection during the handshake; each becomes a segment */
  constructor(socket: Duplex, segmentBytes = Number.POSITIVE_INFINITY) {
    super();
    this.#socket = socket;
    this.#segmentBytes = segmentBytes;
    socket.on('readable', () => this.#pump());
    socket.on('end', () => this.#pump());
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
    // The runtime frees OpenSSL's memory only after the event.
    this.once('close', () => setImmediate(() => this.#leave()));
  }

  /** Ends the limit after the handshake: the probe bounds what it reads. */
  liftLimit(): void {
    this.#isEstablished = true;
    waiting.delete(this);
    this.#pump();
  }

  override _read(): void {
    this.#wanted = true;
    this.#pump();
  }

  override _write(chunk: Uint8Array, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#isEstablished || chunk.length <= this.#segmentBytes) {
      this.#socket.write(chunk, done);
      return;
    }
    const rest = chunk.subarray(this.#segmentBytes);
    this.#socket.write(chunk.subarray(0, this.#segmentBytes), (error) => {
      if (error != null) done(error);
      // The kernel joins bytes that wait to be sent (tcp_autocorking), so the next segment waits until this one has left.
      else setTimeout(() => this._write(rest, encoding, done), SEGMENT_PAUSE);
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #pump(): void {
    while (this.#wanted && !this.destroyed && this.#mayPass()) {
      const chunk: Buffer | null = this.#socket.read();
      if (chunk !== null) this.#pass(chunk);
      else if (this.#socket.readableEnded) {
        this.#wanted = false;
        this.push(null);
      } else return;
    }
  }

  /** Forwards a chunk, or only its beginning when it exceeds the free bytes. */
  #pass(chunk: Buffer): void {
    const isFree = this.#isEstablished || passing.has(this);
    const part = isFree ? chunk : chunk.subarray(0, FREE - this.#received);
    if (part.length < chunk.length) this.#socket.unshift(chunk.subarray(part.length));
    this.#received += part.length;
    if (!this.#isEstablished) noteReceived(this, part);
    this.#wanted = this.push(part);
  }

  #mayPass(): boolean {
    if (this.#isEstablished || this.#received < FREE || passing.has(this)) return true;
    if (passing.size >= MOST_LARGE) {
      waiting.add(this);
      return false;
    }
    waiting.delete(this);
    passing.add(this);
    return true;
  }

  #leave(): void {
    waiting.delete(this);
    if (!passing.delete(this)) return;
    const [next] = waiting;
    if (next !== undefined) next.#pump();
  }
}
