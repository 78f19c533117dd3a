/** TLS as TDS 7 carries it: inside packets of type PRELOGIN, both ways ([MS-TDS] 2.2.6.5 and 3.2.5.2). */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { ProbeError } from './failures.ts';
import { decodePreloginPacket, packets } from './tds-message.ts';
import { ByteBuffer } from './wire/byte-buffer.ts';

/**
 * Wraps what is written into TDS packets, and unwraps those that come: what a TLS client is given in place of
 * the connection. It serves for the handshake alone; after it TLS would go over the connection without a wrapper,
 * with a login in it, and that is more than a probe may do.
 */
export class TdsTunnel extends Duplex {
  readonly #socket: Socket;
  readonly #received = new ByteBuffer();
  /** Whether TLS has asked for more than it was given. */
  #wanted = false;

  /**
   * @param socket a connection whose PRELOGIN reply has been read
   * @param early what came after that reply and was read along with it
   */
  constructor(socket: Socket, early: Uint8Array) {
    super();
    this.#socket = socket;
    this.#received.append(early);
    socket.on('readable', () => this.#pump());
    socket.on('end', () => this.#pump());
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#wanted = true;
    this.#pump();
  }

  /** What TLS writes at once is one message: clients and servers read it as one. */
  override _writev(
    chunks: readonly { readonly chunk: Uint8Array }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.write(packets(Buffer.concat(chunks.map(({ chunk }) => chunk))), done);
  }

  /** Hands on packet by packet, and reads no further than TLS asks: at most one packet waits here. */
  #pump(): void {
    while (this.#wanted && !this.destroyed) {
      const decoded = decodePreloginPacket(this.#received.bytes);
      if (decoded.kind === 'malformed') {
        this.destroy(new ProbeError('tls_not_tls', `instead of TLS, ${decoded.why}`));
      } else if (decoded.kind === 'message') {
        this.#received.drop(decoded.consumed);
        if (decoded.message.payload.length > 0) this.#wanted = this.push(decoded.message.payload);
      } else if (!this.#receive()) return;
    }
  }

  /** False when nothing more is there. */
  #receive(): boolean {
    const chunk: Buffer | null = this.#socket.read();
    if (chunk !== null) {
      this.#received.append(chunk);
      return true;
    }
    if (this.#socket.readableEnded) {
      this.#wanted = false;
      this.push(null);
    }
    return false;
  }
}
