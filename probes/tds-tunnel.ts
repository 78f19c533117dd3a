/** TLS in TDS 7: inside packets of type PRELOGIN, in both directions ([MS-TDS] 2.2.6.5 and 3.2.5.2). */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { ProbeError } from './failures.ts';
import { decodePreloginPacket, packets } from './tds-message.ts';
import { ByteBuffer } from './wire/byte-buffer.ts';

/**
 * A stream for the TLS client that wraps written bytes into TDS packets and unwraps received ones. It supports the
 * handshake only: afterwards TLS runs unwrapped and carries the login, which a probe must not send.
 */
export class TdsTunnel extends Duplex {
  readonly #socket: Socket;
  readonly #received = new ByteBuffer();
  /** Whether TLS waits for more bytes. */
  #wanted = false;

  /**
   * @param socket a connection whose PRELOGIN reply has been read
   * @param early bytes that were read after that reply
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

  /** Writes the chunks of one TLS write as one message, because servers expect that. */
  override _writev(
    chunks: readonly { readonly chunk: Uint8Array }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.write(packets(Buffer.concat(chunks.map(({ chunk }) => chunk))), done);
  }

  /** Forwards one packet at a time and reads only on demand, so that at most one packet is buffered. */
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

  /** False when no bytes are available. */
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
