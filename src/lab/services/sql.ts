import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** Packet types of [MS-TDS] 2.2.3.1.1. */
const PRELOGIN = 0x12;
const LOGIN7 = 0x10;
const TABULAR_RESULT = 0x04;

/**
 * Options of the PRELOGIN reply: token, and Azure SQL's answer. MARS and FEDAUTHREQUIRED are sent only to a client
 * that sent them.
 */
const OPTIONS = [
  { name: 'VERSION', token: 0, always: true, data: [12, 0, 0x07, 0xd0, 0, 0] },
  { name: 'ENCRYPTION', token: 1, always: true, data: [3] },
  { name: 'INSTOPT', token: 2, always: true, data: [0] },
  { name: 'THREADID', token: 3, always: true, data: [] },
  { name: 'MARS', token: 4, always: false, data: [0] },
  { name: 'FEDAUTHREQUIRED', token: 6, always: false, data: [1] },
] as const;
const END_OF_OPTIONS = 0xff;

const LOGIN_FAILED = { number: 18_456, state: 1, severity: 14, text: 'Login failed.' } as const;

/**
 * A TDS server, as far as an Azure SQL gateway serves an unknown client: PRELOGIN, TLS inside TDS packets up to
 * version 1.2, and a login that always fails.
 */
export function sqlServer(identity: TlsOptions): Server {
  const tls = createTlsServer({ ...identity, maxVersion: 'TLSv1.2' }, (secured) => {
    secured.on('error', () => secured.destroy());
    firstMessage(secured, ({ type }) => {
      if (type === LOGIN7) secured.end(packet(TABULAR_RESULT, refusal()));
      else secured.destroy();
    });
  });
  tls.on('tlsClientError', (_error, secured) => secured.destroy());
  return createTcpServer((socket) => {
    firstMessage(socket, ({ type, payload, rest }) => {
      if (type === PRELOGIN) {
        socket.write(packet(TABULAR_RESULT, preloginReply(payload)));
        tls.emit('connection', new WrappedTls(socket, rest));
      } else socket.destroy();
    });
  });
}

interface Received {
  readonly type: number;
  /** Of its last packet, which is the only one of a short message. */
  readonly payload: Buffer;
  /** What came after it. */
  readonly rest: Buffer;
}

/** Calls back once, when the last packet of the first message is there. */
function firstMessage(stream: Duplex, received: (message: Received) => void): void {
  let bytes = Buffer.alloc(0);
  stream.on('data', function onData(chunk: Buffer) {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 8 && bytes.length >= bytes.readUInt16BE(2)) {
      const [type, status, length] = [bytes.readUInt8(0), bytes.readUInt8(1), bytes.readUInt16BE(2)];
      const payload = bytes.subarray(8, length);
      bytes = bytes.subarray(Math.max(8, length));
      if ((status & 1) === 0) continue;
      stream.off('data', onData);
      received({ type, payload, rest: bytes });
      return;
    }
  });
}

/**
 * TLS on the server's side of TDS 7: both sides wrap its records while they shake hands, and go on without a
 * wrapper after that. The client then sends first, and the first byte of a record is not a packet type.
 */
class WrappedTls extends Duplex {
  readonly #socket: Socket;
  #bytes: Buffer;
  #wrapped = true;

  constructor(socket: Socket, early: Buffer) {
    super();
    this.#socket = socket;
    this.#bytes = early;
    this.#unwrap();
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#unwrap();
    });
    socket.once('end', () => this.push(null));
    socket.once('close', () => this.destroy());
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#socket.write(this.#wrapped ? packet(PRELOGIN, chunk) : chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(_error: Error | null, done: () => void): void {
    this.#socket.destroy();
    done();
  }

  #unwrap(): void {
    while (this.#bytes.length >= 8) {
      if (this.#bytes.readUInt8(0) !== PRELOGIN) this.#wrapped = false;
      const length = this.#wrapped ? Math.max(8, this.#bytes.readUInt16BE(2)) : this.#bytes.length;
      if (this.#bytes.length < length) return;
      this.push(this.#bytes.subarray(this.#wrapped ? 8 : 0, length));
      this.#bytes = this.#bytes.subarray(length);
    }
  }
}

function packet(type: number, payload: Buffer): Buffer {
  const header = Buffer.from([type, 1, 0, 0, 0, 0, 1, 0]);
  header.writeUInt16BE(8 + payload.length, 2);
  return Buffer.concat([header, payload]);
}

/** [MS-TDS] 2.2.6.5: a list of tokens with the place and length of their data, and the data after it. */
function preloginReply(request: Buffer): Buffer {
  const asked = new Set<number>();
  for (let at = 0; at < request.length && request[at] !== END_OF_OPTIONS; at += 5)
    asked.add(request[at] ?? 0);
  const answered = OPTIONS.filter(({ token, always }) => always || asked.has(token));
  let offset = answered.length * 5 + 1;
  const list = answered.map(({ token, data }) => {
    const entry = Buffer.from([token, 0, offset, 0, data.length]);
    offset += data.length;
    return entry;
  });
  return Buffer.concat([
    ...list,
    Buffer.from([END_OF_OPTIONS]),
    ...answered.map(({ data }) => Buffer.from(data)),
  ]);
}

/** An ERROR token and the DONE after it ([MS-TDS] 2.2.7.10 and 2.2.7.6). */
function refusal(): Buffer {
  const { number, state, severity, text } = LOGIN_FAILED;
  const fixed = Buffer.alloc(8);
  fixed.writeInt32LE(number, 0);
  fixed.writeUInt8(state, 4);
  fixed.writeUInt8(severity, 5);
  fixed.writeUInt16LE(text.length, 6);
  // No name of a server, none of a procedure, line 1.
  const body = Buffer.concat([fixed, Buffer.from(text, 'utf16le'), Buffer.from([0, 0, 1, 0, 0, 0])]);
  const error = Buffer.from([0xaa, 0, 0]);
  error.writeUInt16LE(body.length, 1);
  // DONE_ERROR, no current command, no rows.
  return Buffer.concat([error, body, Buffer.from([0xfd, 2, 0, 0, 0]), Buffer.alloc(8)]);
}
