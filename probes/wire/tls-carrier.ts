/** What TLS is given in place of the connection: it holds back a handshake that is larger than any honest one. */
import { Duplex } from 'node:stream';

/** Bytes of a server's part of a handshake that pass without waiting. */
const FREE = 16_384;
/** Handshakes beyond that, at a time, over all connections. */
const MOST_LARGE = 4;

/** Those that may pass, and those that wait for one of them to end. */
const passing = new Set<TlsCarrier>();
const waiting = new Set<TlsCarrier>();

/**
 * Passes on bytes, both ways. OpenSSL makes 5 MB of objects of a certificate of 96 KiB, and frees them when the
 * connection is closed: of 256 such servers at once a few are listened to, one after the other.
 */
export class TlsCarrier extends Duplex {
  readonly #socket: Duplex;
  #received = 0;
  #isEstablished = false;
  /** Whether TLS has asked for more than it was given. */
  #wanted = false;

  constructor(socket: Duplex) {
    super();
    this.#socket = socket;
    socket.on('readable', () => this.#pump());
    socket.on('end', () => this.#pump());
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
    // The runtime frees what OpenSSL has made only after the event.
    this.once('close', () => setImmediate(() => this.#leave()));
  }

  /** The handshake is over: what comes now is read by somebody who bounds it. */
  established(): void {
    this.#isEstablished = true;
    waiting.delete(this);
    this.#pump();
  }

  override _read(): void {
    this.#wanted = true;
    this.#pump();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
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

  /** Hands on a chunk, and of one that goes beyond what is free the beginning. */
  #pass(chunk: Buffer): void {
    const isFree = this.#isEstablished || passing.has(this);
    const part = isFree ? chunk : chunk.subarray(0, FREE - this.#received);
    if (part.length < chunk.length) this.#socket.unshift(chunk.subarray(part.length));
    this.#received += part.length;
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
