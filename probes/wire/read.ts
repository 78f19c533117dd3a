/** Reading a protocol's messages from a socket: bounded in bytes here, in time by the step around it. */
import type { Duplex } from 'node:stream';
import { ProbeError } from '../failures.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { toPeerError, toProbeError } from './failure.ts';

/** What a codec makes of the bytes so far. */
export type Decoded<T> =
  | { readonly kind: 'need-more' }
  /** `consumed`: bytes that belong to the message; what follows is left for the next read. */
  | { readonly kind: 'message'; readonly message: T; readonly consumed: number }
  | { readonly kind: 'malformed'; readonly why: string };

/** Bytes of one message, at most; a peer that sends more without ending it is not heard out. */
const LARGEST_MESSAGE = 65_536;

/** Pieces of one message, at most: each is decoded again from the beginning, which is work that the peer gives us. */
const MOST_PIECES = 4096;

/** A socket's bytes, message by message. One per connection: it keeps what one read left over. */
export class MessageReader {
  readonly #socket: Duplex;
  readonly #buffered = new ByteBuffer();
  #pieces = 0;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** What has arrived and was not read as a message: evidence when a conversation goes wrong. */
  get rest(): Uint8Array {
    return this.#buffered.bytes;
  }

  /**
   * The next message.
   * @param decode is given everything that has arrived since the last message, again each time it grows
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

  /** A whole message out of what is there, or null when more must come. */
  #read<T>(decode: (bytes: Uint8Array) => Decoded<T>): { readonly value: T } | null {
    for (;;) {
      const chunk: Buffer | null = this.#socket.read();
      if (chunk !== null) {
        this.#buffered.append(chunk);
        this.#pieces += 1;
      }
      const decoded = decode(this.#buffered.bytes);
      if (decoded.kind === 'message') {
        this.#buffered.drop(decoded.consumed);
        this.#pieces = 0;
        return { value: decoded.message };
      }
      if (decoded.kind === 'malformed') throw new ProbeError('protocol_mismatch', decoded.why);
      if (this.#buffered.length > LARGEST_MESSAGE) {
        throw new ProbeError('protocol_mismatch', `no end of a message in ${LARGEST_MESSAGE} bytes`);
      }
      if (this.#pieces > MOST_PIECES) {
        throw new ProbeError('protocol_mismatch', `no end of a message in ${MOST_PIECES} pieces`);
      }
      if (chunk === null) return null;
    }
  }
}
