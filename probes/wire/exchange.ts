/** One GET over a connected socket with the runtime's HTTP client; every part of the reply is bounded. */
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { ProbeError } from '../failures.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { decodeContent } from './content-encoding.ts';
import { toPeerError } from './failure.ts';
import { noteReceived } from './received.ts';

/** Bytes of a body that are read. */
const BODY_LIMIT = 65_536;
/** Chunks or segments of a body that are read, so that a server cannot send endless tiny ones. */
const MOST_CHUNKS = 4096;
/** Bytes of the status line and all headers, of all trailers, and of all chunk extensions. */
const HEADER_LIMIT = 16_384;
/** Headers that are stored: 16 KiB can hold 5,000 short ones. */
const MOST_HEADERS = 256;
/** Replies with a status of 1xx before the real one. */
const MOST_INFORMATIONAL = 16;

export interface HttpRequest {
  readonly origin: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * Sends one GET and reads the reply, at most 64 KiB or 4,096 chunks of its body. Another exchange may follow on the
 * socket.
 * @param signal ends it early; the caller owns the socket and destroys it
 * @param begun called when the head of the reply has arrived, with a function that returns the reply so far
 * @throws ProbeError protocol_*
 */
export function exchange(
  socket: Socket,
  { origin, path, headers }: HttpRequest,
  signal: AbortSignal,
  begun: (soFar: () => HttpReply) => void = () => undefined,
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      createConnection: () => socket,
      method: 'GET',
      path,
      maxHeaderSize: HEADER_LIMIT,
      // A line may end in LF alone (RFC 9112, 2.2), as pages of many devices do. The reply is only judged, never relayed.
      insecureHTTPParser: true,
      headers: {
        host: new URL(origin).host,
        connection: 'keep-alive',
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'apim-probe',
        ...headers,
      },
      signal,
    });
    let reply: Reply | null = null;
    let informational = 0;
    const refuse = (why: string): void => {
      reject(new ProbeError('protocol_mismatch', why));
      outgoing.destroy();
    };
    outgoing.maxHeadersCount = MOST_HEADERS;
    outgoing.on('information', () => {
      informational += 1;
      if (informational > MOST_INFORMATIONAL) refuse(`more than ${MOST_INFORMATIONAL} informational replies`);
    });
    outgoing.on('upgrade', () => refuse('switched to another protocol without a request'));
    outgoing.on('response', (message) => {
      const { statusCode = 0 } = message;
      // The client reports a 101 that names no protocol as a response.
      if (statusCode < 200) return refuse(`a status of ${statusCode}`);
      reply = new Reply(message);
      begun(reply.soFar);
      reply.ended.then(resolve, reject);
    });
    outgoing.on('error', (error) => {
      // Bytes after a complete reply are not part of it.
      if (reply?.isComplete) return;
      if (reply === null) noteReceived(socket, rawPacketOf(error));
      reject(toPeerError(error, 'protocol'));
    });
    outgoing.end();
  });
}

/** The bytes that the parser could not read; empty for any other error. */
function rawPacketOf(error: Error & { rawPacket?: unknown }): Uint8Array {
  return error.rawPacket instanceof Uint8Array ? error.rawPacket : new Uint8Array();
}

/** A reply whose head has arrived. */
class Reply {
  readonly ended: Promise<HttpReply>;
  readonly #message: IncomingMessage;
  readonly #body = new ByteBuffer();
  #chunks = 0;

  constructor(message: IncomingMessage) {
    this.#message = message;
    this.ended = this.#read();
  }

  get isComplete(): boolean {
    return this.#message.complete;
  }

  /** The reply with its body decoded, also an incomplete one. */
  readonly soFar = (): HttpReply => ({
    status: this.#message.statusCode ?? 0,
    headers: this.#message.headers,
    body: decodeContent(this.#body.bytes, this.#message.headers['content-encoding']),
  });

  #read(): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      this.#message.on('data', (chunk: Buffer) => {
        this.#body.append(chunk.subarray(0, BODY_LIMIT - this.#body.length));
        this.#chunks += 1;
        if (this.#body.length < BODY_LIMIT && this.#chunks < MOST_CHUNKS) return;
        resolve(this.soFar());
        this.#message.destroy();
      });
      this.#message.on('end', () => resolve(this.soFar()));
      this.#message.on('error', (error) => reject(toPeerError(error, 'protocol')));
    });
  }
}
