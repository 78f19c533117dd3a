/** Reads protocol messages from a socket. Their size is bounded here; the step bounds the time. */
import type { Duplex } from 'node:stream';
import { ProbeError } from '../failures.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { toPeerError, toProbeError } from './failure.ts';
import { noteReceived } from './received.ts';

/** The result of decoding the bytes received so far. */
export type Decoded<T> =
  | { readonly kind: 'need-more' }
  /** `consumed`: bytes of the message; the rest is left for the next read. */
  | { readonly kind: 'message'; readonly message: T; readonly consumed: number }
  | { readonly kind: 'malformed'; readonly why: string };

/** Bytes of one message; a peer that sends more fails the step. */
const LARGEST_MESSAGE = 65_536;

/** Chunks of one message: each decodes the message again from its beginning, so a peer must not send many. */
const MOST_CHUNKS = 4096;

/** Reads a socket message by message. Use one per connection: it buffers the rest of a read. */
export class MessageReader {
  readonly #socket: Duplex;
  readonly #buffered = new ByteBuffer();
  #chunks = 0;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** Bytes that have arrived and are not part of a message: evidence when a conversation fails. */
  get rest(): Uint8Array {
    return this.#buffered.bytes;
  }

  /**
   * The next message.
   * @param decode called with all bytes since the last message, each time more arrive
   * @throws ProbeError protocol_closed, protocol_mismatch
   */
  next<T>(decode: (bytes: Uint8Array) => Decoded<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        this.#socket.off('readable', read).off('end', ended).off('close', ended).off('error', broken);
        finish();
      };
      const failed = (error: unknown): void => settle(() => reject(toProbeError(error, 'protocol')));
      const broken = (error: unknown): void => failed(toPeerError(error, 'protocol'));
      const ended = (): void =>
        failed(new ProbeError('protocol_closed', `closed after ${this.#buffered.length} bytes of a message`));
      const read = (): void => {
        try {
          const message = this.#read(decode);
          if (message !== null) settle(() => resolve(message.value));
          else if (this.#socket.readableEnded || this.#socket.destroyed) ended();
        } catch (error) {
          failed(error);
        }
      };
      this.#socket.on('readable', read).on('end', ended).on('close', ended).on('error', broken);
      read();
    });
  }

  /** Decodes one message from the available bytes; null when more bytes are needed. */
  #read<T>(decode: (bytes: Uint8Array) => Decoded<T>): { readonly value: T } | null {
    for (;;) {
      const chunk: Buffer | null = this.#socket.read();
      if (chunk !== null) {
        this.#buffered.append(chunk);
        this.#chunks += 1;
        noteReceived(this.#socket, chunk);
      }
      const decoded = decode(this.#buffered.bytes);
      if (decoded.kind === 'message') {
        this.#buffered.drop(decoded.consumed);
        this.#chunks = 0;
        return { value: decoded.message };
      }
      if (decoded.kind === 'malformed') throw new ProbeError('protocol_mismatch', decoded.why);
      if (this.#buffered.length > LARGEST_MESSAGE) {
        throw new ProbeError('protocol_mismatch', `no end of a message in ${LARGEST_MESSAGE} bytes`);
      }
      if (this.#chunks > MOST_CHUNKS) {
        throw new ProbeError('protocol_mismatch', `no end of a message in ${MOST_CHUNKS} chunks`);
      }
      if (chunk === null) return null;
    }
  }
}
