/** One GET over a connected socket by the runtime's own HTTP client, with a reply that is bounded in every part. */
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { ProbeError } from '../failures.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { toPeerError } from './failure.ts';

/** Bytes of a body that are read; the rest is left on the wire. */
const BODY_LIMIT = 65_536;
/** Chunks of a body, or segments of it, that are read: whoever sends so many tiny ones has said enough. */
const MOST_PIECES = 4096;
/** Bytes of the status line and all headers, of all trailers, and of all chunk extensions. */
const HEADER_LIMIT = 16_384;
/** Headers that are kept: 16 KiB hold 5,000 short ones. */
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
 * Sends one GET and reads the reply, the first 64 KiB of its body at most (or 4,096 chunks, if they are tiny); another exchange may follow on the socket.
 * @param signal ends it early; the caller owns the socket and destroys it
 * @param begun told once the head of the reply is there, and how to get at what has come so far
 * @throws ProbeError protocol_*
 */
export function exchange(
  socket: Socket,
  { origin, path, headers }: HttpRequest,
  signal: AbortSignal,
  begun: (soFar: () => HttpReply) => void = () => undefined,
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const asking = request({
      createConnection: () => socket,
      method: 'GET',
      path,
      maxHeaderSize: HEADER_LIMIT,
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
      asking.destroy();
    };
    asking.maxHeadersCount = MOST_HEADERS;
    asking.on('information', () => {
      informational += 1;
      if (informational > MOST_INFORMATIONAL) refuse(`more than ${MOST_INFORMATIONAL} informational replies`);
    });
    asking.on('upgrade', () => refuse('switched to another protocol, which nobody asked for'));
    asking.on('response', (message) => {
      const { statusCode = 0 } = message;
      // Informational replies are no response; the client hands on 101 as one where no protocol is named.
      if (statusCode < 200) return refuse(`a status of ${statusCode}`);
      reply = new Reply(message);
      begun(reply.soFar);
      reply.ended.then(resolve, reject);
    });
    asking.on('error', (error) => {
      // What follows a complete reply was not asked for.
      if (reply?.isComplete) return;
      reject(toPeerError(error, 'protocol'));
    });
    asking.end();
  });
}

/** A reply whose head is there. */
class Reply {
  readonly ended: Promise<HttpReply>;
  readonly #message: IncomingMessage;
  readonly #body = new ByteBuffer();
  #pieces = 0;

  constructor(message: IncomingMessage) {
    this.#message = message;
    this.ended = this.#read();
  }

  get isComplete(): boolean {
    return this.#message.complete;
  }

  readonly soFar = (): HttpReply => ({
    status: this.#message.statusCode ?? 0,
    headers: this.#message.headers,
    body: this.#body.bytes,
  });

  #read(): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      this.#message.on('data', (piece: Buffer) => {
        this.#body.append(piece.subarray(0, BODY_LIMIT - this.#body.length));
        this.#pieces += 1;
        if (this.#body.length < BODY_LIMIT && this.#pieces < MOST_PIECES) return;
        resolve(this.soFar());
        this.#message.destroy();
      });
      this.#message.on('end', () => resolve(this.soFar()));
      this.#message.on('error', (error) => reject(toPeerError(error, 'protocol')));
    });
  }
}
